"""A selection as a tree of steps: what each place of an answer is, decided once for all rows that will fill it.

Fields are merged and fragments spread as graphql-core does it, with its own functions, so a step holds one field of
one object type under one response name. Where the type of a row is known only when it is there (interfaces, unions),
the steps below are decided when the first row of a type comes by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, gather_with_cancel, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from engine.fields import DEFINITION, Attribute, Kind, source_of
from engine.inputs import Resolve, inputs_of

TYPENAME: Final = "__typename"


class UnplannableError(Exception):
    """There is no plan for this; graphql-core's own executor answers it."""


class Irregular(Exception):  # noqa: N818 - no error of anybody: what a plan leaves to graphql-core
    """A row is not as its type says. What an answer is then, graphql-core tells."""


@dataclass(frozen=True, slots=True)
class Typename:
    """The name of the object's type, known when it is planned."""

    name: str


class Arguments:
    """The arguments of one field of a document. Coerced once an operation, or once for all without variables."""

    def __init__(self, schema: GraphQLSchema, of: GraphQLField, node: FieldNode) -> None:
        self._schema = schema
        self._of = of
        self._node = node

    @property
    def constant(self) -> dict[str, Any] | None:
        """The arguments where they are the same in every operation; null where they are not, or cannot be read."""
        if any(_has_variable(argument.value) for argument in self._node.arguments or ()):
            return None
        try:
            return self.python(_NOTHING)
        except Exception:  # noqa: BLE001 - it is raised again where the field is executed, and told there
            return None

    def core(self, variables: VariableValues) -> dict[str, Any]:
        """As graphql-core hands them to a resolver. Raises GraphQLError."""
        return get_argument_values(self._of, self._node, variables)

    def python(self, variables: VariableValues) -> dict[str, Any]:
        """As the function reads them that the field was declared with. Raises what the conversion raises."""
        return inputs_of(self._schema).arguments(self._of)(self.core(variables))


@dataclass(frozen=True, slots=True)
class Step:
    """One field: its response name, where its value comes from, its type, and what is selected of it."""

    name: str
    source: Kind | Attribute | Typename
    type: GraphQLOutputType
    arguments: Arguments | None = None
    below: Selection | Choice | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of an object type."""

    type: GraphQLObjectType
    steps: Sequence[Step]
    info: GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is selected of an interface or a union: a selection for each type, planned when it is met."""

    type: GraphQLAbstractType
    info: GraphQLResolveInfo[Any]
    selection: Callable[[GraphQLObjectType], Selection]


