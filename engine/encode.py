"""Answers as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError


class Encoded:
    """Part of an answer that is JSON already."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body


def encoded(body: object) -> bytes:
    """JSON. What orjson does not write, such as an integer beyond 64 bits, the standard library does."""
    try:
        return orjson.dumps(body, default=_fragment)
    except TypeError:
        return json.dumps(body, default=_plain).encode()


def _fragment(part: object) -> orjson.Fragment:
    if isinstance(part, Encoded):
        return orjson.Fragment(part.body)
    raise TypeError(f"{type(part).__name__} is no JSON")


def _plain(part: object) -> Any:
    if isinstance(part, Encoded):
        return json.loads(part.body)
    raise TypeError(f"{type(part).__name__} is no JSON")


def answered(data: Mapping[str, Any] | None, errors: Sequence[GraphQLError] = ()) -> bytes:
    """The response of an operation that was executed."""
    if not errors:
        return encoded({"data": data})
    return encoded({"data": data, "errors": [error.formatted for error in errors]})


def refused(errors: Sequence[GraphQLError]) -> bytes:
    """The response of a request that was not executed."""
    return encoded({"errors": [error.formatted for error in errors]})
