"""The frames of graphql-transport-ws that a server sends, as text. The payload of an answer is not encoded anew."""

from __future__ import annotations

from typing import Any, Final

import orjson

from engine.operations import Answer

ACK: Final = '{"type":"connection_ack"}'


def quoted(id_: str) -> str:
    """The id of an operation as JSON."""
    return orjson.dumps(id_).decode()


def next_frame(id_: str, answer: Answer) -> str:
    """One result of an operation."""
    return f'{{"id":{quoted(id_)},"type":"next","payload":{answer.body.decode()}}}'


def error_frame(id_: str, body: bytes) -> str:
    """The end of an operation that did not run; ``body`` is its answer, which holds errors alone."""
    errors = orjson.dumps(orjson.loads(body)["errors"]).decode()
    return f'{{"id":{quoted(id_)},"type":"error","payload":{errors}}}'


def complete_frame(id_: str) -> str:
    """The end of an operation."""
    return f'{{"id":{quoted(id_)},"type":"complete"}}'


def pong_frame(payload: Any) -> str:
    """The answer to a ping, with what came along."""
    return orjson.dumps(
        {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
    ).decode()
