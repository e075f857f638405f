"""A schema that knows no trade, with every kind of field, over rows whose values are drawn, some of them wrong."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from random import Random
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLSchema

from engine.fields import Found, Loader, Wanted, computed, related


@strawberry.enum
class Colour(Enum):
    RED = "r"
    GREEN = "g"


class Row:
    """A row whose attributes are drawn when they are first asked for, wrong ones now and then."""

    def __init__(self, seed: str, wrong: float) -> None:
        self.seed = seed
        self.wrong = wrong

    def __getattr__(self, name: str) -> Any:
        chance = Random(f"{self.seed}.{name}")
        if name.startswith("__"):
            raise AttributeError(name)
        if chance.random() < self.wrong:
            return self._wrong(name, chance)
        return self._value(name, chance)

    def _value(self, name: str, chance: Random) -> Any:
        kind = name.rstrip("_")
        if kind.startswith("list_"):
            return [self._value(f"{kind[5:]}{n}", chance) for n in range(chance.choice([0, 1, 2, 3]))]
        if kind.startswith(("node", "thing", "other")):
            return Row(f"{self.seed}/{name}", self.wrong)
        values: Mapping[str, Any] = {
            "text": "词",
            "number": chance.choice([0, 7, -(2**31), 2**31 - 1]),
            "share": chance.choice([0.5, -0.0, 3]),
            "flag": chance.random() < 0.5,
            "colour": chance.choice([*Colour, "r"]),
            "day": date(2026, 11, 23),
        }
        return values[kind.rstrip("0123456789")]

    def _wrong(self, name: str, chance: Random) -> Any:
        if chance.random() < 0.2:
            raise AttributeError(f"{self.seed} has no {name}")
        values = [
            None,
            ValueError("as a value"),
            "x",
            2**40,
            1.5,
            float("nan"),
            True,
            [],
            [None],
            object,
            (1, "a"),
        ]
        return chance.choice(values)


def shout(row: Row, scope: str, loud: bool = False) -> str | None:  # noqa: FBT001, FBT002 - an argument of the field
    """A rule which fails for some rows."""
    if Random(row.seed).random() < row.wrong:
        raise ValueError(f"no shouting in {row.seed}")
    return f"{scope}{row.seed}{'!' if loud else ''}"


def peers_of(row: Row, first: int = 2) -> tuple[str, int] | None:
    """A key which some rows do not have, and some arguments spoil."""
    if first < 0:
        raise ValueError("that cannot be")
    return (row.seed, first) if Random(f"key{row.seed}").random() >= row.wrong else None


def is_insider(_row: Row, scope: str) -> bool:
    return scope == "insider"


@strawberry.interface
class Node:
    text: str
    shout: str | None = computed(shout)

    @classmethod
    def is_type_of(cls, row: Row, _info: object) -> bool:
        return Random(f"type{row.seed}").random() >= row.wrong

    @classmethod
    def resolve_type(cls, row: Any, _info: object, _abstract: object) -> str | None:
        names = (
            ["Thing", "Other"]
            if Random(f"is{row.seed}").random() >= row.wrong
            else ["Query", "Nothing", None]
        )
        return Random(f"kind{row.seed}").choice(names)


@strawberry.type
class Named:
    name: str | None


@strawberry.type
class Plain:
    """A type whose rows are taken as they are."""

    number: int | None
    share: float | None
    flag: bool | None
    text: str | None
    colour: Colour | None
    list_number: list[int | None] | None
    plain: Plain | None


@strawberry.type
class Thing(Node):
    number: int
    number_: int | None
    share: float
    share_: float | None
    flag: bool
    flag_: bool | None
    text_: str | None
    colour: Colour
    colour_: Colour | None
    day: date
    day_: date | None
    list_number: list[int]
    list_number_: list[int | None] | None
    list_list_text: list[list[str]]
    list_colour: list[Colour]
    thing: Thing
    thing_: Thing | None
    list_thing: list[Thing]
    list_thing_: list[Thing | None] | None
    node_: Node | None
    list_node: list[Node]
    peers: list[Node] = related("peers", by=peers_of)
    peers_: list[Node] | None = related("peers", by=peers_of)
    secret: Thing | None = related("thing", by="seed", when=is_insider)
    secrets: list[Node] = related("peers", by=peers_of, when=is_insider, otherwise=list)
    solid: Thing = related("thing", by="seed", when=is_insider)
    label: str | None = related("label", by="seed")
    keyless: Thing = related("thing", by=lambda _row: None)
    named: Named | None = related("named", by="seed")


@strawberry.type
class Other(Node):
    number: float
    thing_: Thing | None


@strawberry.type
class Query:
    @strawberry.field
    def given(self, info: strawberry.Info[Any, None]) -> Plain | None:
        return cast(Any, info.context.given)  # type: ignore[no-any-return]  # a row of that type

    @strawberry.field
    def node(self, info: strawberry.Info[Any, None], seed: int = 1) -> Node | None:
        return cast(Any, Row(f"{seed}", info.context.wrong))  # type: ignore[no-any-return]  # a row of that type

    @strawberry.field
    async def thing(self, info: strawberry.Info[Any, None], seed: int = 1) -> Thing:
        return cast(Any, Row(f"{seed}", info.context.wrong))  # type: ignore[no-any-return]  # a row of that type

    @strawberry.field
    async def things(
        self, info: strawberry.Info[Any, None], first: int = 3
    ) -> list[Annotated[Thing | Other, strawberry.union("Either")]] | None:
        if first < 0:
            raise ValueError("that cannot be")
        kinds = (Thing, Other, dict)
        return [_instance(kinds[n % 3 if info.context.wrong else n % 2]) for n in range(first)]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write(self, info: strawberry.Info[Any, None], seed: int) -> Thing:
        info.context.written.append(seed)
        if seed < 0:
            raise ValueError("that cannot be")
        return cast(Any, Row(f"{seed}", info.context.wrong))  # type: ignore[no-any-return]  # a row of that type


def _instance(kind: Any) -> Any:
    """An instance of a type of the schema with nothing in it: its attributes are missing."""
    return kind.__new__(kind)


@dataclass
class Context:
    """Loads rows of any value; which, tells the key."""

    wrong: float
    scope: str = "insider"
    loads: list[Mapping[str, Sequence[Hashable]]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    given: Any = None
    moment: Hashable = None

    async def load(self, wanted: Wanted) -> Found:
        self.loads.append({name: [*keys] for name, keys in wanted.items()})
        return {name: {key: self.found(name, key) for key in keys} for name, keys in wanted.items()}

    @property
    def loaders(self) -> Mapping[str, Loader]:
        return {name: _OneByOne(self, name) for name in ("peers", "thing", "label", "named")}

    def forget(self, since: float | None = None) -> None:
        """Nothing is remembered."""

    def found(self, name: str, key: Any) -> Any:
        chance = Random(f"{name}{key}")
        if chance.random() < self.wrong:
            return chance.choice([None, ValueError(f"no {name}")])
        if name == "label":
            return f"label {key}"
        if name == "named":
            return AttributeError("a failure which has a name", name="a secret")
        if name == "thing":
            return Row(f"{key}t", self.wrong)
        own, first = key
        return [Row(f"{own}p{n}", self.wrong) for n in range(first)]


@dataclass
class _OneByOne:
    context: Context
    name: str

    def load(self, key: Any) -> Future[Any]:
        loaded: Future[Any] = get_running_loop().create_future()
        found = self.context.found(self.name, key)
        if isinstance(found, Exception):
            loaded.set_exception(found)
            loaded.exception()  # or it is complained of where nobody waits for it
        else:
            loaded.set_result(found)
        return loaded


SCHEMA: GraphQLSchema = strawberry.Schema(Query, Mutation, types=[Thing, Other])._schema  # noqa: SLF001 - it has no public name
