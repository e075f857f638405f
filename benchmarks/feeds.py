"""Subscriptions: each function has a crowd follow a running server and tells what that cost.

CPU time is the server's and, apart from it, its database's. The client is this process, and is not counted.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Final

import orjson

from benchmarks import meters
from benchmarks.contenders import OURS, Running
from benchmarks.groups import Groups, bodies, item, key
from benchmarks.load.crowd import Crowd
from benchmarks.load.posts import Poster, post
from benchmarks.work import CLAIM, DEADLINE, RELEASE, UPDATES, WARM_SECONDS, Figures, late, micro

CHANGED: Final = 2
"""The place of the item that is claimed and released: another member holds one of the same visit by then, so that
nothing follows from it and each command is one update."""

PULSE_SECONDS: Final = 0.005
UPDATES_A_SECOND: Final = 50


async def delivery(server: Running, groups: Groups, subscribers: int, seconds: float) -> Figures:
    """Updates of one group to that many subscribers of it: the next when all have the last."""
    (number,) = groups.deal(1)
    async with _hand(server, [number]) as change, _crowd(server, groups, [number] * subscribers) as crowd:
        await _updated(crowd, change, number, subscribers, WARM_SECONDS)
        crowd.late = crowd.late[:0]
        before = meters.read(server.pid, server.database)
        updates = await _updated(crowd, change, number, subscribers, seconds)
        used = meters.read(server.pid, server.database).since(before)
        return _delivered(used, updates, subscribers, crowd)


async def _updated(crowd: Crowd, change: Changes, number: int, subscribers: int, seconds: float) -> int:
    """How many updates it took: as many claims as releases."""
    updates, until = 0, time.monotonic() + seconds
    while time.monotonic() < until or updates % 2:
        await _update(crowd, change, number, subscribers)
        updates += 1
    return updates


async def flood(server: Running, groups: Groups, subscribers: int, updates: int) -> Figures:
    """So many updates of one group to that many subscribers: how late the last ones are."""
    (number,) = groups.deal(1)
    async with _hand(server, [number]) as change, _crowd(server, groups, [number] * subscribers) as crowd:
        for _ in range(2):
            await _update(crowd, change, number, subscribers)
        crowd.late = crowd.late[:0]
        before = meters.read(server.pid, server.database)
        for _ in range(updates):
            await _update(crowd, change, number, subscribers)
        used = meters.read(server.pid, server.database).since(before)
        return _delivered(used, updates, subscribers, crowd)


def _delivered(used: dict[str, float], updates: int, subscribers: int, crowd: Crowd) -> Figures:
    received = len(crowd.late)
    return {
        **used,
        "subscribers": subscribers,
        "updates": updates,
        "missing": updates * subscribers - received,
        "cpu_us": micro(used["server_s"], received),
        "cpu_us_an_update": micro(used["server_s"], updates),
        "database_us_an_update": micro(used["database_s"], updates),
        **late(crowd.late),
    }


async def idle(server: Running, groups: Groups, subscribers: int, *, apart: bool) -> Figures:
    """Subscribes that many, to one group or to one each, who then wait: memory and CPU of each."""
    numbers = [number if apart else 1 for number in range(1, subscribers + 51)]
    async with _crowd(server, groups, numbers[:50]):
        pass
    await asyncio.sleep(0.5)
    before, held = meters.read(server.pid, server.database), meters.memory(server.pid)
    async with _crowd(server, groups, numbers[50:]):
        used = meters.read(server.pid, server.database).since(before)
        await asyncio.sleep(1)
        more = meters.memory(server.pid) - held
    return {
        **used,
        "subscribers": subscribers,
        "kib": round(more / 1024 / subscribers, 1),
        "cpu_us": micro(used["server_s"], subscribers),
    }


async def pause(server: Running, groups: Groups, subscribers: int, seconds: float) -> Figures:
    """The longest that anybody waits, for an update or for a pong, while the groups of all are changed in turn."""
    numbers = groups.deal(subscribers)
    async with _hand(server, numbers) as change, _crowd(server, groups, numbers) as crowd:
        for place in range(20):
            await _update(crowd, change, numbers[place], 1)
        crowd.late = crowd.late[:0]
        over = asyncio.Event()
        pulse = asyncio.create_task(_pulse(crowd, over))
        before = meters.read(server.pid, server.database)
        await _steadily(crowd, change, numbers[20:], seconds)
        used = meters.read(server.pid, server.database).since(before)
        over.set()
        waited = await pulse
        return {
            **used,
            "subscribers": subscribers,
            "updates": len(crowd.late),
            "worst_ms": round(max(*waited, *crowd.late) * 1e3, 1),
            "worst_pong_ms": round(max(waited) * 1e3, 1),
            "median_ms": round(statistics.median(waited) * 1e3, 2),
            "cpu_us": micro(used["server_s"], len(crowd.late)),
            **late(crowd.late),
        }


async def _steadily(crowd: Crowd, change: Changes, numbers: Sequence[int], seconds: float) -> None:
    """Updates at a steady rate, each of another group."""
    began = time.monotonic()
    for place, number in enumerate(cycle(numbers)):
        planned = began + place / UPDATES_A_SECOND
        if planned - began > seconds:
            return
        await asyncio.sleep(max(planned - time.monotonic(), 0))
        await _update(crowd, change, number, 1)


async def _pulse(crowd: Crowd, over: asyncio.Event) -> list[float]:
    """How long each pong took."""
    follower, waited = crowd.followers[0], []
    while not over.is_set():
        follower.pong = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        follower.send("ping")
        await asyncio.wait_for(follower.pong, DEADLINE)
        waited.append(time.perf_counter() - began)
        await asyncio.sleep(PULSE_SECONDS)
    return waited


class Changes:
    """Claims the item of a group, and releases it the next time."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._poster: Poster | None = None
        self._claimed: set[int] = set()

    async def change(self, number: int) -> None:
        """One change of that group."""
        if self._poster is None:  # not before: a server closes a connection on which nothing comes
            headers = [f"Authorization: {self._server.crew}"]
            self._poster = await Poster.connected(self._server.address, headers)
        document = RELEASE if number in self._claimed else CLAIM
        self._claimed ^= {number}
        variables = {"id": item(number, CHANGED)}
        await self._poster.send(orjson.dumps({"query": document, "variables": variables}))

    def close(self) -> None:
        """Close the connection."""
        if self._poster is not None:
            self._poster.close()


