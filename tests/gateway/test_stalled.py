"""Who takes a little at a time is slow; who takes nothing is gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from gateway.stalled import CutOffHttp, CutOffSocket

STALL_SECONDS = 0.05


class Transport:
    """The sending half of a connection, as far as it is watched."""

    def __init__(self) -> None:
        self.waiting = 100_000
        self.aborted = False

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
