"""How the functions that fields were declared with are called: with which arguments, converted from what.

Strawberry works both out anew at each call. Here they are worked out once a field; whatever is not plain is left to
strawberry. The two give the same, a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import strawberry
from graphql import GraphQLField, GraphQLSchema
from strawberry.scalars import is_scalar
from strawberry.types.arguments import convert_argument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

from engine.fields import DEFINITION

Convert = Callable[[Any], Any]
Arguments = Callable[[Mapping[str, Any]], dict[str, Any]]
Resolve = Callable[..., Any]


class _Named(NamedTuple):
    """A value by its name in the schema and in Python."""

    name: str
    python_name: str
    convert: Convert | None
    """Null where the value is taken as it is."""


class Inputs:
    """Of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._objects: dict[type, Convert] = {}
        self._arguments: dict[int, Arguments] = {}
        """By the identity of the field, which lives as long as the schema."""

    def arguments(self, of: GraphQLField) -> Arguments:
        """What makes of arguments, as graphql-core coerced them, those which the field's function takes."""
        if id(of) not in self._arguments:
            known: Sequence[Any] = of.extensions[DEFINITION].arguments
            name_of = self._config.name_converter.from_argument
            named = [_Named(name_of(own), own.python_name, self._converter(own.type)) for own in known]
            self._arguments[id(of)] = lambda given: _converted(named, given)
        return self._arguments[id(of)]

    def resolver(self, of: GraphQLField) -> Resolve | None:
        """What calls the field's function as strawberry's resolver does; strawberry's where it does more than call."""
        field: StrawberryField = of.extensions[DEFINITION]
        return of.resolve if field.is_subscription else self._calling(of) or of.resolve

    def subscriber(self, of: GraphQLField) -> Resolve | None:
        """The same for the function of a subscription, which gives its events."""
        field: StrawberryField = of.extensions[DEFINITION]
        return self._calling(of) or of.subscribe if field.is_subscription else of.subscribe

    def _calling(self, of: GraphQLField) -> Resolve | None:
        field: StrawberryField = of.extensions[DEFINITION]
        function = field.base_resolver
        if function is None or field.extensions:
            return None
        arguments, info_class = self.arguments(of), self._config.info_class
        takes_self, takes_info = function.self_parameter is not None, function.info_parameter
        takes_source = [
            own for own in (function.parent_parameter, function.root_parameter) if own is not None
        ]

        def call(source: Any, info: Any, **given: Any) -> Any:
            named = arguments(given)
            for own in takes_source:
                named[own.name] = source
            if takes_info is not None:
                named[takes_info.name] = info_class(_raw_info=info, _field=field)
            return function(source, **named) if takes_self else function(**named)

        return call

    def _converter(self, type_: Any) -> Convert | None:
        if isinstance(type_, LazyType):
            return self._converter(type_.resolve_type())
        if isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
            return self._converter(type_.of_type)
        if isinstance(type_, StrawberryList):
            return _unless_nothing(_listed(self._converter(type_.of_type)))
        if self._is_leaf(type_):
            return None
        if has_object_definition(type_) and _is_plain(type_.__strawberry_definition__):
            return self._objects.setdefault(type_, _unless_nothing(self._object(type_)))
        return lambda value: convert_argument(value, type_, self._scalars, self._config)

    def _is_leaf(self, type_: Any) -> bool:
        """Whether graphql-core has made of the value what functions read."""
        enum = isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_)
        return enum or (type_ is not strawberry.relay.GlobalID and is_scalar(type_, self._scalars))

    def _object(self, type_: type) -> Convert:
        fields: list[_Named] = []
        missing: dict[str, None] = {}

        def made(value: Mapping[str, Any]) -> Any:
            if not fields:  # at the first value, as inputs may hold themselves
                self._describe(type_, fields, missing)
            return type_(**{**missing, **_converted(fields, value)})

        return made

    def _describe(self, type_: Any, fields: list[_Named], missing: dict[str, None]) -> None:
        """Find out its fields, and which of them are null where they are not given."""
        definition: StrawberryObjectDefinition = type_.__strawberry_definition__
        name_of = self._config.name_converter.from_field
        for own in definition.fields:
            convert = self._converter(own.resolve_type(type_definition=definition))
            fields.append(_Named(name_of(own), own.python_name, convert))
            if own.default_value is MISSING and own.default_factory is MISSING:
                missing[own.python_name] = None


def _is_plain(definition: StrawberryObjectDefinition) -> bool:
    return definition.is_input and definition.from_input is None and bool(definition.fields)


def _converted(named: Sequence[_Named], given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        own.python_name: given[own.name] if own.convert is None else own.convert(given[own.name])
        for own in named
        if own.name in given
    }


def _listed(convert: Convert | None) -> Convert:
    """A list is copied always: graphql-core gives the same default to all who omit it."""
    return list if convert is None else lambda values: [convert(value) for value in values]


def _unless_nothing(convert: Convert) -> Convert:
    return lambda value: value if value is None or value is UNSET else convert(value)


_INPUTS: WeakKeyDictionary[GraphQLSchema, Inputs] = WeakKeyDictionary()


def inputs_of(schema: GraphQLSchema) -> Inputs:
    """Those of a schema that strawberry made."""
    known = _INPUTS.get(schema)
    if known is None:
        own: strawberry.Schema = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - where strawberry keeps itself
        known = _INPUTS.setdefault(schema, Inputs(own))
    return known
