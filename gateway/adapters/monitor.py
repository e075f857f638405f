"""The monitor of TMF640 and TMF702: a request that is under way, and the answer that it had in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.adapters.answers import id_of, last_part, read_json


@dataclass(frozen=True, slots=True)
class Monitor:
    """What is read of a monitor. ``thing`` is what it made or changes, ``key`` ours, as far as it says so."""

    id: str | None
    state: str
    thing: str | None
    key: str | None
    status: int
    said: Any


def monitor_in(body: Any, collection: str) -> Monitor:
    """A monitor as some system writes it: its bodies as objects or as text, its links whole or in part."""
    found = body if isinstance(body, Mapping) else {}
    request, response = found.get("request"), found.get("response")
    answered = _body(response)
    key = _body(request).get("externalId")
    return Monitor(
        id=id_of(found) or last_part(found.get("href")),
        state=str(found.get("state", "")).lower(),
        thing=_source(found.get("sourceHref"), collection) or id_of(answered),
        key=key if isinstance(key, str) else None,
        status=_status(response),
        said=answered or _text(response),
    )


def monitor_at(location: str | None) -> str | None:
    """The id of the monitor that a Location leads to, null where it leads elsewhere."""
    return last_part(location) if location is not None and "/monitor/" in location else None


def _source(link: Any, collection: str) -> str | None:
    """The thing of a link; some lead to the collection, which names nothing."""
    found = last_part(link)
    return None if found == collection else found


def _body(message: Any) -> Mapping[str, Any]:
    body = message.get("body") if isinstance(message, Mapping) else None
    if isinstance(body, str):
        try:
            body = read_json(body.encode("utf-8", "replace"))
        except ValueError:
            body = None
    if isinstance(body, list):
        body = {"errors": body}
    return body if isinstance(body, Mapping) else {}


def _text(response: Any) -> str:
    said = response.get("body") if isinstance(response, Mapping) else response
    return said if isinstance(said, str) and said else "in error, without a word"


def _status(response: Any) -> int:
    status = str(response.get("statusCode", "")) if isinstance(response, Mapping) else ""
    return int(status) if status.isascii() and status.isdecimal() and len(status) <= len("500") else 400
