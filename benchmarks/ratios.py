"""A check of ratios, not of times: exit 1 with a sentence for each ratio that is past its bound.

Both sides of a ratio are CPU time of one run on one machine, so it says the same on a slow machine as on a fast one.
The bounds leave room for noise; what they catch is that a whole way of working got lost.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from benchmarks import feeds, plans, work
from benchmarks.contenders import OURS, Contender, Running
from benchmarks.groups import Groups, fill
from tests.servers import Postgres

GROUPS: Final = 600
TIMES: Final = 100
TURNS: Final = 3
SECONDS: Final = 1.0
MANY: Final = 200


@dataclass(frozen=True)
class Bound:
    """What a ratio may be at most, and what is lost where it is more."""

    most: float
    lost: str


BOUNDS: Final[Mapping[str, Bound]] = {
    "group, plan to graphql-core": Bound(1 / 4, "a group's document is no longer executed by a plan"),
    "page of 50 groups, plan to graphql-core": Bound(
        1 / 3, "a page's document is no longer executed by a plan"
    ),
    "update, plan to graphql-core": Bound(1 / 3, "an update's selection is no longer executed by a plan"),
    "page of 50 groups to page of 5": Bound(8.0, "a page costs more than its groups"),
    f"update to {MANY} subscribers to update to 1": Bound(4.0, "subscribers no longer share an execution"),
}


def red(ratios: Mapping[str, float], bounds: Mapping[str, Bound] = BOUNDS) -> Iterator[str]:
    """A sentence for each ratio past its bound, and for each bound whose ratio is not there."""
    for name, bound in bounds.items():
        ratio = ratios.get(name)
        if ratio is None:
            yield f"{name}: not measured"
        elif not ratio <= bound.most:
            yield f"{name} is {ratio:.2f}, more than {bound.most:.2f}: {bound.lost}"


async def executions() -> dict[str, float]:
    """What a plan costs as a part of what graphql-core costs, over rows that are ready."""
    with tempfile.TemporaryDirectory() as folder:
        costs = await plans.ready_costs(f"sqlite:///{Path(folder) / 'ratios.db'}", TIMES)
    return {f"{name}, plan to graphql-core": planned / core for name, (planned, core) in costs.items()}


async def _pages(server: Running) -> float:
    costs: dict[int, list[float]] = {5: [], 50: []}
    for _ in range(TURNS):
        for first, found in costs.items():
            found.append((await work.pages_read(server, SECONDS, first))["cpu_us"])
    few, many = (statistics.median(found) for found in costs.values())
    return many / few


async def _subscribers(server: Running, groups: Groups) -> float:
    costs: dict[int, list[float]] = {1: [], MANY: []}
    for _ in range(TURNS):
        for subscribers, found in costs.items():
            figures = await feeds.delivery(server, groups, subscribers, SECONDS)
            found.append(figures["cpu_us_an_update"])
    one, many = (statistics.median(found) for found in costs.values())
    return many / one


async def _served(server: Running, groups: Groups) -> dict[str, float]:
    return {
        "page of 50 groups to page of 5": await _pages(server),
        f"update to {MANY} subscribers to update to 1": await _subscribers(server, groups),
    }


def served() -> dict[str, float]:
    """What more of the same costs, in a gateway process over PostgreSQL."""
    postgres = Postgres()
    try:
        dsn = postgres.create_database().replace("+asyncpg", "")
        groups = asyncio.run(fill(dsn, GROUPS, peers=False))
        with tempfile.TemporaryDirectory() as folder:
            contender = Contender(OURS, dsn, postgres.pid, groups, Path(folder))
            with contender.running() as server:
                return uvloop.run(_served(server, groups))
    finally:
        postgres.stop()


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ratios", description=__doc__)
    parser.add_argument(
        "--factor", type=float, default=1.0, help="bounds times this; 0.01 shows how red looks"
    )
    factor = parser.parse_args().factor
    bounds = {name: Bound(bound.most * factor, bound.lost) for name, bound in BOUNDS.items()}
    ratios = {**asyncio.run(executions()), **served()}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} (at most {bounds[name].most:.2f})")
    found = list(red(ratios, bounds))
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
