"""Reading a callback: which event it is, and of which attempt. Strict, as it comes from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.network import NetworkEvent, UnreadableEventError
from gateway.adapters.characteristics import fields_of
from gateway.adapters.made_tests import measures_of
from gateway.adapters.monitor import monitor_in
from gateway.adapters.tmf653 import TESTS

LONGEST_ID: Final = 200
_THINGS: Final = ("service", "resource", "serviceTest", "monitor")


def read_event(body: Any) -> NetworkEvent:
    """The event of a callback's JSON. Raises UnreadableEventError naming the field."""
    if not isinstance(body, Mapping):
        raise UnreadableEventError("the callback is no object")
    name, thing = _thing(body)
    event_id, kind = _text(body.get("eventId"), "eventId"), _text(body.get("eventType"), "eventType")
    try:
        measures_of(thing)
    except ValueError as error:
        raise UnreadableEventError(f"event.{name}.{error}") from error
    state = thing.get("state")
    if state is not None:
        state = _text(state, f"event.{name}.state")
    where, key = next(_keys(body, name, thing), ("", None))
    if key is None:
        raise UnreadableEventError("correlationId is missing, and nothing in the event holds our externalId")
    return NetworkEvent(event_id, _attempt(_text(key, where)), kind, state)


def _thing(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    event = body.get("event")
    if not isinstance(event, Mapping):
        raise UnreadableEventError("event is missing, or no object")
    for name in _THINGS:
        if isinstance(thing := event.get(name), Mapping):
            return name, thing
    raise UnreadableEventError(f"event holds none of {', '.join(_THINGS)}")


def _text(value: Any, name: str) -> str:
    """A text which can be kept: not too long, and without NUL, line breaks or halves of characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        raise UnreadableEventError(f"{name} is no text of 1 to {LONGEST_ID} characters")
    if not value.isprintable():
        raise UnreadableEventError(f"{name} holds characters that cannot be shown")
    return value


def _keys(body: Mapping[str, Any], name: str, thing: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Where our key stands, the likeliest place first."""
    places = (
        ("correlationId", body.get("correlationId")),
        (f"event.{name}.externalId", thing.get("externalId")),
        (f"event.{name}.characteristic", fields_of(thing.get("characteristic")).get("externalId")),
        (f"event.{name}.request.body", monitor_in(thing, name).key),
    )
    yield from ((where, value) for where, value in places if value not in (None, ""))


def _attempt(key: str) -> str:
    """The attempt's key without the name of one of its tests."""
    rest, _, name = key.rpartition("/")
    return rest if name in TESTS else key