@asynccontextmanager
async def _hand(server: Running, numbers: Sequence[int]) -> AsyncIterator[Changes]:
    """Someone who changes these groups, in each of which another member has claimed the first item."""
    other = [f"Authorization: {server.other}"]
    first = bodies(CLAIM, [{"id": item(number, 0)} for number in numbers])
    await post(server.address, other, first, seconds=DEADLINE, connections=4)
    changes = Changes(server)
    try:
        yield changes
    finally:
        changes.close()


@asynccontextmanager
async def _crowd(server: Running, groups: Groups, numbers: Sequence[int]) -> AsyncIterator[Crowd]:
    """Subscribers of these groups, from the end of the log on."""
    cursor = await _end_of_log(server, groups)
    payloads = [
        orjson.dumps({"query": UPDATES, "variables": {"key": key(number), "after": cursor}}).decode()
        for number in numbers
    ]
    gc.collect()
    gc.disable()  # this process's own collections are no pause of the server
    try:
        async with Crowd(server.address, {"Authorization": server.reader}, payloads) as crowd:
            yield crowd
    finally:
        gc.enable()


async def _end_of_log(server: Running, groups: Groups) -> str:
    """The cursor of the last update; the peers keep no log and look at none."""
    if server.name != OURS:
        return groups.cursor
    poster = await Poster.connected(server.address, [f"Authorization: {server.reader}"])
    document = "query($after: Cursor) { events(first: 1000, after: $after) { edges { cursor } } }"
    try:
        while True:
            body = orjson.dumps({"query": document, "variables": {"after": groups.cursor}})
            answer = orjson.loads((await poster.send(body)).partition(b"\r\n\r\n")[2])
            edges = answer["data"]["events"]["edges"]
            if not edges:
                return groups.cursor
            groups.cursor = edges[-1]["cursor"]
    finally:
        poster.close()


async def _update(crowd: Crowd, change: Changes, number: int, subscribers: int) -> None:
    expected = crowd.expect(subscribers)
    await change.change(number)
    await asyncio.wait_for(expected.done, DEADLINE)
