"""The feed for clients that poll."""

from __future__ import annotations

from typing import Any, Final

from domain import feeds, filters
from domain.pages import Edge, Page
from domain.ports import Cursor
from resolvers.context import Context
from resolvers.places import position_behind
from schema.scalars import write_cursor

BATCH: Final = 500
MOST_BATCHES: Final = 10
"""How much of the log one request reads at most: a filter that lets little through gets a short page, and
goes on."""


async def events_page(
    context: Context, wanted: filters.UpdateFilter, after: Cursor | None, size: int
) -> Page[Any]:
    """Up to ``size`` wanted updates behind a cursor. Raises CursorExpiredError."""
    log, reads, wants = context.services.log, context.services.reads, feeds.wanted(wanted, context.scope)
    start = position = await position_behind(log, after)
    epoch = await log.epoch()
    edges: list[Edge[Any]] = []
    more = size > 0
    for _ in range(MOST_BATCHES if size else 0):
        entries = await log.read(position, BATCH)
        groups = await reads.groups({entry.group for entry in entries})
        for entry in entries:
            if len(edges) == size:
                return _page(edges, epoch, position, start, more=True)
            position = entry.position
            if entry.group in groups and wants(entry, groups[entry.group]):
                update = feeds.update_of(epoch, entry, groups[entry.group])
                edges.append(Edge(write_cursor(update.cursor), update))
        more = len(entries) == BATCH
        if not more:
            break
    return _page(edges, epoch, position, start, more=more)


def _page(edges: list[Edge[Any]], epoch: str, position: int, start: int, *, more: bool) -> Page[Any]:
    """The page, with the place where reading ended, which may be behind its last edge."""
    return Page(tuple(edges), more, start > 0, write_cursor(Cursor(epoch, position)))
