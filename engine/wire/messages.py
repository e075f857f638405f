"""What a client may send, read strictly: whatever is none of it is answered with a sentence, never with a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

BAD_USER_INPUT: Final = "BAD_USER_INPUT"
NOT_WELL_FORMED: Final = 422
DEEPEST: Final = 100
"""Levels of objects and lists in what is sent. Inputs have some ten, and a JSON value in them some thirty."""


class RequestError(Exception):
    """The request is wrong; the message tells the client what to mend.

    ``status`` and ``headers`` are HTTP's; ``draft`` is the status in the newer draft of GraphQL over HTTP.
    """

    def __init__(
        self,
        message: str,
        status: int = 400,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        *,
        draft: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.draft = draft or status


@dataclass(frozen=True, slots=True)
class Parameters:
    """A GraphQL request as it is sent: by its document, by an identifier of one, or by both."""

    query: str | None
    document_id: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    extensions: Mapping[str, Any] | None = None


def read_json(data: bytes | str) -> Any:
    """What a text of JSON says. Raises ValueError with a sentence; NaN and half characters are no JSON."""
    value = orjson.loads(data)
    brackets = (
        data.count("[") + data.count("{") if isinstance(data, str) else data.count(b"[") + data.count(b"{")
    )
    if brackets > DEEPEST and _deeper_than(DEEPEST, value):
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    return value


def read_body(body: bytes) -> Parameters:
    """The request in the body of a POST. Raises RequestError."""
    try:
        found = read_json(body)
    except ValueError as error:
        raise RequestError(f"the body is no JSON that is read here: {error}") from error
    if isinstance(found, list):
        text = "batches are not served; send one operation a request, with aliases where that helps"
        raise RequestError(text, draft=NOT_WELL_FORMED)
    return read_parameters(found, "the body")


def read_query(given: Mapping[str, str]) -> Parameters:
    """The request in the parameters of a GET; what is empty counts as not given. Raises RequestError."""
    found: dict[str, Any] = {
        name: given.get(name) or None for name in ("query", "documentId", "operationName")
    }
    for name in ("variables", "extensions"):
        try:
            found[name] = read_json(given[name]) if given.get(name) else None
        except ValueError as error:
            raise RequestError(f"`{name}` is no JSON that is read here: {error}") from error
    return read_parameters(found, "the request")


def read_parameters(found: object, where: str) -> Parameters:
    """The request in a JSON value. Raises RequestError with a sentence that fits into a close frame."""
    if not isinstance(found, dict):
        raise RequestError(f"{where} is an object with a query", draft=NOT_WELL_FORMED)
    for name in ("variables", "extensions"):
        if not isinstance(found.get(name), dict | None):
            raise RequestError(f"`{name}` must be an object or null", draft=NOT_WELL_FORMED)
    for name in ("operationName", "documentId"):
        if not isinstance(found.get(name), str | None):
            raise RequestError(f"`{name}` must be a text or null", draft=NOT_WELL_FORMED)
    query, document = found.get("query"), found.get("documentId") or None
    extensions = found.get("extensions")
    elsewhere = document is not None or "persistedQuery" in (extensions or {})
    if not isinstance(query, str) and (query is not None or not elsewhere):
        raise RequestError("query is missing, or no text", draft=NOT_WELL_FORMED)
    return Parameters(query, document, found.get("variables"), found.get("operationName") or None, extensions)


def read_message(text: str | None) -> dict[str, Any]:
    """A message of graphql-transport-ws (PROTOCOL.md of graphql-ws). Raises RequestError.

    What a ``subscribe`` asks for is not looked at.
    """
    if text is None:
        raise RequestError("A message is a text, and not binary")
    try:
        message = read_json(text)
    except ValueError as error:
        raise RequestError(f"A message is JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise RequestError("A message is an object with a type")
    kind, payload = message["type"], message.get("payload")
    if kind in {"connection_init", "ping", "pong"}:
        if not isinstance(payload, dict | None):
            raise RequestError(f"The payload of {kind} is an object")
    elif kind not in {"subscribe", "complete"}:
        raise RequestError("Unknown message type")
    elif not isinstance(message.get("id"), str) or not message["id"]:
        raise RequestError(f"The id of {kind} is a text that is not empty")
    return message


def errors_body(message: str, code: str = BAD_USER_INPUT) -> bytes:
    """A response without data, for what is not carried out."""
    return orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})


def _deeper_than(levels: int, value: object) -> bool:
    within = [value]
    for _ in range(levels + 1):
        nested = [one for one in within if isinstance(one, dict | list)]
        if not nested:
            return False
        within = [child for one in nested for child in (one.values() if isinstance(one, dict) else one)]
    return True
