"""Going on behind a cursor: a subscription, as it would read had its client sent the cursor in the document.

The root field's cursor argument is made a variable where it is none, so that one changed document serves every
cursor, and whoever executes it finds nothing unusual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    parse,
)

from engine.operations import Request

VARIABLE: Final = "lastEventId"
MAX_TOKENS: Final = 10_000
KEPT_CHARACTERS: Final = 20_000
"""Of a document whose change is kept for the next client that comes back."""

Change = tuple[int, int, str]
"""Words for what stands from one place of a text to another."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """Puts a cursor into the argument of that name of a subscription's root field."""

    schema: GraphQLSchema
    argument: str = "after"

    def behind(self, request: Request, cursor: str) -> Request:
        """The request that goes on behind the cursor; as it is, where it has no place for one."""
        kept = len(request.document) <= KEPT_CHARACTERS
        change = _with_variable if kept else _with_variable.__wrapped__
        text, variable = change(self, request.document, request.operation_name)
        if variable is None:
            return request
        return replace(request, document=text, variables={**(request.variables or {}), variable: cursor})

    def kind_of(self, field: FieldNode) -> str | None:
        """The type of the argument of a root field, null where it has none."""
        root = self.schema.subscription_type
        known = root.fields.get(field.name.value) if root is not None else None
        argument = known.args.get(self.argument) if known is not None else None
        return get_named_type(argument.type).name if argument is not None else None


@lru_cache(maxsize=256)
def _with_variable(resumption: Resumption, text: str, name: str | None) -> tuple[str, str | None]:
    """The document, and the variable in it that takes the cursor; null where there is no place for one."""
    try:
        document = parse(text, max_tokens=MAX_TOKENS)
    except (GraphQLError, RecursionError):
        return text, None  # whoever executes it says what is wrong with it
    operation = _subscription(document, name)
    fields = list(_roots(operation.selection_set, document)) if operation is not None else []
    kind = resumption.kind_of(fields[0]) if len(fields) == 1 else None
    if operation is None or kind is None:
        return text, None
    given = next((one for one in fields[0].arguments or () if one.name.value == resumption.argument), None)
    if given is not None and isinstance(given.value, VariableNode):
        return text, given.value.name.value
    changes = [_declared(operation, kind), _given(fields[0], given, resumption.argument)]
    for start, end, words in sorted(changes, reverse=True):
        text = text[:start] + words + text[end:]
    return text, VARIABLE


def _declared(operation: OperationDefinitionNode, kind: str) -> Change:
    """Where the variable is declared."""
    if operation.variable_definitions:
        start = _start(operation.variable_definitions[0])
        return start, start, f"${VARIABLE}: {kind}, "
    token = operation.loc.start_token if operation.loc is not None else None
    while token is not None and token.value != operation.operation.value:  # a description may stand before it
        token = token.next
    end = _end(operation.name) if operation.name is not None else token.end if token is not None else 0
    return end, end, f"(${VARIABLE}: {kind})"


def _given(field: FieldNode, given: ArgumentNode | None, name: str) -> Change:
    """Where the variable is given to the field: for what is given there, before the others, or alone."""
    words = f"{name}: ${VARIABLE}"
    if given is not None:
        return _start(given), _end(given), words
    if field.arguments:
        start = _start(field.arguments[0])
        return start, start, f"{words}, "
    return _end(field.name), _end(field.name), f"({words})"


def _start(node: Node) -> int:
    return node.loc.start if node.loc is not None else 0


def _end(node: Node) -> int:
    return node.loc.end if node.loc is not None else 0


def _subscription(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The subscription which is meant."""
    for one in document.definitions:
        named = name is None or (
            isinstance(one, OperationDefinitionNode) and one.name and one.name.value == name
        )
        if isinstance(one, OperationDefinitionNode) and one.operation is OperationType.SUBSCRIPTION and named:
            return one
    return None


def _roots(
    selections: SelectionSetNode, document: DocumentNode, seen: frozenset[str] = frozenset()
) -> Iterator[FieldNode]:
    """The fields of a selection, those of its fragments included."""
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _roots(node.selection_set, document, seen)
            case FragmentSpreadNode() if node.name.value not in seen:
                for one in document.definitions:
                    if isinstance(one, FragmentDefinitionNode) and one.name.value == node.name.value:
                        yield from _roots(one.selection_set, document, seen | {one.name.value})
