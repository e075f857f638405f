"""Many POST requests over a few connections that stay open; one request at a time on each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Self, cast

from benchmarks.load.address import Address

HEAD_END: Final = b"\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"
LENGTH: Final = b"content-length:"


@dataclass
class Posted:
    """What became of the requests."""

    seconds: list[float] = field(default_factory=list)
    """How long each took, in the order of the answers."""

    size: int = 0
    """Bytes of the last answer's body."""


class Poster(asyncio.Protocol):
    """One connection; ``send`` gives the answer's bytes."""

    def __init__(self, address: Address, headers: Sequence[str]) -> None:
        lines = [
            f"POST {address.path} HTTP/1.1",
            f"Host: {address.host}",
            "Accept: application/json",
            *headers,
        ]
        self._head = "\r\n".join([*lines, "Content-Type: application/json", "Content-Length: "]).encode()
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connected(cls, address: Address, headers: Sequence[str]) -> Self:
        """A connection to that address."""
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(lambda: cls(address, headers), address.name, address.port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit from it

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(HEAD_END)
        if head < 0 or self._answer is None:
            return
        at = self._received[:head].lower().find(LENGTH)
        body = head + len(HEAD_END)
        if at >= 0:
            whole = len(self._received) >= body + int(
                self._received[at + len(LENGTH) : head].split(b"\r\n")[0]
            )
        else:
            whole = self._received.endswith(LAST_CHUNK)
        if whole:
            answer, self._received = self._received, b""
            self._answer.set_result(answer)

    async def send(self, body: bytes) -> bytes:
        """The answer, head and body. Raises ValueError where it is no success."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        answer = await asyncio.wait_for(self._answer, 60)
        if not answer.startswith(b"HTTP/1.1 200") or b'"errors"' in answer:
            raise ValueError(f"the server answered {answer[:600].decode(errors='replace')}")
        return answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


async def post(
    address: Address,
    headers: Sequence[str],
    bodies: Iterator[bytes],
    *,
    seconds: float,
    connections: int = 16,
) -> Posted:
    """Send bodies for that long, or until there are no more."""
    posted = Posted()
    posters = [await Poster.connected(address, headers) for _ in range(connections)]
    until = time.perf_counter() + seconds
    try:
        await asyncio.gather(*(_keep_sending(poster, bodies, until, posted) for poster in posters))
    finally:
        for poster in posters:
            poster.close()
    return posted


async def _keep_sending(poster: Poster, bodies: Iterator[bytes], until: float, posted: Posted) -> None:
    for body in bodies:
        began = time.perf_counter()
        if began > until:
            return
        answer = await poster.send(body)
        posted.seconds.append(time.perf_counter() - began)
        posted.size = len(answer) - answer.find(HEAD_END) - len(HEAD_END)
