"""Keyset pages: a list in one total order, and any part of it found by an index.

A cursor names its list and sort, the sorted value of its row and the row's key; so a page follows its predecessor
whatever was written in between, and costs the same however far down the list it is.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import Column, ColumnElement, Select, and_, literal, or_, tuple_

from domain.pages import BadCursorError, Edge, Page, Window
from persistence.documents import is_storable

T = TypeVar("T")

KEPT_CURSORS = 2_000
"""Of rows: those of the lists that are asked for again and again are made once."""
LONGEST_NUMBER = 19
"""Digits of a 64-bit number, less one."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order of a list: by a column (null: by the key alone), ties by the key in the same direction.

    Rows without the value come last in an ascending order; a descending one has none of them. The key is a text,
    or with ``numbered`` a number.
    """

    name: str
    key: ColumnElement[Any]
    column: Column[Any] | None = None
    descending: bool = False
    numbered: bool = False

    def sorted(self, *, backward: bool) -> list[ColumnElement[Any]]:
        """The ORDER BY of this order, or of its reverse."""
        down = self.descending != backward
        key = self.key.desc() if down else self.key.asc()
        if self.column is None:
            return [key]
        value = self.column.desc() if down else self.column.asc()
        if self.descending:
            return [value, key]
        return [value.nulls_first() if backward else value.nulls_last(), key]

    def beyond(self, cursor: str, *, behind: bool) -> ColumnElement[bool]:
        """The rows strictly behind a cursor, or before it. Raises BadCursorError."""
        value, key = self._read(cursor)
        up = behind != self.descending
        if self.column is None:
            return self.key > key if up else self.key < key
        if value is None:
            tied = and_(self.column.is_(None), self.key > key if up else self.key < key)
            return tied if up else or_(self.column.is_not(None), tied)
        here = tuple_(literal(value, self.column.type), literal(key, self.key.type))
        row = tuple_(self.column, self.key)
        if self.descending:
            return row < here if behind else row > here
        return or_(row > here, self.column.is_(None)) if behind else row < here

    def cursor(self, value: Any, key: str) -> str:
        """The place of a row, as opaque text."""
        return _cursor(self.name, value, key)

    def _read(self, cursor: str) -> tuple[datetime | None, str | int]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            name, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            instant = _instant(value) if value is not None else None
        except (binascii.Error, ValueError, TypeError, OverflowError) as error:
            raise BadCursorError(f"{cursor[:80]!r} is no cursor of a page") from error
        if name != self.name:
            raise BadCursorError(
                f"the cursor is of the list {name!r}, not of {self.name!r}; begin without a cursor"
            )
        if not self._has(instant) or not isinstance(key, str) or not self._names(key):
            raise BadCursorError(f"{cursor[:80]!r} is no cursor of a page")
        return instant, int(key) if self.numbered else key

    def _has(self, instant: datetime | None) -> bool:
        """Whether a row of this list can be sorted by it."""
        if self.column is None:
            return instant is None
        return instant is not None or bool(self.column.nullable)

    def _names(self, key: str) -> bool:
        """Whether a row of this list can have the key."""
        return key.isdecimal() and len(key) < LONGEST_NUMBER if self.numbered else is_storable(key)


@lru_cache(maxsize=KEPT_CURSORS)
def _cursor(name: str, value: Any, key: str) -> str:
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(orjson.dumps([name, shown, key])).decode().rstrip("=")


def _instant(text: str) -> datetime:
    """An instant of a cursor, as every database can compare it. Raises ValueError, TypeError, OverflowError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found.astimezone(UTC)


def paged(statement: Select[Any], ordering: Ordering, window: Window) -> Select[Any]:
    """The statement of one page, with one row more than the page has."""
    if window.after is not None:
        statement = statement.where(ordering.beyond(window.after, behind=True))
    if window.before is not None:
        statement = statement.where(ordering.beyond(window.before, behind=False))
    return statement.order_by(*ordering.sorted(backward=window.backward)).limit(window.size + 1)


def page_of(
    rows: Sequence[Any],
    ordering: Ordering,
    window: Window,
    node: Callable[[Any], T],
    place: Callable[[Any], tuple[Any, str]],
) -> Page[T]:
    """The page of the rows which ``paged`` found; ``place`` tells a row's sorted value and key."""
    more = len(rows) > window.size
    shown: Iterable[Any] = rows[: window.size]
    if window.backward:
        shown = reversed(list(shown))
    edges = tuple(Edge(ordering.cursor(*place(row)), node(row)) for row in shown)
    if window.backward:
        return Page(edges, has_next=window.before is not None, has_previous=more)
    return Page(edges, has_next=more, has_previous=window.after is not None)
