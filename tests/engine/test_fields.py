"""What a field is: an attribute, a relation or a computation, executed alike for every schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from engine.fields import KIND, Computed, Related, computed, kind_of, related


@dataclass(frozen=True)
class Row:
    """A row of a driver: no strawberry type."""

    id: str
    name: str
    boss_id: str | None = None


ROWS = {row.id: row for row in (Row("1", "Ada", "2"), Row("2", "Grace"), Row("3", "Edsger", "2"))}


def greeting(row: Row, scope: str, loud: bool = False) -> str:  # noqa: FBT001, FBT002 - an argument of the field
    """What the row says.

    Args:
        row: The row.
        scope: Who looks.
        loud: Whether it shouts.
    """
    text = f"{row.name} greets {scope}"
    return text.upper() if loud else text


def peers_of(row: Row, first: int = 2) -> tuple[str, int]:
    """The key of the others."""
    return row.id, first


def is_insider(_row: Row, scope: str) -> bool:
    return scope == "insider"


@strawberry.type
class Person:
    name: str
    greeting: str = computed(greeting)
    boss: Person | None = related("person", by="boss_id")
    peers: list[Person] = related("peers", by=peers_of)
    secret: Person | None = related("person", when=is_insider)
    secrets: list[Person] = related("peers", by=peers_of, when=is_insider, otherwise=list)


@strawberry.type
class Query:
    @strawberry.field
    def person(self, id: str) -> Person:  # noqa: A002 - GraphQL's name
        return cast(Any, ROWS[id])  # type: ignore[no-any-return]  # a row stands where its type is named

    @strawberry.field
    def people(self) -> list[Person]:
        return cast(Any, list(ROWS.values()))  # type: ignore[no-any-return]  # as above


SCHEMA = strawberry.Schema(Query)


class Context:
    """The context of one operation; it counts what is read."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.reads: list[Any] = []
        self.loaders = {"person": DataLoader(self._people), "peers": DataLoader(self._peers)}

    async def _people(self, ids: list[str]) -> list[Row | None]:
        self.reads.append(ids)
        return [ROWS.get(id_) for id_ in ids]

    async def _peers(self, keys: list[tuple[str, int]]) -> list[list[Row]]:
        self.reads.append(keys)
        return [[row for row in ROWS.values() if row.id != own][:first] for own, first in keys]


async def ask(document: str, scope: str = "insider") -> tuple[dict[str, Any], Context]:
    context = Context(scope)
    result = await SCHEMA.execute(document, context_value=context)
    assert result.errors is None
    return result.data or {}, context


async def test_a_plain_annotation_is_an_attribute_and_a_computation_knows_the_scope() -> None:
    data, _ = await ask('{ person(id: "1") { name greeting shout: greeting(loud: true) } }')

    assert data["person"] == {"name": "Ada", "greeting": "Ada greets insider", "shout": "ADA GREETS INSIDER"}


async def test_all_relations_of_a_level_are_read_at_once() -> None:
    data, context = await ask("{ people { boss { name boss { name } } } }")

    assert [row["boss"] for row in data["people"]] == [
        {"name": "Grace", "boss": None},
        None,
        {"name": "Grace", "boss": None},
    ]
    assert context.reads == [["2"]]


async def test_the_parameters_of_the_key_function_are_the_arguments_of_the_field() -> None:
    data, context = await ask('{ person(id: "1") { one: peers(first: 1) { name } peers { name } } }')

    assert data["person"]["one"] == [{"name": "Grace"}]
    assert data["person"]["peers"] == [{"name": "Grace"}, {"name": "Edsger"}]
    assert context.reads == [[("1", 1), ("1", 2)]]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("insider", {"secret": {"name": "Ada"}, "secrets": [{"name": "Grace"}]}),
        ("stranger", {"secret": None, "secrets": []}),
    ],
)
async def test_a_relation_that_is_not_for_the_viewer_is_not_read(scope: str, seen: dict[str, Any]) -> None:
    data, context = await ask('{ person(id: "1") { secret { name } secrets(first: 1) { name } } }', scope)

    assert data["person"] == seen
    assert bool(context.reads) is (scope == "insider")


def test_the_types_come_from_the_annotations_and_the_arguments_from_the_function() -> None:
    sdl = SCHEMA.as_str()

    assert "peers(first: Int! = 2): [Person!]!" in sdl
    assert "greeting(loud: Boolean! = false): String!" in sdl
    assert "boss: Person\n" in sdl


def test_another_executor_can_read_what_a_field_is() -> None:
    fields = {field.python_name: field for field in Person.__strawberry_definition__.fields}  # type: ignore[attr-defined]  # set by strawberry

    boss, peers = kind_of(fields["boss"]), kind_of(fields["peers"])
    assert isinstance(boss, Related)
    assert (boss.loader, boss.key(ROWS["1"]), boss.when) == ("person", "2", None)
    assert isinstance(peers, Related)
    assert peers.key(ROWS["1"], first=1) == ("1", 1)
    assert kind_of(fields["greeting"]) == Computed(greeting)
    assert kind_of(fields["name"]) is None
    assert KIND not in fields["name"].metadata
