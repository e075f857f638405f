"""Queries and claims: each function does one kind of work with a running server and tells what it cost.

CPU time is the server's and, apart from it, its database's. The client is this process, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, cycle
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks import meters
from benchmarks.contenders import Running
from benchmarks.groups import Groups, bodies, item, key
from benchmarks.load.posts import Poster, post

Figures = dict[str, Any]
DOCUMENTS: Final = Path(__file__).with_name("documents")
GROUP, PAGE, CLAIM, RELEASE, UPDATES = (
    (DOCUMENTS / f"{name}.graphql").read_text() for name in ("group", "page", "claim", "release", "updates")
)
CONNECTIONS: Final = 16
WARM_SECONDS: Final = 1.0
DEADLINE: Final = 60.0
"""Seconds within which an update has to reach all."""


async def queries(
    server: Running, document: str, variables: Sequence[dict[str, Any]], seconds: float
) -> Figures:
    """Answers a query for that long; the variables are dealt in turn."""
    headers = [f"Authorization: {server.reader}"]
    await post(
        server.address,
        headers,
        bodies(document, cycle(variables)),
        seconds=WARM_SECONDS,
        connections=CONNECTIONS,
    )
    return await posted(server, headers, bodies(document, cycle(variables)), seconds)


async def answers(server: Running, groups: Groups) -> Figures:
    """What it says of the last group and of the first page, which nobody has touched."""
    poster = await Poster.connected(server.address, [f"Authorization: {server.reader}"])
    try:
        sent = bodies(GROUP, [{"key": key(groups.count)}]), bodies(PAGE, [{"first": 50}])
        told = [await poster.send(body) for body in chain(*sent)]
    finally:
        poster.close()
    return {"answers": [orjson.loads(answer.partition(b"\r\n\r\n")[2]) for answer in told]}


async def groups_read(server: Running, groups: Groups, seconds: float) -> Figures:
    """Groups with all that belongs to them, each by its key."""
    return await queries(server, GROUP, [{"key": each} for each in groups.keys(500)], seconds)


async def pages_read(server: Running, seconds: float, first: int = 50) -> Figures:
    """Pages of that many groups."""
    return await queries(server, PAGE, [{"first": first}], seconds)


async def claims(server: Running, groups: Groups, count: int) -> Figures:
    """Claims all items of so many groups, first one of each, then the next; after some claims which do not count."""
    headers = [f"Authorization: {server.crew}"]
    for warm, numbers in ((True, groups.deal(count // 5)), (False, groups.deal(count))):
        own = bodies(CLAIM, [{"id": item(number, place)} for place in range(3) for number in numbers])
        if warm:
            await post(server.address, headers, own, seconds=DEADLINE, connections=CONNECTIONS)
        else:
            figures = await posted(server, headers, own, DEADLINE)
    return figures


async def posted(
    server: Running,
    headers: Sequence[str],
    sent: Iterator[bytes],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
) -> Figures:
    """What those requests cost, each, and how long they took."""
    before = meters.read(server.pid, server.database)
    told = await post(server.address, headers, sent, seconds=seconds, connections=connections)
    used = meters.read(server.pid, server.database).since(before)
    count = len(told.seconds)
    return {
        **used,
        "count": count,
        "bytes": told.size,
        "cpu_us": micro(used["server_s"], count),
        "database_us": micro(used["database_s"], count),
        **late(told.seconds),
    }


def micro(seconds: float, count: int) -> float:
    """Microseconds for each."""
    return round(seconds / max(count, 1) * 1e6, 2)


def late(seconds: Sequence[float]) -> Figures:
    """Percentiles in milliseconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    return {
        f"p{percent}_ms": round(ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1e3, 2)
        for percent in (50, 99, 100)
    }
