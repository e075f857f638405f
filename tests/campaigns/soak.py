"""One gateway under steady work of every kind, which must not grow by it, nor keep what clients left behind."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import websockets

from tests.campaigns.clients import insist
from tests.campaigns.faults import prepared
from tests.campaigns.fleet import Fleet, fleet
from tests.campaigns.followers import OF_GROUP, Follower
from tests.campaigns.surveys import Surveyor, Told, callers
from tests.campaigns.verdicts import broken, whole_log
from tests.wire.feeds import RefusedError, follow
from tests.wire.processes import onevisit
from tests.wire.trade import Trade

WRITERS, FOLLOWERS, PASSERS, READERS = 3, 6, 4, 3
SAMPLE_SECONDS = 5.0
PROGRESS_SAMPLES = 2
END_SECONDS = 60.0
HELD_GROUPS = 2_000
"""So many groups a process holds (``persistence/held.py``); until then each new one may stay in memory."""
MIB = 1 << 20
A_GROUP = MIB // 24
SLACK = 24 * MIB
"""What memory may grow by in a later part of the run without a reason: fragments, caches of documents."""
FILES = 20
"""Connections to PostgreSQL which were not needed at first, and no more."""
LONGEST_PAUSE_MS = 250
GROUP = """query($key: String!) { fusionGroup(key: $key) { state explain orders { number state }
  events(first: 5) { edges { node { kind } } } } }"""
PAGE = "{ fusionGroups(first: 50) { edges { node { key state tasks { id crew { id } } } } } board { groupsWaiting } }"
WRONG = (
    "{ nothing }",
    "{",
    '{ fusionGroup(key: "\\u0000") { id } }',
    'mutation { claimWorkItem(input: {itemId: "x"}) { __typename } }',
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The gateway at one moment."""

    groups: int
    memory: int
    files: int
    pause_ms: int


class Soak:
    """One campaign."""

    def __init__(self, over: Fleet, trade: Trade) -> None:
        self._fleet = over
        self._trade = trade
        self._told = Told()
        self._chance = random.Random(7)
        self._gateway = over.gateways[0]
        assert self._gateway.process is not None
        self._process = psutil.Process(self._gateway.process.pid)
        self._followers = [self._follower(place) for place in range(FOLLOWERS)]
        self._samples: list[Sample] = []
        self._passed = 0
        self._answers = 0

    def _follower(self, place: int) -> Follower:
        return Follower(
            self._fleet.socket_urls, self._trade.dispatcher.token, None, 50 if place % 2 else None
        )

    async def run(self, seconds: float) -> list[str]:
        """Work for so long; what grew, and what was not as promised."""
        first = await self._sample()
        stop = asyncio.Event()
        following = [asyncio.create_task(one.run()) for one in self._followers]
        async with asyncio.timeout(END_SECONDS):
            while not all(one.begun for one in self._followers):
                await asyncio.sleep(0.05)
        work = [self._writer(place).run(stop) for place in range(WRITERS)]
        work += [self._pass_by(stop) for _ in range(PASSERS)]
        work += [self._read(stop) for _ in range(READERS)]
        working = [asyncio.create_task(one) for one in work]
        await self._watch(seconds, working)
        stop.set()
        await asyncio.wait(working, timeout=END_SECONDS)
        wrongs = [f"{task!r}: {task.exception()!r}" for task in working if task.done() and task.exception()]
        log = await self._settled()
        for task in (*working, *following):
            task.cancel()
        await asyncio.gather(*working, *following, return_exceptions=True)
        return [
            *wrongs,
            *broken(log, self._told, self._followers, self._fleet.upstream.received),
            *grown(self._samples),
            *await self._left_behind(first),
        ]

    async def _watch(self, seconds: float, working: Sequence[asyncio.Task[None]]) -> None:
        began = time.monotonic()
        while time.monotonic() - began < seconds and not any(task.done() for task in working):
            await asyncio.sleep(SAMPLE_SECONDS)
            self._samples.append(await self._sample())
            if len(self._samples) % PROGRESS_SAMPLES == 0:
                print(f"{time.monotonic() - began:5.0f} s: {self.summary}", flush=True)

    @property
    def summary(self) -> str:
        """How it goes."""
        now = self._samples[-1]
        return (
            f"{self._told.commands} commands, {self._answers} answers, {self._passed} subscribers came and went; "
            f"{now.memory / MIB:.0f} MiB, {now.files} files, longest pause {now.pause_ms} ms"
        )

    async def _sample(self) -> Sample:
        health = await self._health()
        memory, files = self._process.memory_info().rss, self._process.num_fds()
        return Sample(len(self._told.orders), memory, files, health["longest_pause_ms"])

    async def _health(self) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False) as client:
            health: dict[str, Any] = (
                await client.get(f"{self._gateway.url}/health/ready", timeout=30)
            ).json()
            return health

    async def _settled(self) -> Any:
        until = time.monotonic() + END_SECONDS
        while True:
            log = await whole_log(self._trade.dispatcher)
            sent = log.receipts("RECEIPT_DELIVERED").total() >= 2 * len(self._told.receipts)
            if (sent and not any(one.lacks(log.last) for one in self._followers)) or time.monotonic() > until:
                return log
            await asyncio.sleep(1)

    async def _left_behind(self, first: Sample) -> list[str]:
        """What the gateway still holds when all clients are gone."""
        until = time.monotonic() + END_SECONDS
        while True:
            health, files = await self._health(), self._process.num_fds()
            names = ("followers", "sockets", "streams", "overflows")
            found = [
                f"{health[name]} {name} are left, though nobody is there" for name in names if health[name]
            ]
            if files > first.files + FILES:
                found.append(f"{files} files are open, {first.files} were at the start")
            if not found or time.monotonic() > until:
                return found
            await asyncio.sleep(1)

    def _writer(self, place: int) -> Surveyor:
        return Surveyor(f"S{place}", callers(self._fleet.urls, self._trade, place), self._told)

    async def _pass_by(self, stop: asyncio.Event) -> None:
        """Subscribers who stay for a moment, and leave as politely as clients do: one says so, another is just gone."""
        while not stop.is_set():
            key = self._chance.choice(self._told.orders or ["S0-1"])
            feed = follow(self._fleet.socket_urls[0], self._trade.dispatcher.token, OF_GROUP, key=key)
            with suppress(RefusedError, OSError, websockets.WebSocketException, TimeoutError):
                async with asyncio.timeout(self._chance.uniform(0.05, 1.0)):
                    async for _ in feed:
                        pass
            with suppress(RuntimeError):
                await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
            self._passed += 1

    async def _read(self, stop: asyncio.Event) -> None:
        """Queries, and what is none."""
        while not stop.is_set():
            if self._told.orders:
                await insist(self._trade.dispatcher, GROUP, key=self._chance.choice(self._told.orders))
            await self._trade.dispatcher.raw(PAGE)
            await self._trade.dispatcher.raw(self._chance.choice(WRONG))
            self._answers += 3
            await asyncio.sleep(0.02)