@dataclass(frozen=True, slots=True)
class Root:
    """A root field: ``resolve`` finds the value as strawberry's resolver does, ``below`` says what is shown of it.

    ``subscribe`` finds the events of a subscription.
    """

    name: str
    of: GraphQLField
    resolve: Resolve
    subscribe: Resolve | None
    nodes: Sequence[FieldNode]
    arguments: Arguments | None
    below: Selection | Choice | None
    info: GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an operation is answered, for one set of values of its conditions.

    ``shape`` are the response names of the root in their order, with what is known of them beforehand.
    """

    roots: Sequence[Root]
    shape: Mapping[str, str | None]


def plan(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    conditions: VariableValues,
) -> Plan:
    """The plan of an operation. Raises UnplannableError, and GraphQLError for a condition that cannot be read."""
    definitions = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    fragments = {one.name.value: one for one in definitions}
    return _Planner(schema, operation, fragments, conditions).plan()


class _Planner:
    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        conditions: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._definitions = fragments
        self._fragments = {name: FragmentDetails(one) for name, one in fragments.items()}
        self._conditions = conditions

    def plan(self) -> Plan:
        type_ = self._schema.get_root_type(self._operation.operation)
        if type_ is None:
            raise UnplannableError(f"the schema has no {self._operation.operation.value}")
        found = collect_fields(self._schema, self._fragments, self._conditions, type_, self._operation)
        shape, roots = {}, []
        for name, details in found.grouped_field_set.items():
            shape[name] = type_.name if _name_of(details) == TYPENAME else None
            if shape[name] is None:
                roots.append(self._root(type_, name, details))
        return Plan(roots, shape)

    def _root(self, type_: GraphQLObjectType, name: str, details: FieldDetailsList) -> Root:
        of = self._field(type_, details)
        resolve, subscribe = self._called(of)
        if resolve is None:
            raise UnplannableError(f"{type_.name}.{_name_of(details)} has no resolver")
        info, nodes = self._info(type_, of, name, details), _nodes_of(details)
        arguments, below = self._arguments(of, details), self._below(of, info, details)
        return Root(name, of, resolve, subscribe, nodes, arguments, below, info)

    def _called(self, of: GraphQLField) -> tuple[Resolve | None, Resolve | None]:
        """What finds a root field's value, and its events."""
        if DEFINITION not in of.extensions:
            return of.resolve, of.subscribe
        inputs = inputs_of(self._schema)
        return inputs.resolver(of), inputs.subscriber(of)

    def _below(
        self, of: GraphQLField, info: GraphQLResolveInfo[Any], details: FieldDetailsList
    ) -> Selection | Choice | None:
        """What is selected of a field, null of a leaf."""
        type_ = get_named_type(of.type)
        if isinstance(type_, GraphQLObjectType):
            return self._selection(type_, info, details)
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return Choice(type_, info, lambda met: self._selection(met, info, details))
        return None

    def _selection(
        self, type_: GraphQLObjectType, info: GraphQLResolveInfo[Any], details: FieldDetailsList
    ) -> Selection:
        found = collect_subfields(
            self._schema, self._fragments, self._conditions, self._operation, type_, details
        )
        steps = [self._step(type_, name, below) for name, below in found.grouped_field_set.items()]
        return Selection(type_, steps, info)

    def _step(self, type_: GraphQLObjectType, name: str, details: FieldDetailsList) -> Step:
        if _name_of(details) == TYPENAME:
            return Step(name, Typename(type_.name), GraphQLNonNull(GraphQLString))
        of = self._field(type_, details)
        source = source_of(of)
        if source is None:
            raise UnplannableError(f"only its own resolver knows {type_.name}.{_name_of(details)}")
        below = self._below(of, self._info(type_, of, name, details), details)
        return Step(name, source, of.type, self._arguments(of, details), below)

    def _field(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GraphQLField:
        of: GraphQLField | None = type_.fields.get(_name_of(details))
        if of is None:
            raise UnplannableError(f"{type_.name} has no {_name_of(details)}: it is of the introspection")
        return of

    def _arguments(self, of: GraphQLField, details: FieldDetailsList) -> Arguments | None:
        return Arguments(self._schema, of, details[0].node) if of.args else None

    def _info(
        self, type_: GraphQLObjectType, of: GraphQLField, name: str, details: FieldDetailsList
    ) -> GraphQLResolveInfo[Any]:
        """What a resolver is told of its field; context and variables are of the operation that runs."""
        return GraphQLResolveInfo(
            field_name=_name_of(details),
            field_nodes=_nodes_of(details),
            return_type=of.type,
            parent_type=type_,
            path=Path(None, name, type_.name),
            schema=self._schema,
            fragments=self._definitions,
            root_value=None,
            operation=self._operation,
            variable_values=_NOTHING,
            context=None,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=_HELPERS,
        )


_NOTHING: Final = VariableValues({}, {})
_HELPERS: Final = GraphQLResolveInfoHelpers(
    gather=lambda values: gather_with_cancel(*values), track=lambda _values: None
)


def _has_variable(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return True
        case ListValueNode():
            return any(map(_has_variable, value.values))
        case ObjectValueNode():
            return any(_has_variable(field.value) for field in value.fields)
        case _:
            return False


def _name_of(details: FieldDetailsList) -> str:
    return details[0].node.name.value


def _nodes_of(details: FieldDetailsList) -> list[FieldNode]:
    return [one.node for one in details]
