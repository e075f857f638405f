"""Plans say what graphql-core says: random documents over the whole schema, random data, every viewer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from shutil import copy
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_introspection_query

from domain import feeds
from domain.access import Actor
from domain.ports import Cursor, Outcome
from domain.values import Role
from engine.fields import source_of
from engine.operations import Answer, Request
from engine.planned import PlannedExecutor
from live.hub import LiveHub
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.reads import SqlReads
from resolvers.context import Context, Services
from resolvers.loaders import Loaders
from resolvers.nodes import item_in, order_in, task_in
from resolvers.root import LASTING, schema
from tests.contracts.played import played
from tests.documents import Author, Written
from tests.judge import Judge, judging
from tests.people import NMS, UPSTREAM, actor, caller
from tests.resolvers.days import DAYS, EPOCH, furnish, pool
from tests.resolvers.office import NOON, Bell, Clock, services_over
from tests.resolvers.selections import everything

DOCUMENTS = 20
"""Of each kind and viewer."""
VIEWERS: Mapping[str, Actor] = {
    "upstream": UPSTREAM,
    "dispatcher": caller(Role.DISPATCHER),
    "admin": caller(Role.ADMIN),
    "viewer": caller(Role.VIEWER),
    "nms": NMS,
    **{name: actor(name) for name in ("Wang", "Li", "Sun")},
}
ROOTS = ("Query", "Mutation", "Subscription")


class Remembered:
    """A store which carries out a command once, and gives that outcome to who asks again."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._outcomes: dict[str, Outcome] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def execute(self, *asked: Any) -> Outcome:
        if repr(asked) not in self._outcomes:
            self._outcomes[repr(asked)] = await self._store.execute(*asked)
        return self._outcomes[repr(asked)]


class Faulty(Loaders):
    """Loaders which find nothing for some keys, and fail for others: for the same ones each time."""

    async def _read(self, name: str, keys: Collection[Any]) -> Mapping[Any, Any]:
        found = await super()._read(name, keys)
        return {key: self._spoilt(name, key, value) for key, value in found.items()}

    @staticmethod
    def _spoilt(name: str, key: Any, value: Any) -> Any:
        fate = Random(f"{name}{key}").random()
        return None if fate < 0.1 else ValueError(f"no {key}") if fate < 0.2 else value


