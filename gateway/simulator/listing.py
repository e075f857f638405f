"""Finding things by what they are: the query parameters which every TM Forum API takes for a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.adapters.characteristics import fields_of
from gateway.simulator.answers import bad_field
from gateway.simulator.record import Thing

_LISTS: Final = ("characteristic", "serviceCharacteristic", "resourceCharacteristic")
_OTHERS: Final = {"offset", "limit", "fields"}


def listed(things: list[Thing], query: Mapping[str, str]) -> tuple[list[Thing], int]:
    """The page of things that fit, and how many fit in all. Raises Refused for a place that is no number.

    A parameter names an attribute (``state``, ``relatedService.id``) or one of the thing's characteristics.
    """
    wanted = {name: value for name, value in query.items() if name not in _OTHERS}
    found = [thing for thing in things if _fits(thing, wanted)]
    first, most = _place(query, "offset", 0), _place(query, "limit", len(found))
    return found[first : first + most], len(found)


def _fits(thing: Thing, wanted: Mapping[str, str]) -> bool:
    return all(_reads(thing, name) == value for name, value in wanted.items())


def _reads(thing: Thing, name: str) -> str | None:
    found: Any = thing
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        found = next((fields[name] for key in _LISTS if name in (fields := fields_of(thing.get(key)))), None)
    return str(found) if found is not None else None


def _place(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, str(otherwise))
    if not (text.isascii() and text.isdecimal()):
        raise bad_field(name, "is no whole number")
    return int(text)
