"""The frames of graphql-transport-ws that a server sends, as text. The payload of an answer is not encoded anew."""

from __future__ import annotations

from typing import Any, Final

import orjson

from engine.operations import Answer

WRITE_FRAME: Final = "websocket.write_frame"
"""An extension of ASGI that a server may offer: a function that writes a whole WebSocket frame without waiting. False:
it was not written, as the peer is behind or gone."""
ACK: Final = '{"type":"connection_ack"}'


def quoted(id_: str) -> str:
    """The id of an operation as JSON."""
    return orjson.dumps(id_).decode()


def next_frame(id_: str, answer: Answer) -> str:
    """One result of an operation."""
    return f'{{"id":{quoted(id_)},"type":"next","payload":{answer.body.decode()}}}'


class SharedFrames:
    """The WebSocket frames of one answer for many operations, each as the bytes that go to the wire.

    What they share is made once, and those whose operations have the same id are one frame.
    """

    def __init__(self) -> None:
        self._answer: Answer | None = None
        self._rest = self._start = self._frame = b""

    def next_frame(self, start: bytes, answer: Answer) -> bytes:
        """One result, for the operation of which ``start_of`` made the start."""
        if answer is not self._answer:
            self._answer, self._start = answer, b""
            self._rest = b',"type":"next","payload":%b}' % answer.body
        if start != self._start:
            self._start = start
            self._frame = _head(len(start) + len(self._rest)) + start + self._rest
        return self._frame


def start_of(id_: str) -> bytes:
    """How each message to an operation begins."""
    return b'{"id":%b' % orjson.dumps(id_)


def _head(length: int) -> bytes:
    """The head of a whole, unmasked frame of text (RFC 6455, 5.2)."""
    if length < 126:  # noqa: PLR2004 - the bounds of the three forms
        return bytes((0x81, length))
    if length < 65_536:  # noqa: PLR2004 - as above
        return b"\x81\x7e" + length.to_bytes(2)
    return b"\x81\x7f" + length.to_bytes(8)


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
