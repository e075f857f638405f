"""Reading a callback: which event it is, and of which attempt. Strict, as it comes from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.network import NetworkEvent, UnreadableEventError
from gateway.adapters.characteristics import fields_of
from gateway.adapters.tmf653 import TESTS, measures_of

LONGEST_ID: Final = 200
_THINGS: Final = ("service", "resource", "serviceTest", "monitor")


def read_event(body: Any) -> NetworkEvent:
    """The event of a callback's JSON. Raises UnreadableEventError naming the field."""
    if not isinstance(body, Mapping):
        raise UnreadableEventError("the callback is no object")
    thing = _thing(body)
    event_id = _text(body, "eventId", LONGEST_ID)
    kind = _text(body, "eventType", LONGEST_ID)
    try:
        measures_of(thing)
    except ValueError as error:
        raise UnreadableEventError(f"event.serviceTest.{error}") from error
    key = next((found for found in _keys(body, thing) if found), None)
    if key is None:
        raise UnreadableEventError("correlationId is missing, and nothing in the event holds our externalId")
    state = thing.get("state")
    return NetworkEvent(event_id, _attempt(key), kind, state if isinstance(state, str) else None)


def _thing(body: Mapping[str, Any]) -> Mapping[str, Any]:
    event = body.get("event")
    if not isinstance(event, Mapping):
        raise UnreadableEventError("event is missing, or no object")
    found = next((event[name] for name in _THINGS if isinstance(event.get(name), Mapping)), None)
    if found is None:
        raise UnreadableEventError(f"event holds none of {', '.join(_THINGS)}")
    return dict(found)


def _text(body: Mapping[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise UnreadableEventError(f"{name} is no text of 1 to {longest} characters")
    return value


def _keys(body: Mapping[str, Any], thing: Mapping[str, Any]) -> Iterator[str | None]:
    """Where our key may stand, the likeliest place first."""
    for value in (body.get("correlationId"), thing.get("externalId")):
        yield value if isinstance(value, str) else None
    listed = fields_of(thing.get("characteristic")).get("externalId")
    yield listed if isinstance(listed, str) else None
    request = thing.get("request")
    asked = request.get("body") if isinstance(request, Mapping) else None
    if isinstance(asked, str):
        try:
            asked = json.loads(asked)
        except (ValueError, RecursionError):
            asked = None
    found = asked.get("externalId") if isinstance(asked, Mapping) else None
    yield found if isinstance(found, str) else None


def _attempt(key: str) -> str:
    """The attempt's key without the name of one of its tests."""
    rest, _, name = key.rpartition("/")
    return rest if name in TESTS else key
