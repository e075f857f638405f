"""Measure the gateway beside its peers: ``python -m benchmarks``; one JSON line a measurement, then the page.

Each turn visits every server before the next turn begins, so that what drifts on the machine meets all alike. Each
server runs alone, in a process of its own, over one PostgreSQL which keeps its promises (fsync is on).
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson
import uvloop

from benchmarks import contenders, feeds, machine, report, trade, work
from benchmarks.contenders import Contender, Running
from benchmarks.groups import Groups, fill, forget_claims
from tests.servers import Postgres

RESULTS: Final = Path(__file__).with_name("results")
FLOOD: Final = 5_000
FLOOD_UPDATES: Final = 20


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    turns: int
    seconds: float
    pause_seconds: float
    claimed: int
    """Groups whose items are claimed in one measurement."""

    groups: int
    scales: tuple[int, ...]
    servers: tuple[str, ...]
    subscribers: int = 1_000


FULL: Final = Plan(3, 2.0, 6.0, 300, 20_000, (2_000, 20_000, 200_000), contenders.ALL)
QUICK: Final = Plan(
    1,
    1.0,
    3.0,
    100,
    8_000,
    (2_000, 20_000),
    (contenders.OURS, contenders.PLAIN, "mercurius, jit", "graphql-yoga", contenders.LIMIT),
)
Measurement = Callable[[Running], Awaitable[work.Figures]]


@dataclass
class Bench:
    """One run over one database server."""

    plan: Plan
    postgres: Postgres
    folder: Path
    results: Path
    told: object = None
    """What the first server said, as all others have to."""

    def run(self) -> None:
        """Measure all; a server that fails is told and left out."""
        self._note({"work": "machine", **machine.described()})
        dsn, groups = self._filled(self.plan.groups, peers=True)
        for turn in range(self.plan.turns):
            for name in self.plan.servers:
                own = groups
                if name != contenders.OURS:
                    asyncio.run(forget_claims(dsn))
                    own = replace(groups, dealt=0)
                self._turn(Contender(name, dsn, self.postgres.pid, own, self.folder), turn)
        ours = Contender(contenders.OURS, dsn, self.postgres.pid, groups, self.folder)
        for turn in range(self.plan.turns):
            self._measure(ours, turn, self._trade(groups))
        self._measure(ours, 0, {"flood": lambda server: feeds.flood(server, groups, FLOOD, FLOOD_UPDATES)})
        for count in self.plan.scales:
            self._scale(count)

    def _turn(self, contender: Contender, turn: int) -> None:
        plan, groups = self.plan, contender.groups
        for together in (
            {
                "same": lambda server: self._same(server, groups),
                "group": lambda server: work.groups_read(server, groups, plan.seconds),
                "page": lambda server: work.pages_read(server, plan.seconds),
                "claim": lambda server: work.claims(server, groups, plan.claimed),
            },
            {"idle": lambda server: feeds.idle(server, groups, plan.subscribers, apart=False)},
            {"idle apart": lambda server: feeds.idle(server, groups, plan.subscribers, apart=True)},
            {
                "update": lambda server: feeds.delivery(server, groups, 1, plan.seconds),
                "delivery": lambda server: feeds.delivery(server, groups, plan.subscribers, plan.seconds),
            },
            {"pause": lambda server: feeds.pause(server, groups, plan.subscribers, plan.pause_seconds)},
        ):
            self._measure(contender, turn, together)

    def _trade(self, groups: Groups) -> Mapping[str, Measurement]:
        """What no peer has rules for."""
        count = self.plan.claimed
        return {
            "receipt": lambda server: trade.receipts(server, groups, count * 2),
            "intake": lambda server: trade.intake(server, count, 33),
            "intake of one group": lambda server: trade.intake(server, count, 1),
        }

    async def _same(self, server: Running, groups: Groups) -> work.Figures:
        """Make sure that it says what the first one said."""
        told = (await work.answers(server, groups))["answers"]
        self.told = self.told or told
        if told != self.told:
            raise ValueError(f"{server.name} answers otherwise than {self.plan.servers[0]}")
        return {}

    def _scale(self, count: int) -> None:
        dsn, groups = self._filled(count, peers=False)
        ours = Contender(contenders.OURS, dsn, self.postgres.pid, groups, self.folder)
        for turn in range(self.plan.turns):
            works: dict[str, Measurement] = {
                f"group of {count}": lambda server: work.groups_read(server, groups, self.plan.seconds),
                f"page of {count}": lambda server: work.pages_read(server, self.plan.seconds),
                f"claim of {count}": lambda server: work.claims(server, groups, self.plan.claimed),
            }
            self._measure(ours, turn, works)

    def _filled(self, count: int, *, peers: bool) -> tuple[str, Groups]:
        _say(f"filling a database with {count:,} groups")
        dsn = self.postgres.create_database().replace("+asyncpg", "")
        return dsn, asyncio.run(fill(dsn, count, peers=peers))

    def _measure(self, contender: Contender, turn: int, works: Mapping[str, Measurement]) -> None:
        try:
            with contender.running() as server:
                for name, measure in works.items():
                    self._note(
                        {
                            "work": name,
                            "server": server.name,
                            "turn": turn,
                            **uvloop.run(_bounded(measure, server)),
                        }
                    )
        except (OSError, RuntimeError, ValueError, TimeoutError) as error:
            self._note(
                {"work": next(iter(works)), "server": contender.name, "turn": turn, "error": repr(error)}
            )

    def _note(self, line: dict[str, object]) -> None:
        with self.results.open("ab") as file:
            file.write(orjson.dumps({**line, "at": datetime.now(UTC)}) + b"\n")
        shown = " ".join(f"{name}={value}" for name, value in line.items() if name in SHOWN)
        _say(shown or "the machine is noted")


SHOWN: Final = {
    *("server", "work", "turn", "cpu_us", "cpu_us_an_update", "database_us", "kib", "worst_ms", "p99_ms"),
    *("missing", "others", "error"),
}


async def _bounded(measure: Measurement, server: Running) -> work.Figures:
    return await asyncio.wait_for(measure(server), 300)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and write docs/benchmarks.md and its plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one turn of four servers, in about three minutes"
    )
    parser.add_argument("--servers", help=f"some of: {'; '.join(contenders.ALL)}, separated by semicolons")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="measure nothing: write the page of these results"
    )
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    results = options.report or _measured(options)
    if not options.no_page:
        report.write(results)


def _measured(options: argparse.Namespace) -> Path:
    plan = QUICK if options.quick else FULL
    if options.servers:
        plan = replace(plan, servers=tuple(name.strip() for name in options.servers.split(";")))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    RESULTS.mkdir(exist_ok=True)
    results = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"
    for postgres in _postgres():
        folder = Path(tempfile.mkdtemp(prefix="onevisit-benchmarks-"))
        try:
            Bench(plan, postgres, folder, results).run()
        finally:
            shutil.rmtree(folder)
    return results


def _postgres() -> Iterator[Postgres]:
    postgres = Postgres(durable=True)
    try:
        yield postgres
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
