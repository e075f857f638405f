"""The updates of one subscription, encoded: read by itself up to the present, then shared with others.

Two ways lead to them. An iterator has a bounded mailbox of answers and serves any transport. A transport that can
take an answer without waiting asks for ``missed`` until it is null, then joins: from then on it holds nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable
from typing import Final

from engine.channels import Channel, Channels, Execute
from engine.operations import Answer
from engine.sources import Placed, Reading, Source

MAILBOX: Final = 100
"""Answers that wait for one who iterates. With one more, it reads by itself."""
MOST_THINGS: Final = 1_000
"""Of which a reader who conflates keeps the newest update while it reads on."""

Take = Callable[[Answer], bool]
Lost = Callable[[], None]


class Updates(AsyncIterator[Answer]):
    """One follower's updates: each once, in order. ``aclose`` when they are not wanted any more.

    Args:
        source: The events.
        execute: The answer to an event in its place, for this follower.
        failed: The last answer, when something goes wrong here.
        channels: Where answers are shared.
        key: All that an answer depends on besides the event: followers with one key share.
        conflate: Of updates of one thing that wait, give the newest alone.
    """

    __slots__ = (
        "_channel", "_channels", "_conflate", "_ended", "_execute", "_failed", "_key", "_lost", "_mail", "_newest",
        "_reading", "_source", "_take", "_wake", "place",
    )  # fmt: skip

    def __init__(
        self,
        source: Source,
        execute: Execute,
        failed: Callable[[Exception], Answer],
        channels: Channels,
        key: Hashable,
        *,
        conflate: bool = False,
    ) -> None:
        self.place = source.start
        self._source = source
        self._execute = execute
        self._failed = failed
        self._channels = channels
        self._key = key
        self._conflate = conflate
        self._reading: Reading | None = source.read()
        self._newest: dict[Hashable, Placed] | None = None
        self._channel: Channel | None = None
        self._mail: deque[Answer] | None = None
        self._wake: asyncio.Event | None = None
        self._take: Take = self._put
        self._lost: Lost = self._woken
        self._ended = False

    async def missed(self) -> Answer | None:
        """The next answer to what has happened already; null when none is left: ``join`` before anything else.

        An answer whose stage is not EXECUTED is the last.
        """
        try:
            placed = await self._placed()
            if placed is None:
                return None
            answer = await self._execute(placed)
        except Exception as error:  # noqa: BLE001 - whatever ends a stream, its client is told
            self._end()
            return self._failed(error)
        self.place = placed.place
        return answer

    def join(self, take: Take, lost: Lost) -> None:
        """Hand every further answer to ``take``, which does not wait and says whether it could.

        If not, ``lost`` is called, and ``missed`` goes on with that answer.
        """
        self._take, self._lost = take, lost
        self._channel = self._channels.joined(self._key, self, self._source, self._execute)
        self._close_reading()

    def deliver(self, place: int, answer: Answer) -> None:
        """Take an answer of the channel."""
        try:
            taken = self._take(answer)
        except Exception:  # noqa: BLE001 - one member's fault is no other's: it meets it again by itself
            taken = False
        if taken:
            self.place = place
        else:
            self.fall_back()

    def fall_back(self) -> None:
        """Leave the channel and read by itself."""
        if self._ended:
            return
        self._reading = self._source.read(self.place)
        self._leave()
        self._lost()

    async def __anext__(self) -> Answer:
        while True:
            if self._mail:
                return self._mail.popleft()
            if self._ended:
                raise StopAsyncIteration
            if self._reading is None:
                await self._mailed()
            elif (answer := await self.missed()) is not None:
                return answer
            elif not self._ended:
                self.join(self._put, self._woken)

    async def aclose(self) -> None:
        """No more are wanted."""
        self.close()

    def close(self) -> None:
        """No more are wanted."""
        self._end()
        self._woken()

    async def _placed(self) -> Placed | None:
        """The next event that has happened already; of a thing the newest alone, where that is wanted."""
        if self._reading is None:
            return None
        if not self._conflate:
            return await self._reading.missed()
        if not self._newest:
            self._newest = await _newest(self._reading)
        return self._newest.pop(next(iter(self._newest))) if self._newest else None

    async def _mailed(self) -> None:
        """Wait for mail, or for a reason to read again."""
        self._wake = asyncio.Event()
        await self._wake.wait()
        self._wake = None

    def _put(self, answer: Answer) -> bool:
        if self._mail is None:
            self._mail = deque()
        if len(self._mail) >= (1 if self._conflate else MAILBOX):
            return False
        self._mail.append(answer)
        self._woken()
        return True

    def _woken(self) -> None:
        if self._wake is not None:
            self._wake.set()

    def _end(self) -> None:
        self._ended = True
        self._close_reading()
        self._leave()

    def _close_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _leave(self) -> None:
        if self._channel is not None:
            channel, self._channel = self._channel, None
            channel.leave(self)


async def _newest(reading: Reading) -> dict[Hashable, Placed]:
    """Thing → the newest event of it that has happened already, by place. What tells of nothing stands by itself."""
    found: dict[Hashable, Placed] = {}
    while len(found) < MOST_THINGS and (placed := await reading.missed()) is not None:
        thing = placed.thing if placed.thing is not None else object()
        found.pop(thing, None)
        found[thing] = placed
    return found
