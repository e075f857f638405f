"""An acknowledged change survives kill -9 of a gateway process and of PostgreSQL."""

from __future__ import annotations

import asyncio

import httpx

from tests.servers import Postgres
from tests.wire.processes import GatewayProcess, eventually
from tests.wire.trade import Trade, order

WRITERS = 6


async def write(trade: Trade, name: str, acknowledged: list[str], stop: asyncio.Event) -> None:
    """One order after the other; only what was acknowledged is noted, whatever else becomes of a request."""
    number = 0
    while not stop.is_set():
        number += 1
        one = f"{name}-{number}"
        try:
            [answer] = await trade.intake(order(one, "CAMERA", f"金水区文化路{number}号"))
        except (httpx.TransportError, AssertionError, ValueError):
            await asyncio.sleep(0.05)
            continue
        assert answer["__typename"] == "OrderAccepted", answer
        acknowledged.append(one)


async def test_what_was_acknowledged_is_there_after_a_gateway_and_postgresql_were_killed(
    pair_trade: Trade, pair: list[GatewayProcess], postgres: Postgres
) -> None:
    victim, survivor = pair
    alone = await Trade([survivor.url]).prepare_callers(pair_trade)
    acknowledged: list[str] = []
    stop = asyncio.Event()
    trades = [pair_trade, alone]
    writers = [asyncio.create_task(write(trades[n % 2], f"W{n}", acknowledged, stop)) for n in range(WRITERS)]

    await asyncio.sleep(1)
    await asyncio.to_thread(victim.kill)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(postgres.kill)
    await asyncio.to_thread(postgres.ensure_running)
    before = len(acknowledged)

    async def written_again() -> bool:
        return len(acknowledged) > before + WRITERS

    await eventually(written_again, seconds=60)
    stop.set()
    await asyncio.gather(*writers)

    document = "query($n: String!) { order(number: $n) { number state group { revision } } }"
    for number in acknowledged:
        found = await alone.dispatcher.one(document, n=number)
        assert found is not None, number
        assert found["state"] == "IN_PROGRESS"
    assert len(set(acknowledged)) == len(acknowledged) > WRITERS
    await alone.close()
