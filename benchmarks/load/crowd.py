"""Many subscribers over graphql-transport-ws, which count the updates that reach them and note how late each is.

A frame's payload is not parsed: its length is skipped, and its first bytes say what it is.
"""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from benchmarks.load.address import Address

UPGRADE: Final = (
    "GET {0.path} HTTP/1.1\r\nHost: {0.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
SHORT: Final = 126
LONG: Final = 127
TWO_BYTES: Final = 65_536
CLOSE: Final = 8
PING: Final = 9
KIND_WITHIN: Final = 80
"""A message says within so many bytes what it is, as its payload comes last."""

AT_ONCE: Final = 50
"""How many connect at one time."""


class Follower(asyncio.Protocol):
    """One socket with one subscription."""

    def __init__(self, crowd: Crowd, payload: str) -> None:
        self._crowd = crowd
        self._payload = payload
        self._rest = b""
        self._upgraded = False
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.pong: asyncio.Future[None] | None = None
        self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit from it
        self._transport.write(UPGRADE.format(self._crowd.address).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.fail(f"a socket was closed: {exc or self._rest[:200]!r}")

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        at = 0
        if not self._upgraded:
            at = data.find(b"\r\n\r\n") + 4
            if at < len(b"\r\n\r\n"):
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._crowd.fail(f"no upgrade: {data[:200]!r}")
            self._upgraded = True
            self.send("connection_init", payload=self._crowd.init)
        while (after := self._frame(data, at)) > at:
            at = after
        self._rest = data[at:]

    def _frame(self, data: bytes, at: int) -> int:
        """Where the frame ends that begins there; where it begins if it is not whole."""
        if len(data) < at + 2:
            return at
        length, begin = data[at + 1], at + 2
        if length == SHORT:
            length, begin = int.from_bytes(data[at + 2 : at + 4]), at + 4
        elif length == LONG:
            length, begin = int.from_bytes(data[at + 2 : at + 10]), at + 10
        if len(data) < begin + length:
            return at
        self._message(data[at] & 15, data[begin : begin + min(length, KIND_WITHIN)])
        return begin + length

    def _message(self, opcode: int, text: bytes) -> None:
        if b'"next"' in text:
            self.received += 1
            self._crowd.hear(self)
        elif opcode == CLOSE:
            self._crowd.fail(f"closed by the server: {text[2:].decode(errors='replace')}")
        elif opcode == PING:
            self._write(b"", opcode=10)
        elif b'"connection_ack"' in text:
            self._write(b'{"id":"1","type":"subscribe","payload":%b}' % self._payload.encode())
            self.send("ping")
        elif b'"pong"' in text:
            for waiting in (self.ready, self.pong):
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)
        elif b'"ping"' in text:
            self.send("pong")
        else:
            self._crowd.fail(f"an unexpected message: {text.decode(errors='replace')}")

    def send(self, kind: str, **more: Any) -> None:
        """Send a message of the protocol."""
        self._write(json.dumps({"type": kind, **more}).encode())

    def _write(self, payload: bytes, opcode: int = 1) -> None:
        length = len(payload)
        size = bytes([0x80 | length]) if length < SHORT else b"\xfe" + length.to_bytes(2)
        if length >= TWO_BYTES:
            raise ValueError("no client message is so long")
        if self._transport is not None:  # the mask is 0: allowed, and the payload stays as it is
            self._transport.write(bytes([0x80 | opcode]) + size + bytes(4) + payload)

    def close(self) -> None:
        """Leave without a word."""
        if self._transport is not None:
            self._transport.abort()


@dataclass
class Expected:
    """Updates which are under way: how many are still to come, and since when."""

    left: int
    sent: float
    done: asyncio.Future[None]


class Crowd:
    """The subscribers, open for as long as the ``async with`` is."""

    def __init__(self, address: Address, init: dict[str, Any], payloads: Sequence[str]) -> None:
        self.address, self.init = address, init
        self.late = array("d")
        self.followers: list[Follower] = []
        self._payloads = payloads
        self._expected: dict[Follower | None, Expected] = {}
        self._leaving = False
        self._fault: str | None = None

    async def __aenter__(self) -> Self:
        for begin in range(0, len(self._payloads), AT_ONCE):
            some = [await self._follower(payload) for payload in self._payloads[begin : begin + AT_ONCE]]
            self.followers += some
            await asyncio.wait_for(asyncio.gather(*(each.ready for each in some)), 60)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving = True
        for follower in self.followers:
            follower.close()
        await asyncio.sleep(0.1)

    async def _follower(self, payload: str) -> Follower:
        loop = asyncio.get_running_loop()
        make = lambda: Follower(self, payload)  # noqa: E731 - one word for create_connection
        return (await loop.create_connection(make, self.address.name, self.address.port))[1]

    def fail(self, why: str) -> None:
        """Remember the first fault; whoever waits is told."""
        if self._leaving:
            return
        self._fault = self._fault or why
        for expected in self._expected.values():
            if not expected.done.done():
                expected.done.set_exception(ConnectionError(why))
        for follower in self.followers:
            if not follower.ready.done():
                follower.ready.set_exception(ConnectionError(why))

    def expect(self, count: int, follower: Follower | None = None) -> Expected:
        """So many updates are to come from now on: to that follower, or to all together."""
        if self._fault is not None:
            raise ConnectionError(self._fault)
        expected = Expected(count, time.perf_counter(), asyncio.get_running_loop().create_future())
        self._expected[follower] = expected
        return expected

    def hear(self, follower: Follower) -> None:
        """An update reached that follower."""
        expected = self._expected.get(follower) or self._expected.get(None)
        if expected is None or expected.left == 0:
            self.fail("an update that nobody expected")
            return
        self.late.append(time.perf_counter() - expected.sent)
        expected.left -= 1
        if not expected.left:
            expected.done.set_result(None)
