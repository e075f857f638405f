"""A streamed answer, byte by byte: HTTP/1.1 by hand, so that nothing hides what is sent and when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.protocol.conftest import SECONDS, TOKEN
from tests.wire.processes import GatewayProcess

EVENTS = "text/event-stream"
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'
BOUNDARY = b"\r\n--graphql"


class Streamed:
    """One answer while it comes."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._buffer = b""
        self.headers: dict[str, str] = {}

    async def begin(self) -> None:
        """Read the head."""
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        assert status.split()[1] == "200", status
        self.headers = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
        }
        assert self.headers["transfer-encoding"] == "chunked"

    async def until(self, mark: bytes) -> bytes | None:
        """What comes before the next mark; null when the answer ends before."""
        while mark not in self._buffer:
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            if size == 0:
                return None
            self._buffer += await self._reader.readexactly(size)
            assert await self._reader.readexactly(2) == b"\r\n"
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    async def rest(self) -> bytes:
        """What comes until the answer ends."""
        assert await self.until(b"\0") is None
        return self._buffer

    async def event(self) -> dict[str, Any] | None:
        """The next event by the rules of EventSource, comments left out, data decoded; null at the end."""
        while (block := await self.until(b"\n\n")) is not None:
            assert b"\r" not in block
            lines = [line.partition(":") for line in block.decode().split("\n") if not line.startswith(":")]
            found: dict[str, Any] = {name: value.removeprefix(" ") for name, _, value in lines}
            if found.get("data"):
                found["data"] = json.loads(found["data"])
            if found:
                return found
        return None

    async def events(self) -> list[dict[str, Any]]:
        """All events until the end."""
        found = []
        while (event := await self.event()) is not None:
            found.append(event)
        return found

    async def part(self) -> Any:
        """The body of the next part; null at the end."""
        while (part := await self.until(BOUNDARY)) is not None:
            header, _, body = part.partition(b"\r\n\r\n")
            if body:
                assert header == b"\r\nContent-Type: application/json"
                return json.loads(body)
        return None

    async def payload(self) -> Any:
        """The next part that is no heartbeat."""
        while (part := await self.part()) == {}:
            pass
        return part


@asynccontextmanager
async def streamed(
    gateway: GatewayProcess, query: str, *, token: str = TOKEN, accept: str = EVENTS, last: str = ""
) -> AsyncIterator[Streamed]:
    """An answer that is streamed; the connection is cut at the end."""
    body = json.dumps({"query": query, "variables": {"after": None}}).encode()
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{gateway.port}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Accept: {accept}",
        f"Content-Length: {len(body)}",
        *([f"Last-Event-ID: {last}"] if last else []),
    ]
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        try:
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            answer = Streamed(reader)
            await answer.begin()
            yield answer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
