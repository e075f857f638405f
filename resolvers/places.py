"""Places in the event log, as clients name them."""

from __future__ import annotations

from domain.ports import Cursor, CursorExpiredError, EventLog


async def position_behind(log: EventLog, after: Cursor | None) -> int:
    """The position behind which to read; the beginning without a cursor. Raises CursorExpiredError."""
    if after is None:
        return 0
    if after.epoch != await log.epoch() or not await log.reaches(after.position):
        raise CursorExpiredError
    return after.position
