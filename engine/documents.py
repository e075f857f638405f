"""Documents, each read once: parsed, validated, and its operations planned.

What a document says does not change, so what was learned of it is kept while it is in use: by its whole text, bounded
in number and in size. Sockets, HTTP and updates share it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from engine.assembly import NOTHING_LASTS, Assembly, assembled
from engine.encode import encoded
from engine.memo import Lasting
from engine.operations import Stage
from engine.plan import UnplannableError, plan

KEPT_DOCUMENTS: Final = 500
KEPT_CHARACTERS: Final = 500_000
"""Of all kept documents together. What is kept of one, a plan included, is some 250 times its text."""
KEPT_PLANS: Final = 8
"""Of one operation: it has one for each set of values of the variables in its @skip and @include."""
NESTED: Final = "the document is nested too deeply"


class Operation:
    """One operation of a document that is in order."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        node: OperationDefinitionNode,
        lasting: Lasting = NOTHING_LASTS,
    ) -> None:
        self.schema = schema
        self._lasting = lasting
        self.document = document
        self.node = node
        self._conditions = sorted(set(_conditions(document, node)))
        self._selecting = sorted(set(_selecting(schema, document, node)))
        self._plans: OrderedDict[tuple[Any, ...], Assembly | None] = OrderedDict()

    @property
    def name(self) -> str | None:
        """As the document names it."""
        return self.node.name.value if self.node.name is not None else None

    @property
    def kind(self) -> str:
        """``query``, ``mutation`` or ``subscription``."""
        return self.node.operation.value

    def variables(self, given: Mapping[str, Any] | None) -> VariableValues | list[GraphQLError]:
        """The variables as the schema reads them, or what is wrong with them."""
        definitions = self.node.variable_definitions
        if not definitions:
            return _NOTHING
        return get_variable_values(self.schema, definitions, dict(given or {}), max_errors=50)

    def selected_by(self, given: Mapping[str, Any] | None) -> bytes:
        """What was given for the variables on which depends what is shown of a root field's value.

        The arguments of the root field itself say what the value is.
        """
        return encoded({name: given[name] for name in self._selecting if given and name in given})

    def plan(self, variables: VariableValues) -> Assembly | None:
        """How to answer it, null if there is no plan for it."""
        coerced = variables.coerced
        key = tuple(coerced.get(name) for name in self._conditions)
        if key in self._plans:
            self._plans.move_to_end(key)
            return self._plans[key]
        made = self._plans[key] = self._made(variables)
        while len(self._plans) > KEPT_PLANS:
            self._plans.popitem(last=False)
        return made

    def _made(self, variables: VariableValues) -> Assembly | None:
        """The plan. Of the variables it keeps those alone that stand in conditions."""
        sources, coerced = (
            {name: values[name] for name in self._conditions if name in values} for values in variables
        )
        try:
            made = plan(self.schema, self.document, self.node, VariableValues(sources, coerced))
            return assembled(made, self._lasting)
        except (UnplannableError, GraphQLError, RecursionError):
            return None


_NOTHING: Final = VariableValues({}, {})


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read: with errors it is not run, and ``stage`` says how far it came."""

    operations: Sequence[Operation] = ()
    errors: Sequence[GraphQLError] = ()
    stage: Stage = Stage.EXECUTED

    def meant(self, name: str | None) -> Operation | GraphQLError:
        """The operation of that name, without a name the only one; an error where there is none."""
        if name is not None:
            named = (one for one in self.operations if one.name == name)
            return next(named, GraphQLError(f"the document has no operation named {name!r}"))
        if len(self.operations) == 1:
            return self.operations[0]
        if not self.operations:
            return GraphQLError("the document holds fragments alone, and no operation")
        count = len(self.operations)
        return GraphQLError(f"The document holds {count} operations; say which one in operationName.")


@dataclass
class Documents:
    """The documents in use. ``rules`` are asked besides those of the specification."""

    schema: GraphQLSchema
    rules: Sequence[type[ASTValidationRule]] = ()
    max_tokens: int = 5_000
    lasting: Lasting = NOTHING_LASTS
    _kept: OrderedDict[str, Document] = field(default_factory=OrderedDict, init=False)
    _characters: int = field(default=0, init=False)

    def read(self, text: str) -> Document:
        """The document, looked at once while it is in use."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        made = self._kept[text] = self._read(text)
        self._characters += len(text)
        while len(self._kept) > KEPT_DOCUMENTS or (
            self._characters > KEPT_CHARACTERS and len(self._kept) > 1
        ):
            self._characters -= len(self._kept.popitem(last=False)[0])
        return made

    def _read(self, text: str) -> Document:
        if not text.strip():
            return Document(errors=[GraphQLError("query is missing, or empty")], stage=Stage.UNREADABLE)
        try:
            parsed = parse(text, max_tokens=self.max_tokens)
        except GraphQLError as error:
            return Document(errors=[error], stage=Stage.UNREADABLE)
        except RecursionError:
            return Document(errors=[GraphQLError(NESTED)], stage=Stage.UNREADABLE)
        definitions = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
        errors = self._validated(parsed)
        operations = [Operation(self.schema, parsed, node, self.lasting) for node in definitions]
        return Document(operations, errors, Stage.INVALID if errors else Stage.EXECUTED)

    def _validated(self, parsed: DocumentNode) -> Sequence[GraphQLError]:
        try:
            return validate(self.schema, parsed, (*specified_rules, *self.rules))
        except RecursionError:
            return [GraphQLError(NESTED)]


def _conditions(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[str]:
    """The variables in the directives of an operation and of all fragments."""
    fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    waiting: list[SelectionSetNode] = [one.selection_set for one in (operation, *fragments)]
    while waiting:
        for node in waiting.pop().selections:
            for directive in node.directives or ():
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        yield argument.value.name.value
            below = getattr(node, "selection_set", None)
            waiting += [below] if below is not None else []


def _selecting(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Iterator[str]:
    """The variables of an operation, but for those that stand in the arguments of root fields alone."""
    root = schema.get_root_type(operation.operation)
    for one in document.definitions:
        if one is operation:
            yield from _below(operation.selection_set, is_root=True)
        elif isinstance(one, FragmentDefinitionNode):
            is_root = root is not None and one.type_condition.name.value == root.name
            yield from _below(one.selection_set, is_root=is_root)


def _below(selections: SelectionSetNode, *, is_root: bool) -> Iterator[str]:
    for node in selections.selections:
        for directive in node.directives or ():
            yield from _variables(directive)
        if isinstance(node, FieldNode):
            for argument in () if is_root else node.arguments or ():
                yield from _variables(argument)
            if node.selection_set is not None:
                yield from _below(node.selection_set, is_root=False)
        elif isinstance(node, InlineFragmentNode):
            yield from _below(node.selection_set, is_root=is_root)


def _variables(node: Node) -> Iterator[str]:
    """The variables in a directive, an argument or a value."""
    if isinstance(node, VariableNode):
        yield node.name.value
    for key in node.keys:
        below = getattr(node, key)
        for one in below if isinstance(below, tuple | list) else (below,):
            if isinstance(one, Node):
                yield from _variables(one)
