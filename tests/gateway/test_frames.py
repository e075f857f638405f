"""What is no frame of graphql-transport-ws is told so, and what is one is let through."""

from __future__ import annotations

import pytest

from gateway.endpoint import bad_request
from gateway.sockets import bad_frame

SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": "{ a }"}}

GOOD: list[object] = [
    {"type": "connection_init"},
    {"type": "connection_init", "payload": None},
    {"type": "ping", "payload": {"a": 1}},
    {"type": "pong"},
    {"type": "complete", "id": "1"},
    SUBSCRIBE,
    SUBSCRIBE | {"payload": {"query": "{ a }", "variables": None, "extensions": {}, "operationName": None}},
]
BAD: list[object] = [
    1,
    None,
    [],
    "text",
    {},
    {"type": 1},
    {"type": "start"},
    {"type": "ping", "payload": "text"},
    {"type": "connection_init", "payload": []},
    {"type": "complete"},
    SUBSCRIBE | {"id": ""},
    SUBSCRIBE | {"id": 1},
    SUBSCRIBE | {"id": {}},
    SUBSCRIBE | {"payload": None},
    SUBSCRIBE | {"payload": {"query": None}},
    SUBSCRIBE | {"payload": {"query": "{ a }", "variables": []}},
    SUBSCRIBE | {"payload": {"query": "{ a }", "extensions": "x"}},
    SUBSCRIBE | {"payload": {"query": "{ a }", "operationName": 1}},
]


@pytest.mark.parametrize("frame", GOOD, ids=str)
def test_a_frame_of_the_protocol_is_let_through(frame: object) -> None:
    assert bad_frame(frame) is None


@pytest.mark.parametrize("frame", BAD, ids=str)
def test_any_other_frame_is_told_what_is_wrong_within_a_close_reason(frame: object) -> None:
    problem = bad_frame(frame)

    assert problem is not None
    assert len(problem.encode()) <= 123


BODIES = [
    b"",
    b"null",
    b"1",
    b"NaN",
    b"\xff\xfe",
    b"[" * 2000,
    b"[]",
    b"{}",
    b'{"query": 1}',
    b'{"query": "{ a }", "variables": []}',
    b'{"query": "{ a }", "extensions": 1}',
    b'{"query": "{ a }", "operationName": 1}',
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40])
def test_a_body_that_is_no_request_is_told_what_is_wrong(body: bytes) -> None:
    assert bad_request(body)


def test_a_request_is_let_through() -> None:
    assert bad_request(b'{"query": "{ a }", "variables": null}') is None
