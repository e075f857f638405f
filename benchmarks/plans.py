"""What an answer costs: by plans, and by graphql-core, side by side in one process.

Three operations over the real schema, store and rules: a group, a page of fifty groups, and one update of a feed. Each
is measured twice: with the database, and over rows that are ready, which leaves the execution alone. The figure is CPU
time of this process; with SQLite its reading thread is part of the process, a PostgreSQL server is not.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import orjson

from domain import feeds
from domain.access import SYSTEM, Actor, Scope
from domain.groups import Group
from domain.ports import Cursor, Store
from domain.values import Role
from domain.views import TaskView
from domain.world import World
from engine import core
from engine.encode import answered
from engine.operations import Answer, Request
from engine.planned import PlannedExecutor
from live.hub import LiveHub
from persistence.callbacks import SqlCallbacks
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.migrations import migrate
from persistence.reads import SqlReads
from persistence.reference import SqlReference
from persistence.store import SqlStore, utc_now
from resolvers.context import Context, Services
from resolvers.root import build_executor

GROUPS: Final = 200
ROUNDS: Final = 7
DOORS: Final = ("郑州市金水区文化路85号3号楼502室", "郑州市金水区花园路1号A座1201")
DISPATCHER: Final = Actor(Scope(Role.DISPATCHER), "desk")
UPSTREAM: Final = Actor(Scope(Role.UPSTREAM), "orchestrator")

GROUP: Final = """query Group($key: String!) { fusionGroup(key: $key) { id key state expectedNumbers
  orders { id number product { code } action state address { text district { code } } requirement assuranceLevel }
  tasks { id state address { text } district { code } appointment { startsAt }
    crew { id district { code } members { name phone } }
    items { id claimant { name phone } order { id number } } } } }"""
PAGE: Final = """query Page($first: Int!) { fusionGroups(first: $first) { edges { node { id key state expectedNumbers
  orders { id number product { code } action state }
  tasks { id state district { code } appointment { startsAt } crew { id district { code } }
    items { claimant { name phone } } } } } } }"""
UPDATE: Final = """subscription Updates { updates { cursor kind revision
  task { id state address { text } district { code } items { claimant { name phone } } }
  group { id key state expectedNumbers
    orders { id number product { code } action state address { text district { code } } requirement }
    tasks { id state address { text } district { code } appointment { startsAt }
      items { claimant { name phone } } } } } }"""
INTAKE: Final = (
    "mutation($o: [OrderInput!]!) { intakeOrders(input: {orders: $o}) { results { __typename } } }"
)
WORLD: Final = """mutation {
  saveDistrict(input: {code: "410105", name: "金水区", prefecture: "郑州市"}) { __typename }
  saveCrew(input: {districtCode: "410105", name: "金水区集客施工班组"}) { ... on CrewSaved { crew { id } } } }"""
MEMBER: Final = """mutation($crew: ID!, $name: String!) { saveMember(
  input: {crewId: $crew, name: $name, phone: "13800001234"}) { __typename } }"""

Done = Callable[..., Awaitable[Any]]
"""The data which a document answers to an actor, with these variables."""


class Silent:
    """A bell that nobody hears."""

    def ring(self) -> None:
        """Ring it."""


class Kept:
    """Reads whose answers are ready once they were asked for."""

    def __init__(self, reads: Any) -> None:
        self._reads = reads
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return partial(self._read, name)

    async def _read(self, name: str, *arguments: Any) -> Any:
        key = f"{name}{arguments}"
        if key not in self._known:
            self._known[key] = await getattr(self._reads, name)(*arguments)
        return self._known[key]


@dataclass
class Still:
    """A store of which the world alone is asked."""

    known: World

    async def world(self, _since: float | None = None) -> World:
        return self.known

    def version(self, _since: float) -> None:
        """Nothing is remembered, so that all is assembled."""


@dataclass
class Bench:
    """Both executors over one set of ports."""

    executor: PlannedExecutor[Context]
    services: Services

    async def planned(self, request: Request, event: Any) -> bytes:
        ready = self.executor.ready(request)
        if isinstance(ready, Answer):
            return ready.body
        return (await self.executor.answer(ready, Context(self.services, DISPATCHER), event)).body

    async def interpreted(self, request: Request, event: Any) -> bytes:
        ready = self.executor.ready(request)
        if isinstance(ready, Answer):
            return ready.body
        context = Context(self.services, DISPATCHER)
        built = core.executor(ready.operation, ready.given, context, root_value=event)
        result = await core.executed(built)
        return answered(result.data, result.errors or ())

    async def costs(self, request: Request, event: Any, times: int) -> tuple[int, float, float]:
        """Bytes of the answer, and microseconds of CPU by a plan and by graphql-core; they must say the same."""
        ours, theirs = partial(self.planned, request, event), partial(self.interpreted, request, event)
        size = len(await ours())
        if await ours() != await theirs():
            raise RuntimeError(f"plans and graphql-core differ in {request.document}")
        costs = [(await cpu(ours, times), await cpu(theirs, max(times // 10, 2))) for _ in range(ROUNDS)]
        plans, interpreted = (statistics.median(each) for each in zip(*costs, strict=True))
        return size, plans, interpreted

    async def measure(self, name: str, request: Request, event: Any, times: int) -> None:
        """Print what the two cost."""
        size, plans, interpreted = await self.costs(request, event, times)
        ratio = f"{interpreted / plans:5.1f} x"
        print(f"{name:30} {size:6} bytes {plans:9.0f} µs {interpreted:9.0f} µs {ratio}")


async def cpu(run: Callable[[], Awaitable[object]], times: int) -> float:
    """Microseconds of CPU which one run takes."""
    began = time.process_time()
    for _ in range(times):
        await run()
    return (time.process_time() - began) / times * 1e6


def orders(number: int) -> Iterator[dict[str, Any]]:
    """Three orders of one group at two doors."""
    numbers = [f"WO{number}-{place}" for place in range(3)]
    for place, own in enumerate(numbers):
        yield {
            "number": own,
            "action": "ACTIVATION",
            "product": "CAMERA" if place else "ENT_BROADBAND",
            "customer": {"number": f"K{number}", "name": "豫新商贸", "contactPhone": "13912345678"},
            "address": {"text": DOORS[place % 2]},
            "requirement": "install before noon; call the customer first",
            "fusion": {
                "key": f"FK-{number}",
                "relatedCount": 2,
                "relatedNumbers": [other for other in numbers if other != own],
            },
        }


async def prepared(executor: PlannedExecutor[Context], services: Services) -> Done:
    """A district and its crew of four; what carries out further documents there, and fails where one does."""

    async def done(actor: Actor, document: str, **variables: Any) -> Any:
        answer = await executor.execute(Request(document, variables), Context(services, actor))
        told = orjson.loads(answer.body)
        if "errors" in told:
            raise RuntimeError(told["errors"])
        return told["data"]

    crew = (await done(SYSTEM, WORLD))["saveCrew"]["crew"]["id"]
    for name in ("王工", "李工", "赵工", "孙工"):
        await done(SYSTEM, MEMBER, crew=crew, name=name)
    return done


async def fill(executor: PlannedExecutor[Context], services: Services) -> None:
    """A district, a crew of four, and groups of three orders."""
    done = await prepared(executor, services)
    for number in range(GROUPS):
        await done(UPSTREAM, INTAKE, o=[*orders(number)])


def update(group: Group) -> feeds.UpdateView:
    """An update of the first visit of a group."""
    snapshot = feeds.snapshot(Cursor("epoch", 7), utc_now(), "crew:1", group)
    return replace(snapshot, task=TaskView(group, next(iter(group.tasks.values()))))


@asynccontextmanager
async def services_over(url: str) -> AsyncIterator[Services]:
    """The ports over a database."""
    async with Database(url) as database:
        await migrate(database)
        log, reads = SqlEventLog(database), SqlReads(database)
        hub = LiveHub(log, reads, poll_seconds=60)
        store, reference, callbacks = (
            SqlStore(database, Silent()),
            SqlReference(database),
            SqlCallbacks(database),
        )
        yield Services(store, reads, log, hub, reference, callbacks, utc_now)


@asynccontextmanager
async def benches(url: str) -> AsyncIterator[tuple[Bench, Bench, feeds.UpdateView]]:
    """Over the database that is filled, over rows which are ready; and an update."""
    executor = build_executor()
    async with services_over(url) as services:
        await fill(executor, services)
        still = cast("Store", Still(await services.store.world()))
        ready = replace(services, reads=cast("Any", Kept(services.reads)), store=still)
        event = update((await services.reads.groups_of_keys([("FK-7", None)]))["FK-7", None])
        gc.collect()
        gc.freeze()
        yield Bench(executor, services), Bench(executor, ready), event


def requests(
    event: feeds.UpdateView, times: int
) -> Iterator[tuple[str, Request, feeds.UpdateView | None, int]]:
    """What is measured, over what, and how often."""
    yield "group", Request(GROUP, {"key": "FK-7"}), None, times
    yield "page of 50 groups", Request(PAGE, {"first": 50}), None, max(times // 10, 1)
    yield "update", Request(UPDATE), event, times


async def ready_costs(url: str, times: int) -> dict[str, tuple[float, float]]:
    """Microseconds by a plan and by graphql-core, over rows which are ready."""
    async with benches(url) as (_, ready, event):
        return {
            name: (await ready.costs(request, of, often))[1:]
            for name, request, of, often in requests(event, times)
        }


async def run(url: str, times: int) -> None:
    """Fill a database and measure."""
    async with benches(url) as (whole, ready, event):
        print(f"{'CPU time of one answer':30} {'':12} {'plans':>12} {'graphql-core':>12}")
        for what, bench in (("with the database", whole), ("rows ready", ready)):
            for name, request, of, often in requests(event, times):
                await bench.measure(f"{name}, {what}", request, of, often)


def main() -> None:
    """Measure over the database of the command line, or over a temporary file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty PostgreSQL database; a temporary SQLite file without")
    parser.add_argument("--times", type=int, default=300, help="answers of a round")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(given.database or f"sqlite:///{Path(folder) / 'plans.db'}", given.times))


if __name__ == "__main__":
    main()
