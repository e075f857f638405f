"""What a claim costs, layer by layer: ``python -m benchmarks.layers``.

Each layer is run with all that it rests on, over groups which the process holds, and shown without what is shown
before it. CPU time of the server alone; PostgreSQL and the client are not counted.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from benchmarks.contenders import OURS, Contender, Running
from benchmarks.groups import Groups, bodies, fill, item, key
from benchmarks.plans import services_over
from benchmarks.work import CLAIM, DEADLINE, RELEASE, posted
from domain.access import Actor, Scope
from domain.commands import ClaimWorkItem, ReleaseWorkItem
from domain.decide import decide
from domain.decisions import Done
from domain.groups import Group
from domain.journal import Context as Decided
from domain.values import ItemId, Role
from engine.operations import Request
from engine.planned import PlannedExecutor
from persistence.store import utc_now
from persistence.writes import Step, writes_of
from resolvers.context import Context, Services
from resolvers.root import build_executor
from schema.node import decode_id
from tests.servers import Postgres

GROUPS: Final = 300
ROUNDS: Final = 7
TITLES: Final = {
    "rules": "the rules, with all that follows of them",
    "rows": "rows that changed, the document, the log's entries",
    "store": "turns, the statement, what is held",
    "operation": "the plan, the input, what is shown",
    "request": "HTTP, who calls, the event loop",
}


@dataclass(frozen=True)
class Claims:
    """One item of each group, which is claimed and released again."""

    services: Services
    executor: PlannedExecutor[Context]
    actor: Actor
    held: Sequence[Group]
    ids: Sequence[str]

    @property
    def items(self) -> Iterator[ItemId]:
        """Their own ids."""
        return (ItemId(own[1]) for id_ in self.ids if (own := decode_id(id_)))

    async def rules(self) -> Sequence[tuple[ClaimWorkItem, Done]]:
        """Decided, and not written."""
        world, now = await self.services.store.world(), utc_now()
        pairs = zip(map(ClaimWorkItem, self.items), self.held, strict=True)
        decided = [
            (command, decide(command, {group.id: group}, Decided(self.actor, now, world)))
            for command, group in pairs
        ]
        return [(command, decision) for command, decision in decided if isinstance(decision, Done)]

    async def rows(self) -> None:
        """Decided, and put into rows."""
        for command, decision in await self.rules():
            writes_of([Step(command, decision, utc_now())], 1)

    async def store(self) -> None:
        """Carried out."""
        for id_ in self.items:
            await self.services.store.execute(ClaimWorkItem(id_), self.actor)

    async def operation(self) -> None:
        """Asked for in GraphQL."""
        for id_ in self.ids:
            await self.executor.execute(Request(CLAIM, {"id": id_}), Context(self.services, self.actor))

    async def release(self) -> None:
        """As before."""
        for id_ in self.items:
            await self.services.store.execute(ReleaseWorkItem(id_, "measured"), self.actor)


async def in_process(dsn: str, groups: Groups) -> Mapping[str, float]:
    """Microseconds of CPU for one claim, by each layer with those below it."""
    async with services_over(dsn.replace("postgresql:", "postgresql+asyncpg:")) as services:
        member = (await services.store.world()).members[groups.crew[0]]
        actor = Actor(Scope(Role.CREW, member.id, member.crew), member.id)
        keys = [(key(number), 1) for number in range(1, GROUPS + 1)]
        ids = [item(number, 0) for number in range(1, GROUPS + 1)]
        found = await services.reads.groups_of_keys(keys)
        claims = Claims(services, build_executor(), actor, [found[name] for name in keys], ids)
        await claims.store()
        await claims.release()
        gc.collect()
        gc.freeze()
        layers: Mapping[str, tuple[Callable[[], Awaitable[object]], bool]] = {
            "rules": (claims.rules, False),
            "rows": (claims.rows, False),
            "store": (claims.store, True),
            "operation": (claims.operation, True),
        }
        best: dict[str, float] = {}
        for _ in range(ROUNDS):
            for name, (work, writes) in layers.items():
                began = time.process_time()
                await work()
                cost = (time.process_time() - began) / GROUPS * 1e6
                best[name] = min(cost, best.get(name, cost))
                if writes:
                    await claims.release()
        return best


async def over_http(server: Running) -> float:
    """The same for a whole request, over one connection that stays open."""
    headers, ids = [f"Authorization: {server.crew}"], [item(number, 0) for number in range(1, GROUPS + 1)]
    costs = []
    for _ in range(ROUNDS):
        for document in (CLAIM, RELEASE):
            sent = bodies(document, [{"id": id_} for id_ in ids])
            figures = await posted(server, headers, sent, DEADLINE, connections=1)
            costs.append(figures["cpu_us"])
    return float(min(costs[2::2]))


def shown(costs: Mapping[str, float]) -> Iterator[str]:
    """A row for each layer, and their sum."""
    before = 0.0
    yield from ("| part of a claim on a group that is held | CPU, µs | share |", "| --- | ---: | ---: |")
    whole = costs["request"]
    for name, title in TITLES.items():
        own, before = costs[name] - before, costs[name]
        yield f"| {title} | {own:,.0f} | {own / whole:.0%} |"
    yield f"| all of it | {whole:,.0f} | |"


def main() -> None:
    """Measure, and print the table of docs/benchmarks.md."""
    postgres, folder = Postgres(durable=True), Path(tempfile.mkdtemp(prefix="onevisit-layers-"))
    try:
        dsn = postgres.create_database().replace("+asyncpg", "")
        groups = uvloop.run(fill(dsn, GROUPS, peers=False))
        costs = dict(uvloop.run(in_process(dsn, groups)))
        with Contender(OURS, dsn, postgres.pid, groups, folder).running() as server:
            costs["request"] = uvloop.run(over_http(server))
        print("\n".join(shown(costs)))
    finally:
        postgres.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
