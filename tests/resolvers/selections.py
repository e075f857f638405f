"""Selections of everything that a type has, so that no field goes unasked."""

from __future__ import annotations

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from resolvers.root import schema

TYPES = schema.type_map


def everything(type_name: str, *, deep: int = 3) -> str:
    """All fields of a type without required arguments, so many levels deep, an object's id below that."""
    return _selection(TYPES[type_name], deep)


def _selection(type_: GraphQLNamedType, deep: int) -> str:
    if isinstance(type_, GraphQLUnionType):
        members = " ".join(f"... on {m.name} {_selection(m, deep)}" for m in type_.types)
        return f"{{ __typename {members} }}"
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    fields = []
    for name, field in type_.fields.items():
        of = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            fields.append(name)
        elif deep > 0:
            fields.append(f"{name} {_selection(of, deep - 1)}")
    return f"{{ __typename {' '.join(fields)} }}"
