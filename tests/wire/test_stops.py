"""A stop tells every socket to come back, and ends in order; a peer that takes nothing holds nobody."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import websockets

from domain.values import Role
from gateway.serving import listen
from tests.wire.feeds import connected, said
from tests.wire.processes import TOKENS, GatewayProcess, eventually
from tests.wire.trade import Trade, order

TOKEN = TOKENS.issue(Role.DISPATCHER)
SUBSCRIBE = json.dumps(
    {"id": "1", "type": "subscribe", "payload": {"query": "subscription { updates { kind } }"}}
)
Serve = Callable[..., GatewayProcess]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a gateway on SQLite with settings of the test."""
    started: list[GatewayProcess] = []

    def start(**settings: str) -> GatewayProcess:
        environment = {f"ONEVISIT_{name.upper()}": value for name, value in settings.items()}
        started.append(
            GatewayProcess(f"sqlite:///{tmp_path / 'o.db'}", environment=environment).start(tmp_path)
        )
        return started[-1]

    yield start
    for gateway in started:
        gateway.stop()


async def ended(gateway: GatewayProcess, seconds: float) -> int:
    assert gateway.process is not None
    return await asyncio.to_thread(gateway.process.wait, seconds)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_closes_every_socket_with_1012_and_ends_in_order(
    serve: Serve, sign: signal.Signals
) -> None:
    gateway = serve(drain_seconds="0.5")
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connected(gateway.socket_url, TOKEN)) for _ in range(20)]
        for one in sockets:
            await one.send(SUBSCRIBE)
            assert [(await said(one))["type"] for _ in range(2)] == ["connection_ack", "next"]

        gateway.signal(sign)
        codes = []
        for one in sockets:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await said(one)
            codes.append(closed.value.rcvd.code if closed.value.rcvd else None)

    assert codes == [1012] * 20
    assert await ended(gateway, 10) == 0
    assert "Traceback" not in gateway.log.read_text()


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_stops_at_once(serve: Serve, second: signal.Signals) -> None:
    gateway = serve(drain_seconds="60")
    async with connected(gateway.socket_url, TOKEN) as one, connected(gateway.socket_url, TOKEN) as other:
        await asyncio.gather(said(one), said(other))

        gateway.signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        gateway.signal(second)
        started = time.monotonic()

        assert await ended(gateway, 20) == 0
        assert time.monotonic() - started < 5


async def test_a_peer_that_takes_nothing_is_cut_off(serve: Serve) -> None:
    gateway = serve(stall_seconds="0.5")
    big = json.dumps({"type": "ping", "payload": {"text": "x" * 200_000}})

    async with connected(gateway.socket_url, TOKEN) as socket_:
        await said(socket_)
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(_send(socket_, big, 10_000), timeout=20)  # and read no answer

    async def alone() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            return bool((await client.get(f"{gateway.url}/health/ready")).json()["sockets"] == 0)

    await eventually(alone)
    assert "cut off" in gateway.log.read_text()


async def test_a_peer_that_is_slow_and_takes_a_little_is_not_cut_off(serve: Serve) -> None:
    gateway = serve(stall_seconds="0.5")
    big = json.dumps({"type": "ping", "payload": {"text": "x" * 200_000}})

    async with connected(gateway.socket_url, TOKEN) as socket_:
        await said(socket_)
        sending = asyncio.create_task(_send(socket_, big, 40))
        for _ in range(40):
            await asyncio.sleep(0.05)
            assert (await said(socket_))["type"] == "pong"
        await sending


async def test_a_subscriber_that_takes_nothing_is_told_to_come_back_and_delays_nobody(serve: Serve) -> None:
    gateway = serve(stall_seconds="2")
    trade = await Trade([gateway.url]).prepare()
    aliases = " ".join(f"a{n}: requirement" for n in range(100))
    document = f"subscription {{ updates {{ revision order {{ {aliases} }} }} }}"
    subscribe = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document}})

    async with connected(gateway.socket_url, TOKEN) as stalled, connected(gateway.socket_url, TOKEN) as quick:
        for one in (stalled, quick):
            await said(one)
            await one.send(subscribe)
        await said(quick)
        for number in range(1_000):  # after some 20 MB the system keeps no more for a peer
            text = f"{number}" + "x" * 1_900
            (answer,) = await trade.intake(order("W1", "CAMERA", "金水区文化路1号", requirement=text))
            assert answer["__typename"] == "OrderAccepted", answer
            while f'"{number}x' not in await quick.recv():
                pass
            if "takes nothing" in gateway.log.read_text(errors="replace"):
                break
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await _everything(stalled)
    await trade.close()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    assert "come back with the cursor" in closed.value.rcvd.reason


async def _everything(socket_: websockets.ClientConnection) -> None:
    while True:
        await asyncio.wait_for(socket_.recv(), timeout=10)


async def _send(socket_: websockets.ClientConnection, text: str, times: int) -> None:
    for _ in range(times):
        await socket_.send(text)


def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match=rf"port {port}: Address already in use. Name another with"):
            listen("127.0.0.1", port)


def test_a_name_with_both_kinds_of_address_is_served_on_the_older_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with listen("localhost", 0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_host_that_is_none_is_named() -> None:
    with pytest.raises(OSError, match=r"cannot listen on nowhere\.invalid"):
        listen("nowhere.invalid", 0)