def grown(samples: Sequence[Sample]) -> list[str]:
    """What became more from the middle of the run to its end, and may not."""
    if len(samples) < 6:
        return []
    part = len(samples) // 3
    middle, end = samples[part : 2 * part], samples[-part:]
    room = max(0, min(end[-1].groups, HELD_GROUPS) - middle[0].groups)
    before, after = (min(one.memory for one in some) for some in (middle, end))
    found = []
    if after - before > SLACK + room * A_GROUP:
        found.append(
            f"memory grew from {before / MIB:.0f} to {after / MIB:.0f} MiB, and only {room} groups came to be held"
        )
    if (files := min(one.files for one in end)) > max(one.files for one in middle) + FILES:
        found.append(
            f"{files} files are open, {max(one.files for one in middle)} were in the middle of the run"
        )
    if (pause := max(one.pause_ms for one in samples)) > LONGEST_PAUSE_MS:
        found.append(f"the process stood still for {pause} ms; {LONGEST_PAUSE_MS} are allowed")
    return found


async def campaign(minutes: float) -> int:
    """Run it; the exit status."""
    print("soak: the demo makes its whole world", flush=True)
    wrongs = await demonstrated()
    print(f"soak: {minutes:g} minutes of work", flush=True)
    async with fleet(1) as over, prepared(over) as trade:
        soak = Soak(over, trade)
        wrongs += await soak.run(minutes * 60)
        print(soak.summary)
    for wrong in wrongs:
        print(f"  {wrong}")
    print("soak: RED" if wrongs else "soak: whole, nothing grew and nothing was left behind")
    return int(bool(wrongs))


async def demonstrated() -> list[str]:
    """What is wrong with the demo, when it makes all its districts and crews and plays two groups to their end."""
    async with fleet(1) as over:
        done = await asyncio.to_thread(
            onevisit, "demo", "--url", over.urls[0], "--groups", "2", "--speed", "6000"
        )
        return [f"the demo failed: {done.stdout[-1000:]}{done.stderr[-1000:]}"] if done.returncode else []
