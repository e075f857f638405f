"""One execution of an event for everybody who follows the same thing with the same selection and the same rights.

A member reads up to the present by itself, then joins. From then on it holds no task and no mailbox: what the
channel executes and encodes once is handed to each member at once. One that cannot take it falls back to reading
by itself, so it delays nobody and misses nothing, and joins again when it has caught up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Protocol

from engine.operations import Answer
from engine.sources import Placed, Source

Execute = Callable[[Placed], Awaitable[Answer]]

LONGEST_QUEUE: Final = 1_000
"""Events that wait for their execution. When there are more, every member reads by itself."""
TURN: Final = 200
"""Members who are served before everything else in the process has its turn."""


class Member(Protocol):
    """One who follows. ``place`` is that of the last event which it has."""

    place: int

    def deliver(self, place: int, answer: Answer) -> None:
        """Take an answer, or leave the channel and read by itself. Never waits, never raises."""
        ...

    def fall_back(self) -> None:
        """Leave the channel and read by itself."""
        ...


class Channel:
    """Those who share. It listens to the source of its first member while it has any."""

    __slots__ = ("_events", "_execute", "_gone", "_members", "_stop", "_task")

    def __init__(self, source: Source, execute: Execute, gone: Callable[[], None]) -> None:
        self._execute = execute
        self._gone = gone
        self._members: dict[Member, None] = {}
        self._events: deque[Placed | None] = deque()
        self._task: asyncio.Task[None] | None = None
        self._stop = source.listen(self._hear)

    def __len__(self) -> int:
        return len(self._members)

    def join(self, member: Member) -> None:
        """From now on it gets every event behind its place."""
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """It gets no more; who has left has left."""
        self._members.pop(member, None)
        if not self._members:
            self._stop()
            self._gone()

    def _hear(self, placed: Placed | None) -> None:
        if len(self._events) >= LONGEST_QUEUE:
            self._events.clear()
            placed = None
        self._events.append(placed)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Tell all that waits, one after the other."""
        try:
            while self._events and self._members:
                placed = self._events.popleft()
                answer = await self._answer(placed)
                if placed is None or answer is None:
                    self._disband()
                else:
                    await self._deliver(placed.place, answer)
        finally:
            self._task = None

    async def _answer(self, placed: Placed | None) -> Answer | None:
        """What the event answers; null if that fails: then it fails again, for each member by itself."""
        try:
            return None if placed is None else await self._execute(placed)
        except Exception:  # noqa: BLE001 - as the docstring says
            return None

    async def _deliver(self, place: int, answer: Answer) -> None:
        for count, member in enumerate(tuple(self._members), start=1):
            if member.place < place and member in self._members:
                member.deliver(place, answer)
            if count % TURN == 0:
                await asyncio.sleep(0)

    def _disband(self) -> None:
        for member in tuple(self._members):
            member.fall_back()


class Channels:
    """The channels of this process by what they share."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Channel] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def members(self) -> int:
        """How many share."""
        return sum(map(len, self._open.values()))

    def joined(self, key: Hashable, member: Member, source: Source, execute: Execute) -> Channel:
        """The channel of that key, opened if need be, with one member more."""
        channel = self._open.get(key)
        if channel is None:
            channel = self._open[key] = Channel(source, execute, lambda: self._close(key))
        channel.join(member)
        return channel

    def _close(self, key: Hashable) -> None:
        self._open.pop(key, None)
