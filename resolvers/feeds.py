"""Feeds: what a subscription gives. The hub's changes as rows of updates, each at its place in the log."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from domain.ports import Change, Following, Hub, Wanted
from domain.values import GroupId
from engine.sources import Heard, Placed, Reading, Source, Stop

RowOf = Callable[[Change], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Source):
    """The wanted changes behind a place, of one group or of all.

    Args:
        hub: Who hands them out.
        topic: What they are; with the viewer's scope it says all that ``wants`` and ``row_of`` depend on.
        start: The place behind which to begin.
        wants: Which changes.
        row_of: The row that shows a change.
        group: Whose changes, null for those of all groups.
        first: The row before all others, if any: it stands at the start itself.
    """

    hub: Hub
    topic: Hashable
    start: int
    wants: Wanted
    row_of: RowOf
    group: GroupId | None = None
    first: Any = None

    def read(self, after: int | None = None) -> Reading:
        """All rows behind a place, null from the first."""
        start = self.start if after is None else after
        following = self.hub.following(start, group=self.group, wants=self.wants)
        first = Placed(self.start, self.first) if after is None and self.first is not None else None
        return _Reading(following, self.row_of, first)

    def listen(self, heard: Heard) -> Stop:
        """Call ``heard`` with each row from now on."""
        return self.hub.listen(partial(_tell, heard, self.row_of), group=self.group, wants=self.wants)


class _Reading:
    """A reader of the hub's changes, as rows."""

    def __init__(self, following: Following, row_of: RowOf, first: Placed | None) -> None:
        self.close, self.news = following.close, following.news
        self._following = following
        self._row_of = row_of
        self._first = first

    async def missed(self) -> Placed | None:
        return self._taken() or _placed(await self._following.missed(), self._row_of)

    def _taken(self) -> Placed | None:
        first, self._first = self._first, None
        return first


def _tell(heard: Heard, row_of: RowOf, change: Change | None) -> None:
    try:
        placed = _placed(change, row_of)
    except Exception:  # noqa: BLE001 - each reader meets it again, and fails by itself
        placed = None
    heard(placed)


def _placed(change: Change | None, row_of: RowOf) -> Placed | None:
    """A change tells of its group: the row of a later one shows all of it."""
    if change is None:
        return None
    return Placed(change.entry.position, row_of(change), change.group.id, change.since)
