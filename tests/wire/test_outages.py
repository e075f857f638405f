"""While the database is away or frozen everybody is answered, nobody is cut off, and then all goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from domain.values import Role
from gateway.listener import listener_token
from tests.events import state_change
from tests.servers import Postgres
from tests.wire.feeds import UPDATES, connected, follow, said
from tests.wire.processes import SECRET, TOKENS, GatewayProcess, eventually
from tests.wire.trade import Trade, order

TOKEN = TOKENS.issue(Role.DISPATCHER)


@pytest.fixture
async def gateway(
    postgres: Postgres, postgres_prepared: str, tmp_path: Path
) -> AsyncIterator[GatewayProcess]:
    """One gateway on PostgreSQL, which a test may take away."""
    running = GatewayProcess(postgres_prepared).start(tmp_path)
    yield running
    postgres.ensure_running()
    running.stop()


async def asked(gateway: GatewayProcess, path: str = "/health/ready") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        if path != "/graphql":
            return await client.get(gateway.url + path)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return await client.post(gateway.url + path, json={"query": "{ viewer { id } }"}, headers=headers)


async def test_without_its_database_it_says_so_to_everybody_and_serves_again_after(
    gateway: GatewayProcess, postgres: Postgres
) -> None:
    postgres.kill()

    answer, ready, live = [
        await asked(gateway, path) for path in ("/graphql", "/health/ready", "/health/live")
    ]
    assert (answer.status_code, ready.status_code, live.status_code) == (503, 503, 200)
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["extensions"]["traceId"] in gateway.log.read_text()
    assert "does not answer" in ready.json()["database"]
    async with connected(gateway.socket_url, TOKEN) as socket:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013

    postgres.ensure_running()
    assert (await asked(gateway, "/graphql")).json()["data"]["viewer"]


async def test_a_feed_lives_through_the_death_of_its_database(
    gateway: GatewayProcess, postgres: Postgres
) -> None:
    trade = await Trade([gateway.url]).prepare()
    feed = follow(gateway.socket_url, TOKEN, UPDATES)
    await anext(feed)

    postgres.kill()
    await asyncio.sleep(2)
    postgres.ensure_running()

    async def taken() -> Any:
        answer = await trade.upstream.raw("{ viewer { id } }")
        return "errors" not in answer

    await eventually(taken)
    await trade.intake(order("N1", "CAMERA", "金水区文化路85号"))
    assert (await anext(feed))["group"]["key"] == "N1"
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    await trade.close()


async def test_a_frozen_database_keeps_no_probe_waiting(gateway: GatewayProcess, postgres: Postgres) -> None:
    postgres.pause()

    started = time.monotonic()
    first = await asked(gateway)
    second = await asked(gateway)
    postgres.resume()

    assert (first.status_code, second.status_code) == (503, 503)
    assert time.monotonic() - started < 10

    async def ready() -> bool:
        return (await asked(gateway)).status_code == 200

    await eventually(ready)


async def test_a_callback_is_not_kept_waiting_and_is_taken_when_it_comes_again(
    gateway: GatewayProcess, postgres: Postgres
) -> None:
    url = f"{gateway.url}/nms/{listener_token(SECRET)}"
    async with httpx.AsyncClient(trust_env=False, timeout=20) as network:
        postgres.pause()
        began = time.monotonic()
        frozen = await network.post(url, json=state_change("N1#A1"))
        seconds = time.monotonic() - began
        postgres.resume()
        thawed = await network.post(url, json=state_change("N1#A1"))
        postgres.kill()
        killed = await network.post(url, json=state_change("N1#A1"))

    assert (frozen.status_code, thawed.status_code, killed.status_code) == (503, 204, 503)
    assert seconds < 4
