"""The hub: one reader of the log per process, which hands each entry to those who follow it.

It looks when the bell rings and at least every ``poll_seconds``; so a lost ring costs that long and no more.
Followers are kept by group, those of everything apart. An outage of the database is waited out, and the
followers stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from domain.ports import Change, Entry, EventLog, GroupReader, Heard, Wanted
from domain.values import GroupId
from live.follower import MAILBOX_SIZE, Follower
from live.following import REPLAY_BATCH, Following
from live.listener import Listener

log = logging.getLogger("onevisit.hub")

BATCH = 500
"""Entries of one look at the log."""
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class HubCounts:
    """What the hub has done, for health and telemetry."""

    position: int = 0
    followers: int = 0
    delivered: int = 0
    overflows: int = 0
    failures: int = 0
    healthy: bool = False


class LiveHub:
    """Follows the log for everybody in this process."""

    def __init__(
        self,
        event_log: EventLog,
        reader: GroupReader,
        *,
        poll_seconds: float = 1.0,
        mailbox_size: int = MAILBOX_SIZE,
    ) -> None:
        self._log = event_log
        self._reader = reader
        self._poll_seconds = poll_seconds
        self._mailbox_size = mailbox_size
        self._rung = asyncio.Event()
        self._by_group: dict[GroupId | None, set[Follower | Listener]] = {}
        self._task: asyncio.Task[None] | None = None
        self.counts = HubCounts()

    def look(self) -> None:
        """The bell rang: look at the log soon. Where nobody follows, the next poll is soon enough."""
        if self._by_group:
            self._rung.set()

    async def start(self) -> None:
        """Begin to look, from the present end of the log: whoever follows from now on reads what lies before it."""
        self.counts.position = await self._log.head()
        self._task = asyncio.create_task(self._run(), name="hub")

    async def stop(self) -> None:
        """Stop looking; followers hear nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def following(self, after: int, *, group: GroupId | None = None, wants: Wanted) -> Following:
        """One reader's way from a position to the present. It hears from now on, until it is closed."""
        follower = Follower(group, wants, self._mailbox_size)
        self._enter(follower)
        left = partial(self._leave, follower)
        return Following(follower, after, self._behind, left=left, overflowed=self._overflowed)

    def listen(self, heard: Heard, *, group: GroupId | None = None, wants: Wanted) -> Callable[[], None]:
        """Call ``heard`` with each wanted change from now on, until what this gives is called."""
        listener = Listener(group, wants, heard)
        self._enter(listener)
        return partial(self._leave, listener)

    def _enter(self, one: Follower | Listener) -> None:
        if not self._by_group:
            self._rung.set()
        self._by_group.setdefault(one.group, set()).add(one)
        self.counts.followers += 1

    def _leave(self, one: Follower | Listener) -> None:
        """Forget one; who has left before, has left."""
        others = self._by_group.get(one.group, set())
        if one in others:
            others.discard(one)
            self.counts.followers -= 1
        if not others:
            self._by_group.pop(one.group, None)

    def _overflowed(self) -> None:
        self.counts.overflows += 1

    async def _behind(self, after: int, group: GroupId | None) -> tuple[Sequence[Entry], Sequence[Change]]:
        """A batch of the log with its groups, once the database can be asked."""
        groups = [group] if group is not None else None
        pause = self._poll_seconds
        while True:
            try:
                began = time.monotonic()
                # what has no place yet gets one behind all that have, and is heard of then
                entries = await self._log.read(after, REPLAY_BATCH, groups=groups, place=False)
                return entries, await self._with_groups(entries, began)
            except Exception as error:  # noqa: BLE001 - as in _run
                self._failed(error, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _with_groups(self, entries: Sequence[Entry], since: float) -> list[Change]:
        if not entries:
            return []
        revisions = {entry.group: entry.revision for entry in entries}  # of each group the last one stays
        groups = await self._reader.groups_since(revisions)
        return [Change(entry, groups[entry.group], since) for entry in entries if entry.group in groups]

    async def _run(self) -> None:
        pause = self._poll_seconds
        while True:
            try:
                await self._look()
                pause = self._poll_seconds
            except Exception as error:  # noqa: BLE001 - an outage of the database must not end the feeds
                self._failed(error, pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._rung.wait()

    def _failed(self, error: Exception, pause: float) -> None:
        self.counts.failures += 1
        self.counts.healthy = False
        cause = f"{type(error).__name__}: {error}"
        log.warning("the log cannot be read", extra={"cause": cause, "pause_seconds": pause})

    async def _look(self) -> None:
        """Hand out everything behind the hub's position."""
        self._rung.clear()
        began = time.monotonic()
        while entries := await self._log.read(self.counts.position, BATCH):
            for change in await self._with_groups(self._followed(entries), began):
                self._hand_out(change)
            self.counts.position = entries[-1].position
            if len(entries) < BATCH:
                break
            began = time.monotonic()
        self.counts.healthy = True

    def _followed(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those which somebody may want. Who comes later reads them in the log."""
        if None in self._by_group:
            return entries
        return [entry for entry in entries if entry.group in self._by_group]

    def _hand_out(self, change: Change) -> None:
        for name in (change.entry.group, None):
            for one in tuple(self._by_group.get(name, ())):
                self.counts.delivered += one.offer(change)
