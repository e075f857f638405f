"""Pages of lists that are in memory, and rows where the schema has a type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from domain.pages import BadCursorError, Edge, Page, Window

T = TypeVar("T")


def row(row: object) -> Any:
    """A row, where an annotation has the type of the schema that shows it."""
    return row


def page_of(rows: Sequence[T], cursor: Callable[[T], str], window: Window) -> Page[T]:
    """The first rows behind a cursor. Raises BadCursorError."""
    cursors = [cursor(row) for row in rows]
    if window.after is not None and window.after not in cursors:
        raise BadCursorError
    start = cursors.index(window.after) + 1 if window.after is not None else 0
    end = start + window.size
    edges = tuple(Edge(cursors[n], rows[n]) for n in range(start, min(end, len(rows))))
    return Page(edges, end < len(rows), start > 0)
