"""One who follows the log: a bounded mailbox, and the way back when it was too slow.

Invariants: every wanted change behind the cursor comes once and in order. A follower registers before it
reads the log, so nothing falls in between; one whose mailbox overflows loses the mailbox, not the changes: it
reads the log from its last position until it has caught up, then follows live again.
"""

from __future__ import annotations

import asyncio
from collections import deque

from domain.ports import Change, Wanted
from domain.values import GroupId

MAILBOX_SIZE = 1000


class Follower:
    """The mailbox of one feed."""

    def __init__(self, group: GroupId | None, wants: Wanted, size: int = MAILBOX_SIZE) -> None:
        self.group = group
        self.wants = wants
        self._size = size
        self._mail: deque[Change] = deque()
        self._arrived = asyncio.Event()
        self.overflowed = False

    def offer(self, change: Change) -> bool:
        """Take a change if it is wanted, and say whether it was; never waits and never raises.

        A question of ``wants`` that fails, fails in its own feed: that reads the log from here on, and asks it again.
        """
        if self.overflowed:
            return False
        try:
            wanted = self.wants(change.entry, change.group)
        except Exception:  # noqa: BLE001 - one feed's bug is no other feed's business
            self._overflow()
            return False
        if wanted and len(self._mail) >= self._size:
            self._overflow()
        elif wanted:
            self._mail.append(change)
            self._arrived.set()
        return wanted and not self.overflowed

    async def take(self) -> Change | None:
        """The next change, null when the mailbox overflowed and the log must be read."""
        while not self._mail:
            if self.overflowed:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return self._mail.popleft()

    def rejoin(self) -> None:
        """Live again from here on; what was offered meanwhile is in the log."""
        self.overflowed = False

    def _overflow(self) -> None:
        self.overflowed = True
        self._mail.clear()
        self._arrived.set()
