"""Who takes a little at a time is slow; who takes nothing is gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState
from websockets.protocol import State

from gateway.stalled import CutOffHttp, CutOffSocket

STALL_SECONDS = 0.05


class Transport:
    """The sending half of a connection, as far as it is watched."""

    def __init__(self) -> None:
        self.waiting = 100_000
        self.aborted = self.closing = False
        self.written: list[bytes] = []

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.aborted = True


def watched(kind: type[CutOffSocket | CutOffHttp] = CutOffSocket) -> tuple[CutOffSocket | CutOffHttp, Any]:
    config = uvicorn.Config(lambda: None, lifespan="off", log_config=None)
    protocol = kind(config, ServerState(), {}, stall_seconds=STALL_SECONDS)
    transport: Any = Transport()
    protocol.transport, protocol.loop = transport, asyncio.get_running_loop()
    if isinstance(protocol, CutOffHttp):
        protocol.flow = FlowControl(transport)  # as connection_made does
    return protocol, transport


async def test_a_socket_is_told_why_and_dropped_if_it_does_not_take_that_either() -> None:
    protocol, transport = watched()
    assert isinstance(protocol, CutOffSocket)
    protocol.conn.state = State.OPEN

    protocol.pause_writing()
    await asyncio.sleep(1.5 * STALL_SECONDS)
    assert (transport.written[0][2:4], transport.aborted) == ((1013).to_bytes(2), False)
    assert await protocol.receive() == {"type": "websocket.disconnect", "code": 1013}
    assert not protocol.write_frame(b"anything")
    await asyncio.sleep(2 * STALL_SECONDS)

    assert transport.aborted


async def test_a_frame_is_written_only_to_a_peer_that_keeps_up() -> None:
    protocol, transport = watched()
    assert isinstance(protocol, CutOffSocket)

    assert protocol.write_frame(b"1")
    protocol.pause_writing()
    assert not protocol.write_frame(b"2")
    protocol.resume_writing()
    assert protocol.write_frame(b"3")
    transport.closing = True
    assert not protocol.write_frame(b"4")

    assert transport.written == [b"1", b"3"]


@pytest.mark.parametrize("kind", [CutOffSocket, CutOffHttp])
async def test_who_takes_nothing_is_cut_off(kind: type[CutOffSocket | CutOffHttp]) -> None:
    protocol, transport = watched(kind)

    protocol.pause_writing()
    await asyncio.sleep(2 * STALL_SECONDS)

    assert transport.aborted


async def test_who_takes_a_little_is_waited_for_until_it_takes_nothing() -> None:
    protocol, transport = watched()

    protocol.pause_writing()
    for _ in range(30):
        transport.waiting -= 1
        await asyncio.sleep(STALL_SECONDS / 5)
    assert not transport.aborted
    await asyncio.sleep(3 * STALL_SECONDS)

    assert transport.aborted


async def test_who_has_caught_up_or_left_is_watched_no_longer() -> None:
    (ready, kept), (gone, lost) = watched(), watched()

    ready.pause_writing()
    gone.pause_writing()
    ready.resume_writing()
    gone._forget()  # noqa: SLF001 - connection_lost, without a connection
    await asyncio.sleep(3 * STALL_SECONDS)

    assert (kept.aborted, lost.aborted) == (False, False)
