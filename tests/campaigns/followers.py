"""Subscribers over the wire who come back with their cursors, and know what they have seen."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import websockets

from tests.campaigns.clients import AGAIN
from tests.wire.feeds import UPDATES, RefusedError, follow

OF_GROUP = """subscription($key: String!, $after: Cursor) { groupUpdates(key: $key, after: $after) {
  cursor revision kind group { key round revision } } }"""


class Follower:
    """One subscription, taken up again at the next gateway whenever it is cut, or after ``patience`` updates.

    Args:
        urls: The gateways, in the order in which they are asked.
        token: Of the caller.
        after: A cursor to begin behind.
        patience: After how many updates it leaves by itself.
        key: Of the group that it follows; without one it follows all.
    """

    def __init__(
        self, urls: list[str], token: str, after: str | None, patience: int | None, key: str | None = None
    ) -> None:
        self._urls = urls
        self._token = token
        self._cursor = after
        self._patience = patience
        self._document, self._given = (UPDATES, {}) if key is None else (OF_GROUP, {"key": key})
        self.seen: defaultdict[str, list[int]] = defaultdict(list)
        self.begun_at: dict[str, int] = {}
        self.updates = 0
        self.connections = 0

    async def run(self) -> None:
        """Follow until cancelled. Raises RefusedError where a feed was refused for good."""
        while True:
            url = self._urls[self.connections % len(self._urls)]
            self.connections += 1
            try:
                await self._once(url)
            except RefusedError as error:
                if error.code not in AGAIN:
                    raise
            except (OSError, TimeoutError, AssertionError, ValueError, websockets.WebSocketException):
                pass
            await asyncio.sleep(0.1)

    async def _once(self, url: str) -> None:
        feed = follow(url, self._token, self._document, after=self._cursor, **self._given)
        taken = 0
        async for update in feed:
            self._take(update)
            taken += 1
            if taken == self._patience:
                break
        await feed.aclose()  # type: ignore[attr-defined]  # it is a generator

    def _take(self, update: dict[str, Any]) -> None:
        self._cursor = update["cursor"]
        if update["group"] is None:
            return
        group = f"{update['group']['round']}/{update['group']['key']}"
        if update["kind"] == "SNAPSHOT":
            self.begun_at[group] = update["revision"]
            return
        self.updates += 1
        self.seen[group].append(update["revision"])

    def wrongs(self, last: dict[str, int]) -> list[str]:
        """Where it did not see each revision once and in order, up to the last one of the log."""
        groups = last if not self._given else {g: n for g, n in last.items() if g in self.begun_at}
        return [
            f"of group {group} it saw {shown(self.seen[group])} and the log has {self._from(group)} to {newest}"
            for group, newest in groups.items()
            if self.seen[group] != list(range(self._from(group), newest + 1))
        ]

    @property
    def begun(self) -> bool:
        """Whether it has a cursor."""
        return self._cursor is not None

    def lacks(self, last: dict[str, int]) -> bool:
        """Whether something of the log has not come yet."""
        groups = last if not self._given else {g: last[g] for g in self.begun_at if g in last}
        return any(max(self.seen[g], default=self._from(g) - 1) < newest for g, newest in groups.items())

    def _from(self, group: str) -> int:
        return self.begun_at.get(group, 0) + 1


def shown(revisions: list[int]) -> str:
    """A list that may be long."""
    return " ".join(map(str, revisions[:40])) or "nothing"
