"""The schema is the committed one, keeps every promise of the contract, and describes itself wholly."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    find_breaking_changes,
    is_specified_scalar_type,
    print_ast,
)
from graphql.utilities.get_default_value_ast import get_default_value_ast

from domain import refusals
from resolvers.loaders import LOOKS, READS
from resolvers.root import schema, schema_text
from schema.node import TYPE_OF_ROW

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"
CONTRACT = Path(__file__).with_name("contract.graphql")

served = build_schema(schema_text())


def own_types(of: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    return (type_ for name, type_ in of.type_map.items() if not name.startswith("__"))


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text("utf-8") == schema_text(), (
        "print it anew: onevisit schema > schema/schema.graphql"
    )


def test_no_client_of_the_committed_schema_breaks() -> None:
    committed = build_schema(COMMITTED.read_text("utf-8"))

    changes = find_breaking_changes(committed, served)

    assert [change.description for change in changes] == []


def test_no_client_of_the_contract_breaks() -> None:
    contract = build_schema(CONTRACT.read_text("utf-8"), assume_valid=True)

    changes = find_breaking_changes(contract, served)

    assert [change.description for change in changes] == []


def test_every_name_of_the_contract_is_there_with_its_very_type() -> None:
    contract = build_schema(CONTRACT.read_text("utf-8"), assume_valid=True)

    missing = set(structure(contract)) - set(structure(served))

    assert missing == set()


def structure(of: GraphQLSchema) -> Iterator[str]:
    """Every promise of a schema as a line of text."""
    for type_ in own_types(of):
        yield f"{type(type_).__name__} {type_.name}"
        match type_:
            case GraphQLUnionType():
                yield f"{type_.name} = {' | '.join(sorted(member.name for member in type_.types))}"
            case GraphQLEnumType():
                yield from (f"{type_.name}.{value}" for value in type_.values)
            case GraphQLInputObjectType():
                for name, part in type_.fields.items():
                    yield f"{type_.name}.{name}: {part.type} = {default_of(part)}"
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield from (f"{type_.name} implements {i.name}" for i in type_.interfaces)
                for name, field in type_.fields.items():
                    yield f"{type_.name}.{name}: {field.type}"
                    for argument, part in field.args.items():
                        yield f"{type_.name}.{name}({argument}: {part.type} = {default_of(part)})"


def default_of(part: GraphQLArgument | GraphQLInputField) -> str | None:
    literal = get_default_value_ast(part)
    return print_ast(literal) if literal is not None else None


def test_everything_is_described() -> None:
    undescribed = [name for name, text in descriptions(served) if not (text or "").strip()]

    assert undescribed == []


def descriptions(of: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for type_ in own_types(of):
        if not is_specified_scalar_type(type_):
            yield type_.name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value.description) for name, value in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{type_.name}.{name}", part.description) for name, part in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description
                for argument, part in field.args.items():
                    yield f"{type_.name}.{name}({argument})", part.description


def test_the_refusals_of_the_rules_and_of_the_schema_are_the_same() -> None:
    interface = served.type_map["Refusal"]
    assert isinstance(interface, GraphQLInterfaceType)

    shown = {type_.name for type_ in served.get_implementations(interface).objects}

    assert shown == {cls.__name__ for cls in refusals.Refusal.__subclasses__()}


def test_every_refusal_shows_all_that_its_row_carries() -> None:
    for row in refusals.Refusal.__subclasses__():
        carried = {
            "code",
            *(camel(name) for cls in row.__mro__ for name in getattr(cls, "__annotations__", ())),
        }
        type_ = served.type_map[row.__name__]
        assert isinstance(type_, GraphQLObjectType)

        assert set(type_.fields) == carried


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def test_every_node_has_a_row_and_every_row_a_node() -> None:
    interface = served.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)

    nodes = {type_.name for type_ in served.get_implementations(interface).objects}

    assert nodes == set(TYPE_OF_ROW.values())


def test_every_loader_that_a_field_names_is_there_and_every_loader_is_named() -> None:
    named = set(loaders_named())

    assert named == {*LOOKS, *READS}


def loaders_named() -> Iterator[str]:
    from engine.fields import Related, kind_of  # noqa: PLC0415 - of this test alone

    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                definition = field.extensions.get("strawberry-definition")
                kind = kind_of(definition) if definition is not None else None
                if isinstance(kind, Related):
                    yield kind.loader
