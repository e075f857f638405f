"""What runs by the clock: groups whose jeopardy, deadline or end of a hold has come are woken.

The instants live in the database. Several processes may look; the conditional write lets each thing happen once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.access import SYSTEM
from domain.commands import Wake
from domain.ports import Store
from domain.values import GroupId
from gateway.workers.watch import Watch

log = logging.getLogger("onevisit.timers")

BATCH = 100
REST_SECONDS = 60.0


class DueStore(Store, Protocol):
    """A store which knows for whom time has come."""

    async def due(self, now: datetime, limit: int) -> Sequence[GroupId]:
        """Groups for which time alone matters by now."""
        ...


@dataclass(slots=True)
class Chore:
    """What is done again and again, ``every_seconds``."""

    every_seconds: float
    work: Callable[[], Awaitable[object]]
    due_at: float = 0.0


class Timers:
    """Looks every ``interval_seconds``, wakes what is due, and does its chores."""

    def __init__(
        self,
        store: DueStore,
        clock: Callable[[], datetime],
        *,
        interval_seconds: float = 1.0,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._chores = chores
        self._rest_until: dict[GroupId, float] = {}
        self._watch = Watch("timers", self._look, _tell, interval_seconds=interval_seconds)

    async def start(self) -> None:
        """Begin to look."""
        self._watch.start()

    async def stop(self) -> None:
        """Stop looking; what is due stays due."""
        await self._watch.stop()

    async def wake_due(self) -> int:
        """Wake everything that is due by now; how many groups that were."""
        tried: set[GroupId] = set(self._resting())
        woken = 0
        while True:
            due = await self._store.due(self._clock(), BATCH + len(tried))
            fresh = [group for group in due if group not in tried]
            for group in fresh:
                tried.add(group)
                woken += await self._wake(group)
            if len(due) < BATCH or not fresh:
                return woken

    async def _wake(self, group: GroupId) -> bool:
        """Whether it went well. A group of which it does not rests for a while, and the others do not wait for it."""
        try:
            await self._store.execute(Wake(group), SYSTEM)
        except Exception:
            await self._store.due(self._clock(), 1)  # an outage is everybody's, and raises here again
            self._rest_until[group] = time.monotonic() + REST_SECONDS
            log.exception("a group could not be woken", extra={"group": group, "rest_seconds": REST_SECONDS})
            return False
        return True

    def _resting(self) -> Iterable[GroupId]:
        now = time.monotonic()
        self._rest_until = {group: until for group, until in self._rest_until.items() if until > now}
        return self._rest_until

    async def _do_chores(self) -> None:
        now = time.monotonic()
        for chore in self._chores:
            if chore.due_at <= now:
                chore.due_at = now + chore.every_seconds
                await chore.work()

    async def _look(self) -> None:
        await self.wake_due()
        await self._do_chores()


def _tell(outage: Mapping[str, Any]) -> None:
    log.warning("timers cannot run", extra=dict(outage))
