from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.address import Address
from benchmarks.load.crowd import Crowd, Follower

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Written:
    """A transport which remembers what it was given."""

    def __init__(self) -> None:
        self.all = b""

    def write(self, data: bytes) -> None:
        self.all += data


def frame(payload: bytes, opcode: int = 1) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes([0x80 | opcode, length]) + payload
    if length < 65_536:
        return bytes([0x80 | opcode, 126]) + length.to_bytes(2) + payload
    return bytes([0x80 | opcode, 127]) + length.to_bytes(8) + payload


def update(size: int) -> bytes:
    return frame(b'{"id":"1","type":"next","payload":{"data":"' + b"x" * size + b'"}}')


def open_follower(crowd: Crowd) -> tuple[Follower, Written]:
    transport: Any = Written()
    follower = Follower(crowd, '{"query":"subscription { x }"}')
    follower.connection_made(transport)
    return follower, transport


@given(
    sizes=st.lists(st.sampled_from([0, 40, 90, 1_000, 70_000]), max_size=5),
    cuts=st.lists(st.integers(1, 70) | st.integers(1, 70_000), max_size=40),
)
async def test_updates_are_counted_however_their_bytes_arrive(sizes: list[int], cuts: list[int]) -> None:
    crowd = Crowd(Address("127.0.0.1", 1), {}, [])
    follower, _ = open_follower(crowd)
    data = UPGRADED + frame(b'{"type":"connection_ack"}') + b"".join(update(size) for size in sizes)
    crowd.expect(len(sizes) + 1)

    for cut in cuts:
        follower.data_received(data[:cut])
        data = data[cut:]
    follower.data_received(data)

    assert follower.received == len(sizes)
    assert len(crowd.late) == len(sizes)


async def test_an_acknowledged_socket_subscribes_and_is_ready_with_the_pong() -> None:
    follower, transport = open_follower(Crowd(Address("127.0.0.1", 1), {}, []))

    follower.data_received(UPGRADED + frame(b'{"type":"connection_ack"}'))
    asked = b'"type":"subscribe"' in transport.all
    before = follower.ready.done()
    follower.data_received(frame(b'{"type":"pong"}'))

    assert asked
    assert not before
    assert follower.ready.done()


async def test_an_update_that_nobody_expects_is_a_fault() -> None:
    crowd = Crowd(Address("127.0.0.1", 1), {}, [])
    follower, _ = open_follower(crowd)

    follower.data_received(UPGRADED + update(10))

    with pytest.raises(ConnectionError, match="nobody expected"):
        crowd.expect(1)


async def test_a_socket_that_the_server_closes_is_a_fault() -> None:
    crowd = Crowd(Address("127.0.0.1", 1), {}, [])
    follower, _ = open_follower(crowd)
    expected = crowd.expect(1)

    follower.data_received(UPGRADED + frame(b"\x11\x30Forbidden", opcode=8))

    with pytest.raises(ConnectionError, match="Forbidden"):
        await expected.done