class Unreliable(Context):
    """A context whose loaders are faulty."""

    def __init__(self, services: Services, actor: Actor) -> None:
        super().__init__(services, actor)
        self._loaders = Faulty(self)

    def forget(self, since: float | None = None) -> None:
        super().forget(since)
        self._loaders = Faulty(self)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the played days. Each test writes into a copy of it."""
    path = tmp_path_factory.mktemp("plans") / "played.db"
    asyncio.run(furnish(path))
    return path


@pytest.fixture
async def services(file: Path, tmp_path: Path) -> AsyncIterator[Services]:
    """The ports over the played days, with a store that carries out each command once."""
    async with Database(f"sqlite:///{copy(file, tmp_path)}") as database:
        hub = LiveHub(SqlEventLog(database), SqlReads(database), poll_seconds=60)
        made = services_over(database, Clock(), hub, Bell())
        yield replace(made, store=Remembered(made.store))


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    return judging(schema, monkeypatch, LASTING)


def test_every_field_has_a_plan() -> None:
    own = [t for t in schema.type_map.values() if isinstance(t, GraphQLObjectType) and t.name[:2] != "__"]

    unplanned = {
        f"{type_.name}.{name}"
        for type_ in own
        for name, of in type_.fields.items()
        if type_.name not in ROOTS and source_of(of) is None
    }

    assert unplanned == set()


def test_the_introspection_is_all_that_is_left_to_graphql_core() -> None:
    executor: PlannedExecutor[Any] = PlannedExecutor(schema)
    documents = {"of all": get_introspection_query(), "of a type": '{ __type(name: "Order") { name } }'}

    for document in (*documents.values(), "{ viewer { id } __schema { queryType { name } } }"):
        ready = executor.ready(Request(document))
        assert not isinstance(ready, Answer)
        assert ready.operation.plan(ready.variables) is None


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_a_query_is_answered_as_graphql_core_does(
    judge: Judge, services: Services, viewer: str
) -> None:
    author = Author(schema, Random(f"queries {viewer}"), pool)

    for _ in range(DOCUMENTS):
        await judge.compare(author.document("query"), partial(Context, services, VIEWERS[viewer]))

    assert judge.counts["without"] > DOCUMENTS / 3
    assert judge.counts["with errors"] > 0


@pytest.mark.parametrize("viewer", ["dispatcher", "Li"])
async def test_null_and_failure_anywhere_leave_the_same_nulls_and_errors(
    judge: Judge, services: Services, viewer: str
) -> None:
    author = Author(schema, Random(f"faults {viewer}"), pool)

    for _ in range(DOCUMENTS * 2):
        await judge.compare(author.document("query"), partial(Unreliable, services, VIEWERS[viewer]))

    assert judge.counts["with errors"] > DOCUMENTS / 4
    assert judge.counts["a matter of time"] < DOCUMENTS / 4


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_the_selection_of_a_mutation_is_answered_as_graphql_core_does(
    judge: Judge, services: Services, viewer: str
) -> None:
    author = Author(schema, Random(f"mutations {viewer}"), pool)

    for _ in range(DOCUMENTS):
        await judge.compare(author.document("mutation"), partial(Context, services, VIEWERS[viewer]))

    if viewer not in {"viewer", "nms", "upstream"}:  # who may give few commands, and is refused the others
        assert judge.counts["without"] > 0


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_the_selection_of_an_update_is_answered_as_graphql_core_does(
    judge: Judge, services: Services, viewer: str
) -> None:
    chance = Random(f"updates {viewer}")
    author = Author(schema, chance, pool)

    for _ in range(DOCUMENTS):
        document = author.document("subscription", "updates")
        await judge.compare(document, partial(Context, services, VIEWERS[viewer]), update(chance))

    assert judge.counts["without"] > DOCUMENTS / 2


def update(chance: Random) -> feeds.UpdateView:
    """An update of a group, and of something in it."""
    group = chance.choice(played(DAYS))
    found: Mapping[str, tuple[Callable[..., Any], Collection[str]]] = {
        "order": (order_in, group.orders),
        "task": (task_in, group.tasks),
        "item": (item_in, group.items),
    }
    chosen = {name: (find, chance.choice([None, *known])) for name, (find, known) in found.items()}
    views = {name: find(group, id_) for name, (find, id_) in chosen.items() if id_ is not None}
    return replace(feeds.snapshot(Cursor(EPOCH, 7), NOON, "crew:Li", group), **views)


FIELDS = {
    "orders(first: 3)": "OrderConnection",
    "fusionGroups(first: 2)": "FusionGroupConnection",
    "tasks(first: 3)": "TaskConnection",
    "crews": "CrewConnection",
    "districts": "District",
    "products": "Product",
    "receipts(first: 9)": "ReceiptConnection",
    "events(first: 9)": "UpdateConnection",
    "callbacks": "CallbackConnection",
    "board": "Board",
    "viewer": "Viewer",
}


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_everything_at_once_is_answered_as_graphql_core_does(
    judge: Judge, services: Services, viewer: str
) -> None:
    for field, type_name in FIELDS.items():
        written = Written(f"{{ {field} {everything(type_name)} }}")
        await judge.compare(written, partial(Context, services, VIEWERS[viewer]))

    assert judge.counts["without"] >= len(FIELDS) - 2


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_what_is_remembered_of_groups_is_what_graphql_core_says(
    judge: Judge, services: Services, viewer: str
) -> None:
    chance = Random(f"groups {viewer}")
    selections = [
        "key state orders { number state handler { name phone } customer { contactPhone } }",
        "tasks { id crew { members { name phone } leader { name } } items { claimant { name phone } } }",
        "... on Node { id } explain hold { cause } firstContact { member { phone } } expectedNumbers",
        "orders { district: address { district { name crew { name } } } product { name rules { __typename } } }",
        "orders { raw number exchanges(first: 1) { edges { node { kind } } } }",
        "tasks { workOrder } orders { product { code } crew: workItem { claimant { name phone } } }",
    ]

    for _ in range(DOCUMENTS):
        chosen = " ".join(chance.sample(selections[:4], 2))
        text = f"{{ fusionGroups(first: 3) {{ edges {{ cursor node {{ {chosen} }} }} }} }}"
        await judge.compare(Written(text), partial(Context, services, VIEWERS[viewer]))
    for selection in selections[4:]:
        text = f"{{ fusionGroups(first: 3) {{ edges {{ node {{ {selection} }} }} }} }}"
        await judge.compare(Written(text), partial(Context, services, VIEWERS[viewer]))

    assert (judge.remembered > 0) == (viewer != "Sun")  # in whose district nothing happened
