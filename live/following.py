"""The way of one reader from a place in the log to the present, and on.

Invariants: every wanted change behind the place comes once and in order. The mailbox is registered before the log is
read, so nothing falls in between; a reader whose mailbox overflows loses the mailbox, not the changes: it reads the
log from its last position until it has caught up, then goes on with its mail.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from domain.ports import Change, Entry
from domain.values import GroupId
from live.follower import Follower

REPLAY_BATCH = 100
"""Entries of one look at the log: a reader on its way back may leave soon."""

Noted = Callable[[], None]
Past = Callable[[int, GroupId | None], Awaitable[tuple[Sequence[Entry], Sequence[Change]]]]
"""Up to ``REPLAY_BATCH`` entries behind a position, of a group or of all, and those of them whose group is there."""


class Following:
    """The wanted changes behind a position. ``close`` when it is not read any more."""

    def __init__(self, follower: Follower, after: int, past: Past, *, left: Noted, overflowed: Noted) -> None:
        self.follower = follower
        self.close = left
        self._overflowed = overflowed
        self._past = past
        self._position = self._read = after
        self._batch: deque[Change] = deque()
        self._replays = True

    async def missed(self) -> Change | None:
        """The next change that has happened already; null when none is left.

        Whoever gets null, and listens before anybody else has a turn, misses nothing.
        """
        while (change := self._at_hand() or await self._replayed()) is not None:
            if change.entry.position > self._position:
                self._position = change.entry.position
                return change
        return None

    async def news(self) -> None:
        """Wait until it is worth while to ask again."""
        await self.follower.mail()

    def _at_hand(self) -> Change | None:
        """What was read already; when all of the log was, what came by mail."""
        while self._batch:
            change = self._batch.popleft()
            if self.follower.wants(change.entry, change.group):
                return change
        return None if self._replays else self.follower.take()

    async def _replayed(self) -> Change | None:
        """The first wanted change of what is still to be read of the log, null when there is none."""
        if self.follower.overflowed:
            self.follower.rejoin()
            self._overflowed()
            self._read, self._replays = self._position, True
        while self._replays:
            entries, changes = await self._past(self._read, self.follower.group)
            self._replays = len(entries) == REPLAY_BATCH
            self._read = entries[-1].position if entries else self._read
            self._batch.extend(changes)
            if (found := self._at_hand()) is not None:
                return found
        return None
