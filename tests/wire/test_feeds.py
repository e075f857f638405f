"""Every subscriber gets every update once and in order, whoever is killed, stopped or late meanwhile."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.servers import Valkey
from tests.wire.feeds import GROUP_UPDATES, Reader, RefusedError, follow, gaps
from tests.wire.processes import GatewayProcess, eventually
from tests.wire.trade import Trade, fused, order

WRITERS, READERS, ROUNDS = 8, 20, 2


async def write(trade: Trade, name: str) -> None:
    """One writer: groups of two, claimed, one after the other."""
    for round_ in range(ROUNDS):
        key = f"FK-{name}-{round_}"
        a, b = f"{key}-A", f"{key}-B"
        await trade.intake(order(a, "ENT_BROADBAND", f"金水区文化路{round_ + 1}号", fusion=fused(key, b)))
        await trade.intake(order(b, "CAMERA", f"金水区文化路{round_ + 1}号", fusion=fused(key, a)))
        await trade.claim("Li", (await trade.item(key, a))["id"])


@asynccontextmanager
async def reading(trade: Trade, gateways: list[GatewayProcess]) -> AsyncIterator[list[Reader]]:
    """Twenty readers, half of whom leave and come back with their cursors all the time."""
    urls = [gateway.socket_url for gateway in gateways]
    start = await first_cursor(urls[0], trade.dispatcher.token)
    readers = [Reader(urls, trade.dispatcher.token, 25 if place % 2 else None) for place in range(READERS)]
    for reader in readers:
        reader.cursor = start
    tasks = [asyncio.create_task(reader.run()) for reader in readers]
    yield readers
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def first_cursor(url: str, token: str) -> str:
    feed = follow(url, token, "subscription { updates { cursor kind revision group { key } } }")
    snapshot = await anext(feed)
    assert (snapshot["kind"], snapshot["group"], snapshot["revision"]) == ("SNAPSHOT", None, 0)
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    cursor: str = snapshot["cursor"]
    return cursor


async def everything(readers: list[Reader], trade: Trade) -> None:
    """Wait until every reader has all that the log holds, then look at each one's order."""
    page = """query($after: Cursor) { events(first: 200, after: $after) {
      edges { node { kind } } pageInfo { hasNextPage endCursor } } }"""
    total, after, more = 0, None, True
    while more:
        found = await trade.dispatcher.one(page, after=after)
        total, after = total + len(found["edges"]), found["pageInfo"]["endCursor"]
        more = found["pageInfo"]["hasNextPage"]

    async def complete() -> bool:
        return all(len(reader.seen) >= total for reader in readers)

    await eventually(complete, seconds=60)
    for reader in readers:
        assert gaps(reader.seen) == []
        assert len(reader.seen) == total


async def test_eight_writers_and_twenty_readers_who_reconnect_lose_nothing(
    trade: Trade, gateways: list[GatewayProcess]
) -> None:
    async with reading(trade, gateways) as readers:
        await asyncio.gather(*(write(trade, f"W{place}") for place in range(WRITERS)))
        await everything(readers, trade)

        assert max(reader.connections for reader in readers) > 3


async def test_a_killed_valkey_costs_delay_and_no_update(
    pair_trade: Trade, pair: list[GatewayProcess], valkey: Valkey
) -> None:
    async with reading(pair_trade, pair) as readers:
        writers = [asyncio.create_task(write(pair_trade, f"W{place}")) for place in range(WRITERS)]
        await asyncio.sleep(0.5)
        valkey.kill()
        await asyncio.gather(*writers)
        await everything(readers, pair_trade)
    valkey.ensure_running()


async def test_a_stopped_gateway_stalls_nobody_and_its_writes_appear_once_when_it_goes_on(
    pair_trade: Trade, pair: list[GatewayProcess]
) -> None:
    stopped, other = pair
    alone = await Trade([other.url]).prepare_callers(pair_trade)
    async with reading(alone, [other]) as readers:
        through_both = [asyncio.create_task(write(pair_trade, f"W{place}")) for place in range(4)]
        await asyncio.sleep(0.5)
        stopped.signal(signal.SIGSTOP)
        async with asyncio.timeout(30):
            await asyncio.gather(*(write(alone, f"X{place}") for place in range(4)))
        stopped.signal(signal.SIGCONT)
        await asyncio.gather(*through_both)
        await everything(readers, alone)
    await alone.close()


async def test_a_group_is_followed_from_its_snapshot_on_and_resumed_by_cursor(
    trade: Trade, gateways: list[GatewayProcess]
) -> None:
    url, token = gateways[0].socket_url, trade.dispatcher.token
    await trade.intake(order("N1", "ENT_BROADBAND", "金水区文化路85号"))

    feed = follow(url, token, GROUP_UPDATES, key="N1")
    snapshot = await anext(feed)
    await trade.claim("Li", (await trade.item("N1", "N1"))["id"])
    claimed = await anext(feed)
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    resumed = follow(url, token, GROUP_UPDATES, key="N1", after=snapshot["cursor"])
    again = await anext(resumed)
    await resumed.aclose()  # type: ignore[attr-defined]  # as above

    assert snapshot["kind"] == "SNAPSHOT"
    assert snapshot["group"]["orders"][0]["handler"] is None
    assert (claimed["kind"], claimed["revision"]) == ("ITEM_CLAIMED", snapshot["revision"] + 1)
    assert claimed["group"]["orders"][0]["handler"]["name"] == "Li"
    assert (again["cursor"], again["revision"]) == (claimed["cursor"], claimed["revision"])


async def test_two_gateways_hear_each_other_at_once(pair_trade: Trade, pair: list[GatewayProcess]) -> None:
    writing, reading_ = Trade([pair[0].url]), pair[1]
    await writing.prepare_callers(pair_trade)
    feed = follow(
        reading_.socket_url, writing.dispatcher.token, "subscription { updates { kind group { key } } }"
    )
    await anext(feed)

    await writing.intake(order("N1", "CAMERA", "金水区文化路85号"))

    async with asyncio.timeout(5):
        assert (await anext(feed))["group"]["key"] == "N1"
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    await writing.close()


async def test_a_cursor_of_another_log_is_refused_and_never_skipped_over(
    trade: Trade, gateways: list[GatewayProcess]
) -> None:
    import base64  # noqa: PLC0415 - to make one by hand

    url, token = gateways[0].socket_url, trade.dispatcher.token
    foreign = base64.urlsafe_b64encode(b"0123456789abcdef:1").decode().rstrip("=")

    with pytest.raises(RefusedError) as refused:
        await anext(follow(url, token, "subscription($a: Cursor) { updates(after: $a) { kind } }", a=foreign))

    assert refused.value.code == "CURSOR_EXPIRED"


async def test_an_unknown_key_is_refused_with_not_found(trade: Trade, gateways: list[GatewayProcess]) -> None:
    with pytest.raises(RefusedError) as refused:
        await anext(follow(gateways[0].socket_url, trade.dispatcher.token, GROUP_UPDATES, key="nobody"))

    assert refused.value.code == "NOT_FOUND"
