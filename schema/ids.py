"""Global ids as clients send them, read as ids of one type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from schema.node import decode_id
from schema.scalars import bad_input

T = TypeVar("T")
_SHOWN = 60


class NoSuchThingError(Exception):
    """An id that can belong to nothing of the wanted type; answered as NotFound, with this text."""


def own_id(kind: str, make: Callable[[str], T], text: str) -> T:
    """The id inside a global id of that type. Raises NoSuchThingError."""
    found = decode_id(text)
    if found is None:
        raise NoSuchThingError(f"{text[:_SHOWN]} is not a global id; give the `id` of a {kind}")
    if found[0] != kind:
        raise NoSuchThingError(f"{text[:_SHOWN]} is the id of a {found[0][:_SHOWN]}, not of a {kind}")
    return make(found[1])


def filter_ids(
    kind: str, make: Callable[[str], T], texts: Sequence[str] | None, name: str
) -> tuple[T, ...] | None:
    """The ids inside the global ids of a filter; one of another type is BAD_USER_INPUT."""
    if texts is None:
        return None
    try:
        return tuple(own_id(kind, make, text) for text in texts)
    except NoSuchThingError as wrong:
        raise bad_input(f"`{name}`: {wrong}") from None


def several(make: Callable[[str], T], texts: Sequence[str] | None) -> tuple[T, ...] | None:
    """A list of a filter as the rules want it."""
    return tuple(make(text) for text in texts) if texts is not None else None
