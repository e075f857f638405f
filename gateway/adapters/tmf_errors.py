"""What a refusal of a network management system means: which fields are at fault, or that it is only busy.

Systems differ in how they name a field: ``errorMessage[].referenceError`` (a path or an address, in which the field
is named or counted), ``field``, or a name of ours within the message. All are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from domain.network import Finished, NetworkUnavailableError
from domain.values import ReportOutcome
from gateway.adapters.tmf_client import NOT_ALLOWED, NOT_FOUND, SHOWN, Reply

BUSY: Final = frozenset({409, 423, 425, 429})
"""Statuses of a request which may be made again as it is."""
_MISPLACED: Final = frozenset({NOT_FOUND, NOT_ALLOWED})
"""Statuses of a collection that is not where the settings say."""
_SERVER_SIDE: Final = 500
_BUSY_WORDS: Final = re.compile(
    r"\b(busy|in progress|try again|temporar\w*|locked|timeout|not ready)\b", re.IGNORECASE
)
_PARTS: Final = re.compile(r"[A-Za-z_][\w-]*|\d+")
_SCHEMA_WORDS: Final = frozenset(
    {"value", "name", "valueType", "characteristic", "serviceCharacteristic", "resourceCharacteristic"}
)
"""Parts of a path which are the API's words, not ours."""


def refused(asked: str, reply: Reply, sent: Mapping[str, Any]) -> Finished:
    """A request that was refused. Raises NetworkUnavailableError when it went to a wrong place."""
    if reply.status in _MISPLACED:
        raise unexpected(asked, reply)
    return refusal(reply.status, reply.body, sent)


def unexpected(asked: str, reply: Reply) -> NetworkUnavailableError:
    """An answer from which nothing follows."""
    hint = "; look at the paths in ONEVISIT_NMS_…_PATH" if reply.status in _MISPLACED else ""
    said = "; ".join(m for m in map(_text, _messages(reply.body)) if m)
    return NetworkUnavailableError(
        f"{asked} got HTTP {reply.status}{f': {said}' if said else ''}"[:SHOWN] + hint
    )


def refusal(status: int, body: Any, sent: Mapping[str, Any]) -> Finished:
    """FAILED with the fields at fault, or NOT_READY when it was only busy."""
    messages = list(_messages(body))
    text = "; ".join(dict.fromkeys(m for m in map(_text, messages) if m)) or f"HTTP {status}"
    fields = tuple(dict.fromkeys(name for message in messages for name in _fields(message, sent)))
    busy = status in BUSY or status >= _SERVER_SIDE or any(_is_server_side(one) for one in messages)
    if busy or (not fields and _BUSY_WORDS.search(text)):
        return Finished(ReportOutcome.NOT_READY, failure=text, nms_verdict=f"HTTP {status}")
    return Finished(ReportOutcome.FAILED, failure=text, refused_fields=fields, nms_verdict=f"HTTP {status}")


def _is_server_side(message: Mapping[str, Any]) -> bool:
    return re.fullmatch(r"5\d\d", str(message.get("code", ""))) is not None


def _messages(body: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of an error body that says something."""
    if isinstance(body, Mapping):
        nested = body.get("errorMessage") or body.get("errors") or body.get("error")
        inner = nested if isinstance(nested, list) else [nested] if nested else []
        if inner:
            for one in inner:
                yield from _messages(one if isinstance(one, Mapping) else {"message": one})
        elif _text(body):
            yield body
    elif isinstance(body, list):
        for one in body:
            yield from _messages(one)
    elif isinstance(body, str) and body:
        yield {"message": body}


def _text(message: Mapping[str, Any]) -> str:
    said = (message.get(name) for name in ("message", "reason", "description", "code"))
    return next((str(text) for text in said if text not in (None, "")), "")


def _fields(message: Mapping[str, Any], sent: Mapping[str, Any]) -> list[str]:
    """The fields that one message blames: ours by their names, else by their place, else as they are called there."""
    paths = [message.get(name) for name in ("field", "attribute", "referenceError")]
    parts = [_PARTS.findall(path) for path in paths if isinstance(path, str)]
    for found in (
        [name for path in parts for name in path if name in sent],
        [name for path in parts for name in _counted(path, sent)],
        [name for name in sent if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", _text(message))],
    ):
        if found:
            return found
    foreign = [path for path in paths if isinstance(path, str) and not path.startswith("http")]
    named = [name for path in foreign for name in _PARTS.findall(path)[-1:]]
    return [name for name in named if name not in _SCHEMA_WORDS and not name.isdecimal()]


def _counted(path: list[str], sent: Mapping[str, Any]) -> Iterator[str]:
    """The field at ``serviceCharacteristic[1]``, as the list was written from the data."""
    listed = [name for name, value in sent.items() if value is not None]
    for word, place in pairwise(path):
        if word.lower().endswith("characteristic") and place.isdecimal() and int(place) < len(listed):
            yield listed[int(place)]
