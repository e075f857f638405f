"""Arguments are converted, and functions called, as strawberry does it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)
from strawberry.types.arguments import convert_arguments

from engine.fields import DEFINITION
from engine.inputs import inputs_of
from resolvers.root import schema

TYPES = [of for of in schema.type_map.values() if isinstance(of, GraphQLObjectType)]
TAKING = {
    f"{of.name}.{name}": field
    for of in TYPES
    for name, field in of.fields.items()
    if field.args and DEFINITION in field.extensions
}
INPUTS = inputs_of(schema)
OWN: Any = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - where strawberry keeps itself


def given(type_: GraphQLInputType, chance: Random) -> Any:
    """Any value of a type, as graphql-core hands it on; a leaf is an object of its own."""
    if isinstance(type_, GraphQLNonNull):
        return something(type_.of_type, chance)
    return None if chance.random() < 0.2 else something(type_, chance)


def something(type_: GraphQLInputType, chance: Random) -> Any:
    if isinstance(type_, GraphQLList):
        return [given(type_.of_type, chance) for _ in range(chance.randrange(3))]
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: given(own.type, chance)
            for name, own in type_.fields.items()
            if isinstance(own.type, GraphQLNonNull) or chance.random() < 0.7
        }
    if isinstance(type_, GraphQLEnumType):
        return chance.choice([value.value for value in type_.values.values()])
    return object()


def arguments(field: GraphQLField, chance: Random) -> dict[str, Any]:
    """Arguments of a field, some of those which may be left out."""
    return {
        name: given(own.type, chance)
        for name, own in field.args.items()
        if isinstance(own.type, GraphQLNonNull) or chance.random() < 0.7
    }


@pytest.mark.parametrize("name", TAKING)
def test_arguments_are_converted_as_strawberry_converts_them(name: str) -> None:
    field, chance = TAKING[name], Random(name)
    declared, registry = field.extensions[DEFINITION].arguments, OWN.schema_converter.scalar_registry

    for _ in range(20):
        drawn = arguments(field, chance)

        expected = convert_arguments(drawn, declared, scalar_registry=registry, config=OWN.config)
        assert INPUTS.arguments(field)(drawn) == expected


def test_a_list_of_leaves_is_nobody_elses() -> None:
    field, numbers = TAKING["Query.events"], ["FK-1"]

    converted = INPUTS.arguments(field)({"filter": {"groupKeys": numbers}})

    assert converted["filter"].group_keys == numbers
    assert converted["filter"].group_keys is not numbers


@strawberry.input
class Loose:
    """An input with a field that may be left out and has no default."""

    note: str | None
    within: list[Loose] | None = None


@strawberry.type
class Toy:
    """Takes a loose input."""

    @strawberry.field
    def shown(self, loose: Loose) -> str:
        """What was given."""
        return repr(loose)


def test_what_may_be_left_out_and_has_no_default_is_null() -> None:
    toys = strawberry.Schema(Toy)._schema  # noqa: SLF001 - strawberry has no public name for graphql-core's schema
    field = toys.query_type.fields["shown"]  # type: ignore[union-attr]  # it was just made

    converted = inputs_of(toys).arguments(field)({"loose": {"within": [{}, {"note": "n"}]}})

    assert converted == {"loose": Loose(note=None, within=[Loose(note=None), Loose(note="n")])}
