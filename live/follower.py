"""The mailbox of one who reads changes at its own pace. Bounded: one that overflows loses all its mail."""

from __future__ import annotations

import asyncio
from collections import deque

from domain.ports import Change, Wanted
from domain.values import GroupId

MAILBOX_SIZE = 1000


class Follower:
    """Takes the wanted changes of a group, or of all groups, until somebody asks for them."""

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

    def take(self) -> Change | None:
        """The next change, null when there is none."""
        return self._mail.popleft() if self._mail else None

    async def mail(self) -> None:
        """Wait until there is mail, or all of it is lost."""
        while not self._mail and not self.overflowed:
            self._arrived.clear()
            await self._arrived.wait()

    def rejoin(self) -> None:
        """Take mail again; what was offered meanwhile is in the log."""
        self.overflowed = False

    def _overflow(self) -> None:
        self.overflowed = True
        self._mail.clear()
        self._arrived.set()
