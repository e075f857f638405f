"""What a refusal of a network management system means: which fields are at fault, or that it is only busy.

Systems differ in how they name a field: ``errorMessage[].referenceError`` (a path or an address whose last part is
the name), ``field``, or a name of ours within the message. All are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from domain.network import Finished
from domain.values import ReportOutcome

BUSY: Final = {409, 423, 425, 429}
"""Statuses of a request which may be made again as it is."""
_BUSY_WORDS: Final = re.compile(
    r"\b(busy|in progress|try again|temporar\w*|locked|timeout|not ready)\b", re.IGNORECASE
)
_SERVER_SIDE: Final = re.compile(r"\b5\d\d\b")
_LAST_NAME: Final = re.compile(r"[A-Za-z_][\w-]*$")


def refusal(status: int, body: Any, sent: Mapping[str, Any]) -> Finished:
    """A request that was refused: FAILED with the fields at fault, or NOT_READY when it was only busy."""
    messages = list(_messages(body))
    text = "; ".join(dict.fromkeys(m for m in map(_text, messages) if m)) or f"HTTP {status}"
    fields = tuple(dict.fromkeys(name for message in messages for name in _fields(message, sent)))
    busy = status in BUSY or (not fields and bool(_BUSY_WORDS.search(text)))
    if not fields and any(_SERVER_SIDE.fullmatch(str(m.get("code", ""))) for m in messages):
        busy = True
    outcome = ReportOutcome.NOT_READY if busy else ReportOutcome.FAILED
    return Finished(
        outcome, failure=text, refused_fields=() if busy else fields, nms_verdict=f"HTTP {status}"
    )


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


def _fields(message: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterable[str]:
    for name in ("field", "attribute", "referenceError"):
        given = message.get(name)
        found = _LAST_NAME.search(given.strip("]'\"/ ")) if isinstance(given, str) else None
        is_manual = name == "referenceError" and str(given).startswith("http")  # an address of documentation
        if found is not None and (found[0] in sent or not is_manual):
            return [found[0]]
    text = _text(message)
    return [name for name in sent if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
