"""An upstream system for tests: a real server on a free port that answers by a script and keeps its own record.

It checks each signature by a computation of its own, from the page of Standard Webhooks.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The key under which it may come again."""
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        """What it is about."""
        read: dict[str, Any] = json.loads(self.body)["data"]
        return read

    @property
    def signed(self) -> bool:
        """Whether it comes from somebody who has the key, unchanged."""
        content = b"%s.%s.%s" % (
            self.headers["webhook-id"].encode(),
            self.headers["webhook-timestamp"].encode(),
            self.body,
        )
        mac = base64.b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()
        return f"v1,{mac}" in self.headers["webhook-signature"].split(" ")


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer in the words of HTTP/1.1."""
    lines = [f"HTTP/1.1 {status} -", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


Script = Callable[[Received], Awaitable[bytes]]


async def confirm(_received: Received) -> bytes:
    """Whatever comes is confirmed."""
    return answer(204)


@dataclass
class Upstream:
    """The record: every request, and what of it was confirmed by the script, in the order of the answers."""

    script: Script = confirm
    port: int = 0
    received: list[Received] = field(default_factory=list)
    confirmed: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where receipts are posted to."""
        return f"http://127.0.0.1:{self.port}/receipts"

    @property
    def times(self) -> Counter[str]:
        """How often each key was confirmed."""
        return Counter(one.id for one in self.confirmed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it ends."""
        self.connections += 1
        while (received := await _read(reader)) is not None:
            self.received.append(received)
            said = await self.script(received)
            if said.startswith(b"HTTP/1.1 2"):
                self.confirmed.append(received)
            writer.write(said)
            await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    """A port on which each connection is given to a handler; at the end nothing is left of them."""
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):  # the other side was killed, or had enough
            await handler(reader, writer)
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def upstream(script: Script = confirm) -> AsyncIterator[Upstream]:
    """An upstream that serves."""
    made = Upstream(script)
    async with listening(made.serve) as made.port:
        yield made
