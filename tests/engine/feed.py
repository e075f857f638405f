"""A source of numbered events in memory, and followers of it that are as slow as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from engine.channels import Channels
from engine.operations import Answer, Stage
from engine.sources import Heard, Placed, Reading, Source, Stop
from engine.updates import Updates


class Feed(Source):
    """Events 1, 2, 3 … of which each tells of the thing that it was appended with."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.topic: Hashable = "feed"
        self.events: list[Placed] = []
        self.listeners: list[Heard] = []
        self.readers = 0
        self.news = asyncio.Event()

    def append(self, thing: Hashable = None) -> None:
        placed = Placed(len(self.events) + 1, len(self.events) + 1, thing)
        self.events.append(placed)
        for heard in tuple(self.listeners):
            heard(placed)
        self.news.set()
        self.news = asyncio.Event()

    def read(self, after: int | None = None) -> Reading:
        self.readers += 1
        return _Reading(self, self.start if after is None else after)

    def listen(self, heard: Heard) -> Stop:
        self.listeners.append(heard)
        return lambda: self.listeners.remove(heard)


class _Reading:
    def __init__(self, feed: Feed, after: int) -> None:
        self._feed = feed
        self._after = after

    async def missed(self) -> Placed | None:
        await asyncio.sleep(0)  # as a database would take its time
        if self._after >= len(self._feed.events):
            return None
        self._after += 1
        return self._feed.events[self._after - 1]

    async def news(self) -> None:
        if self._after >= len(self._feed.events):
            await self._feed.news.wait()

    def close(self) -> None:
        self._feed.readers -= 1


class Desk:
    """Executes events, and counts how often."""

    def __init__(self) -> None:
        self.channels = Channels()
        self.executed: list[Any] = []
        self.broken: set[Any] = set()
        self.gate = asyncio.Event()
        self.gate.set()

    async def execute(self, placed: Placed) -> Answer:
        event = placed.event
        await asyncio.sleep(0)
        await self.gate.wait()
        self.executed.append(event)
        if event in self.broken:
            raise ZeroDivisionError
        return Answer(str(event).encode())

    def follow(self, feed: Feed, key: Hashable = "key", *, conflate: bool = False) -> Updates:
        return Updates(feed, self.execute, _failed, self.channels, key, conflate=conflate)


def _failed(_error: Exception) -> Answer:
    return Answer(b"failed", Stage.REFUSED)


class Peer:
    """A transport that takes answers without waiting, while it is ready."""

    def __init__(self, updates: Updates) -> None:
        self.updates = updates
        self.taken: list[int] = []
        self.ready = True
        self.tasks: list[asyncio.Task[None]] = []
        self.catch_up()

    def catch_up(self) -> None:
        self.tasks.append(asyncio.create_task(self._catch_up()))

    async def _catch_up(self) -> None:
        while not self.ready:
            await asyncio.sleep(0)
        while (answer := await self.updates.missed()) is not None:
            self.taken.append(int(answer.body))
        self.updates.join(self.take, self.catch_up)

    def take(self, answer: Answer) -> bool:
        if self.ready:
            self.taken.append(int(answer.body))
        return self.ready
