"""What is no frame of graphql-transport-ws and no request is told so, and what is one is let through."""

from __future__ import annotations

import json

import pytest

from engine.wire.messages import RequestError, read_body, read_message, read_parameters, read_query

SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": "{ a }"}}


def taken(frame: object) -> object:
    """The frame as a socket reads it, what it subscribes to included."""
    message = read_message(json.dumps(frame))
    if message["type"] == "subscribe":
        read_parameters(message.get("payload"), "The payload of subscribe")
    return message


GOOD: list[object] = [
    {"type": "connection_init"},
    {"type": "connection_init", "payload": None},
    {"type": "ping", "payload": {"a": 1}},
    {"type": "pong"},
    {"type": "complete", "id": "1"},
    SUBSCRIBE,
    SUBSCRIBE | {"payload": {"documentId": "sha256:x"}},
    SUBSCRIBE | {"payload": {"extensions": {"persistedQuery": {}}}},
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
    assert taken(frame) == frame


@pytest.mark.parametrize("frame", BAD, ids=str)
def test_any_other_frame_is_told_what_is_wrong_within_a_close_reason(frame: object) -> None:
    with pytest.raises(RequestError) as problem:
        taken(frame)

    assert 0 < len(str(problem.value).encode()) <= 123


def test_a_frame_of_bytes_is_none_of_the_protocol() -> None:
    with pytest.raises(RequestError, match="text"):
        read_message(None)


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
    with pytest.raises(RequestError) as problem:
        read_body(body)

    assert len(str(problem.value)) > 10


def nested(levels: int) -> bytes:
    return b'{"query": "{ a }", "variables": {"v": ' + b"[" * levels + b"]" * levels + b"}}"


def test_what_is_nested_a_thousand_deep_is_refused_for_that() -> None:
    with pytest.raises(RequestError, match="nested deeper than 100"):
        read_body(nested(1000))


def test_a_hundred_levels_are_read() -> None:
    assert read_body(nested(98)).variables

    with pytest.raises(RequestError, match="nested"):
        read_body(nested(99))


def test_many_short_lists_are_not_taken_for_deep_ones() -> None:
    body = b'{"query": "{ a }", "variables": {"v": [' + b",".join([b"[]"] * 1000) + b"]}}"

    assert read_body(body).variables


def test_a_request_is_let_through() -> None:
    found = read_body(b'{"query": "{ a }", "variables": null, "operationName": "", "extensions": {"a": 1}}')

    assert (found.query, found.variables, found.operation_name, found.extensions) == (
        "{ a }",
        None,
        None,
        {"a": 1},
    )


def test_what_is_empty_in_a_get_counts_as_not_given() -> None:
    found = read_query({"query": "{ a }", "variables": "", "operationName": "", "extensions": '{"a": 1}'})

    assert (found.variables, found.operation_name, found.extensions) == (None, None, {"a": 1})
