"""The arguments of lists: which page is asked for."""

from __future__ import annotations

from domain.pages import Window
from schema.scalars import bad_input

PAGE = 50
LARGEST_PAGE = 200
LARGEST_FEED = 1000
LONGEST_CURSOR = 1000


def window(
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window:
    """The page that Relay's four arguments ask for; 50 rows if they do not say, at most 200."""
    if first is not None and last is not None:
        raise bad_input("`first` and `last` exclude each other; give one of them")
    for name, cursor in (("after", after), ("before", before)):
        if cursor is not None and len(cursor) > LONGEST_CURSOR:
            raise bad_input(f"`{name}` is not a cursor of this list; give one that an edge carried")
    size, name = (last, "last") if last is not None else (first, "first")
    return Window(
        bounded(name, PAGE if size is None else size, LARGEST_PAGE), after, before, last is not None
    )


def bounded(name: str, size: int, largest: int) -> int:
    """The size if it may be asked for."""
    if not 0 <= size <= largest:
        raise bad_input(f"`{name}` is {size}; give 0 to {largest}")
    return size
