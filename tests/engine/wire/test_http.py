"""The HTTP transport beside what a real server shows: clients that leave, and what is asked of the executor."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from engine.operations import Request
from engine.resumption import Resumption
from engine.wire.connections import Connections
from engine.wire.http import ClientLeftError, Http, Reply
from engine.wire.persisted import Documents
from engine.wire.streams import Stream
from tests.engine.wire.scripted import Faults, Scripted, caller

SCHEMA = build_schema("type Query { a: Int }")


def transport(executor: Scripted, **options: Any) -> Http[str]:
    return Http(executor, Documents(), Resumption(SCHEMA), Faults(), **options)


def scope(method: str = "POST", query: bytes = b"", **headers: str) -> dict[str, Any]:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "query_string": query, "headers": lines}


def body(*parts: bytes, left: bool = False) -> Any:
    """ASGI's receive: the parts of a body, after the last of which the client may leave."""
    last = len(parts) - 1
    messages = [
        {"type": "http.request", "body": part, "more_body": left or place < last}
        for place, part in enumerate(parts)
    ]
    messages.append({"type": "http.disconnect"})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return receive


async def test_a_request_in_parts_is_put_together_and_handed_on_whole() -> None:
    executor = Scripted()
    executor.gate.set()
    parts = body(b'{"query": "query", "vari', b'ables": {"a": 1}, "extensions": {"b": 2}}')

    reply = await transport(executor).answer(scope(content_type="application/json"), parts, caller())

    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (200, b'{"data":"query"}')
    assert executor.requests == [Request("query", {"a": 1}, None, {"b": 2})]


async def test_a_client_that_leaves_in_the_middle_is_not_answered() -> None:
    executor = Scripted()

    with pytest.raises(ClientLeftError):
        await transport(executor).answer(
            scope(content_type="application/json"), body(b'{"query": "query"', left=True), caller()
        )

    assert executor.requests == []


async def test_a_body_is_bounded_while_it_is_read() -> None:
    endless = body(*[b" " * 100] * 50)

    reply = await transport(Scripted(), max_body_bytes=1000).answer(
        scope(content_type="application/json"), endless, caller()
    )

    assert isinstance(reply, Reply)
    assert (reply.status, (await endless())["type"]) == (413, "http.request")


async def test_a_stream_is_not_open_before_it_is_sent() -> None:
    streams = Connections()
    asked = scope("GET", b"query=subscription", accept="text/event-stream")

    reply = await transport(Scripted(), streams=streams).answer(asked, body(), caller())

    assert isinstance(reply, Stream)
    assert len(streams) == 0
