"""The courier: takes errands of one topic from the outbox and has each carried, several at once.

What is to be sent lives in the database, so a process that dies loses a lease and nothing else. An outage stops
nothing for good; an errand that cannot be carried comes again when its lease ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.outbox import Errand, Outbox, Topic
from gateway.workers.watch import Watch

log = logging.getLogger("onevisit.courier")

LEAST_SECONDS = 0.01
"""Between two looks: rings that come together become one."""
STOP_SECONDS = 2.0
"""For so long a stop waits for what is on its way."""

Carry = Callable[[Errand, datetime], Awaitable[None]]
"""Carries one errand, which is held until the given instant."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many errands at once, how many of those places are kept for urgent ones, how long one is held."""

    at_once: int = 16
    kept_for_urgent: int = 0
    lease_seconds: float = 30.0
    interval_seconds: float = 1.0


class Courier:
    """Carries the errands of one topic. Several processes may have one each."""

    def __init__(
        self,
        topic: Topic,
        outbox: Outbox,
        carry: Carry,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        self._topic = topic
        self._outbox = outbox
        self._carry = carry
        self._clock = clock
        self._pace = pace or Pace()
        self._carrying: dict[asyncio.Task[None], Errand] = {}
        self._watch = Watch(
            f"courier {topic}",
            self._look,
            self._tell,
            interval_seconds=self._pace.interval_seconds,
            least_seconds=LEAST_SECONDS,
        )

    def ring(self) -> None:
        """Something may be there to send: look soon."""
        self._watch.ring()

    async def start(self) -> None:
        """Begin to look."""
        self._watch.start()

    async def stop(self) -> None:
        """Take nothing more, wait a little for what is on its way, and give the rest back to the others."""
        await self._watch.stop()
        left = dict(self._carrying)
        if left:
            await asyncio.wait(left, timeout=STOP_SECONDS)
        late = {task: errand for task, errand in left.items() if task.cancel()}
        await asyncio.gather(*late, return_exceptions=True)
        for errand in late.values():
            with contextlib.suppress(Exception):  # without it they go out once their lease has ended
                await self._outbox.put_back(errand, self._clock(), errand.progress)

    async def _look(self) -> float:
        await self._take()
        return await self._seconds_to_next()

    def _tell(self, outage: Mapping[str, Any]) -> None:
        log.warning("errands cannot be taken", extra={"topic": self._topic, **outage})

    async def _seconds_to_next(self) -> float:
        """How long nothing is due, at most the usual interval: another process may write what is due sooner."""
        now = self._clock()
        due = await self._outbox.next_due(self._topic, now)
        usual = self._pace.interval_seconds
        return min((due - now).total_seconds(), usual) if due is not None else usual

    async def _take(self) -> None:
        """Begin to carry what is due, as much as there is room for."""
        room = self._pace.at_once - len(self._carrying)
        free = room - self._pace.kept_for_urgent
        if room <= 0:
            return
        now = self._clock()
        until = now + timedelta(seconds=self._pace.lease_seconds)
        limit = free if free > 0 else room
        for errand in await self._outbox.take(self._topic, now, until, limit, urgent_only=free <= 0):
            task = asyncio.create_task(self._run_errand(errand, until), name=f"errand {errand.id}")
            self._carrying[task] = errand
            task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        del self._carrying[task]
        self.ring()  # there is room, and perhaps the next errand of that lane

    async def _run_errand(self, errand: Errand, until: datetime) -> None:
        try:
            await self._carry(errand, until)
        except Exception:
            log.exception("an errand could not be run", extra={"topic": self._topic, "errand": errand.id})
