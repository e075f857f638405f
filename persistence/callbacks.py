"""The records of callbacks: written at once when one is received, looked at afterwards by whoever takes it.

A doubled one is counted where the first is. What came with a wrong signature has no event id here, so that nobody
can keep a true event out by sending a false one of its name before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from domain.callbacks import (
    Callback,
    CallbackFilter,
    CallbackSource,
    CallbackStatus,
    Finding,
    Received,
    number_in,
)
from domain.pages import Page, Window
from persistence.columns import table
from persistence.conditions import any_of
from persistence.database import Database
from persistence.documents import instant, text_digest
from persistence.pages import LONGEST_NUMBER, Ordering, page_of, paged
from persistence.tables import CallbackRow

KEPT: Final = timedelta(days=30)
FORGED_KEPT: Final = timedelta(days=3)
"""Strangers decide how many of these there are."""

_CALLBACKS = table(CallbackRow)
_ORDERING = Ordering("callbacks", _CALLBACKS.c.id, descending=True, numbered=True)
_SHOWN: Final = "id, source, event, event_id, key, status, note, seen, received_at, seen_at, body"

_RECORD: Final = """INSERT INTO callbacks
    (source, event, event_id, digest, key, order_number, status, note, seen, received_at, seen_at, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10)
    ON CONFLICT (source, event_id, digest)
    DO UPDATE SET seen = callbacks.seen + 1, seen_at = excluded.seen_at RETURNING seen"""
_NEW: Final = """SELECT id FROM callbacks
    WHERE status = 'NEW' AND (leased_until IS NULL OR leased_until <= $1) ORDER BY id LIMIT $3"""
_AMONG: Final = f"= ANY(ARRAY({_NEW} FOR UPDATE SKIP LOCKED))"
"""An array is made once, so that no more are taken than the limit says, whatever the plan."""
_TAKE: Final = f"UPDATE callbacks SET leased_until = $2 WHERE id {{among}} RETURNING {_SHOWN}"  # noqa: S608 - own names
_SETTLE: Final = """UPDATE callbacks SET status = $2, note = $3, key = $4, order_number = $5
    WHERE id = $1 AND status = 'NEW' RETURNING id"""
_FORGET: Final = "DELETE FROM callbacks WHERE received_at < $1"
_FORGET_FORGED: Final = "DELETE FROM callbacks WHERE status = 'FORGED' AND received_at < $1"
_COUNT: Final = "SELECT status, count(*) AS count FROM callbacks WHERE received_at >= $1 GROUP BY status"


class SqlCallbacks:
    """The records over SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, received: Received) -> bool:
        """Keep it, durably when this returns; false when the same was there before: then it is counted."""
        finding = received.finding or Finding(CallbackStatus.NEW, "")
        rows = await self._database.change(
            _RECORD,
            received.source.value,
            received.event,
            received.event_id,
            text_digest(received.body),
            finding.key,
            number_in(finding.key),
            finding.status.value,
            finding.note or None,
            received.at,
            received.body,
        )
        return bool(rows[0]["seen"] == 1)

    async def take(self, now: datetime, until: datetime, limit: int) -> Sequence[Callback]:
        """Callbacks which nobody has looked at, oldest first; held until ``until``."""
        among = f"IN ({_NEW})" if self._database.is_sqlite else _AMONG
        rows = await self._database.change(_TAKE.format(among=among), now, until, limit)
        return [_callback(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    async def settle(self, id: str, finding: Finding) -> bool:  # noqa: A002 - it is the callback's id
        """Write down what one turned out to be; false when that is written down already."""
        number = number_in(finding.key)
        values = (finding.status.value, finding.note, finding.key, number)
        return bool(await self._database.change(_SETTLE, int(id), *values))

    async def page(self, wanted: CallbackFilter, window: Window) -> Page[Callback]:
        """A page of them, newest first. Raises BadCursorError."""
        statement = paged(select(_CALLBACKS).where(*_conditions(wanted)), _ORDERING, window)
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return page_of(rows, _ORDERING, window, _callback, lambda row: (None, str(row["id"])))

    async def find(self, ids: Collection[str]) -> Mapping[str, Callback]:
        """Those of them which exist, by id."""
        numbers = [int(id_) for id_ in ids if id_.isascii() and id_.isdecimal() and len(id_) < LONGEST_NUMBER]
        async with self._database.reading() as connection:
            found = await connection.execute(select(_CALLBACKS).where(_CALLBACKS.c.id.in_(numbers)))
            return {str(row["id"]): _callback(row) for row in found.mappings()}

    async def counts(self, since: datetime) -> Mapping[str, int]:
        """How many were received since then, by status."""
        rows = await self._database.fetch(_COUNT, since)
        return {row["status"]: row["count"] for row in rows}

    async def forget(self, now: datetime) -> None:
        """Remove those which are too old to be of use."""
        await self._database.change(_FORGET, now - KEPT)
        await self._database.change(_FORGET_FORGED, now - FORGED_KEPT)


def _conditions(wanted: CallbackFilter) -> Iterator[ColumnElement[bool]]:
    yield from any_of(_CALLBACKS.c.status, wanted.statuses)
    yield from any_of(_CALLBACKS.c.source, wanted.sources)
    yield from any_of(_CALLBACKS.c.order_number, wanted.order_numbers)
    if wanted.received_from is not None:
        yield _CALLBACKS.c.received_at >= wanted.received_from
    if wanted.received_to is not None:
        yield _CALLBACKS.c.received_at < wanted.received_to


def _callback(row: Any) -> Callback:
    return Callback(
        id=str(row["id"]),
        source=CallbackSource(row["source"]),
        event=row["event"],
        event_id=row["event_id"],
        key=row["key"],
        status=CallbackStatus(row["status"]),
        note=row["note"],
        seen=row["seen"],
        received_at=instant(row["received_at"]),
        seen_at=instant(row["seen_at"]),
        body=row["body"],
    )
