"""Receipts to an upstream that fails 30 % of the time, with two gateways of which one is killed in the middle.

Judged by the record which the upstream keeps for itself. ``RECEIPTS=1000`` in the environment makes more of them.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.workers.courier import Pace
from tests.servers import Postgres, Valkey
from tests.upstreams import SECRET, Received, Upstream, answer, upstream
from tests.wire.conftest import two_gateways
from tests.wire.processes import GatewayProcess, eventually, onevisit
from tests.wire.trade import Trade, evidence_for, order

RECEIPTS = int(os.environ.get("RECEIPTS", "150"))
BATCH = 25
GONE = "N-GONE"
SECONDS = 60 + RECEIPTS / 5

ORDERS = """query($after: String) { orders(first: 100, after: $after) {
  edges { node { number workItem { id evidence { name kind choices } } } } pageInfo { hasNextPage endCursor } } }"""
LEDGER = """query($filter: ReceiptFilter, $after: String) { receipts(first: 200, filter: $filter, after: $after) {
  edges { node { id order { number } kind delivery failure deliveryAttempts nextTryAt } }
  pageInfo { hasNextPage endCursor } } }"""
EVENTS = """query($after: Cursor, $kinds: [UpdateKind!]) { events(first: 200, after: $after, filter: {kinds: $kinds}) {
  edges { cursor node { kind detail } } pageInfo { hasNextPage endCursor } } }"""


class Moody:
    """Fails 30 % of the time in several ways, and wants nothing of one order until it is mended."""

    def __init__(self) -> None:
        self.chance = random.Random(20261123)
        self.mended = False

    async def __call__(self, received: Received) -> bytes:
        await asyncio.sleep(self.chance.random() * 0.03)
        if received.data["order"] == GONE and not self.mended:
            return answer(410)
        if self.mended or self.chance.random() > 0.3:
            return answer(200, b'{"ok": true}')
        return await self._fail()

    async def _fail(self) -> bytes:
        match self.chance.randrange(8):
            case 0:
                raise ConnectionResetError
            case 1:
                return answer(503, retry_after="1")
            case 2:
                return answer(429)
            case 3:
                return answer(302, location="http://127.0.0.1:9/")
            case 4:
                await asyncio.sleep(2.5)
        return answer(500, b"<html>oops</html>")


@pytest.fixture
async def moody() -> AsyncIterator[tuple[Moody, Upstream]]:
    mood = Moody()
    async with upstream(mood) as other:
        yield mood, other


@pytest.fixture
async def two(
    moody: tuple[Moody, Upstream], postgres: Postgres, postgres_prepared: str, valkey: Valkey, tmp_path: Path
) -> AsyncIterator[list[GatewayProcess]]:
    """Two gateways which carry receipts to the moody upstream."""
    assert postgres.pid
    settings = {
        "ONEVISIT_UPSTREAM_URL": moody[1].url,
        "ONEVISIT_UPSTREAM_SECRET": SECRET,
        "ONEVISIT_UPSTREAM_TIMEOUT_SECONDS": "2",
        "ONEVISIT_RECEIPT_RETRY_SECONDS": "0.2",
    }
    running = await asyncio.to_thread(two_gateways, postgres_prepared, valkey, tmp_path, **settings)
    yield running
    for gateway in running:
        await asyncio.to_thread(gateway.stop)


async def pages(trade: Trade, document: str, **variables: Any) -> list[Any]:
    """Every node of a list."""
    nodes, after = [], variables.pop("after", None)
    while True:
        page = await trade.dispatcher.one(document, after=after, **variables)
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def surveyed(trade: Trade, numbers: Sequence[str]) -> None:
    """Surveys are taken in, claimed and receipted, some at a time: each has both its receipts at once."""
    street = "金水区文化路"
    given = [order(n, "CAMERA", f"{street}{place}号", action="SURVEY") for place, n in enumerate(numbers)]
    for start in range(0, len(given), 500):
        results = await trade.intake(*given[start : start + 500])
        assert {result["__typename"] for result in results} == {"OrderAccepted"}
    items = [node["workItem"] for node in await pages(trade, ORDERS)]
    for start in range(0, len(items), BATCH):
        some = items[start : start + BATCH]
        claims = [
            f'c{n}: claimWorkItem(input: {{itemId: "{i["id"]}"}}) {{ __typename }}'
            for n, i in enumerate(some)
        ]
        await trade.crew("Li").ask(f"mutation {{ {' '.join(claims)} }}")
        given_ = [{"itemId": item["id"], "evidence": evidence_for(item)} for item in some]
        document = """mutation($items: [ItemReceiptInput!]!) {
          submitReceipt(input: {items: $items}) { results { __typename } } }"""
        answers = (await trade.crew("Li").one(document, items=given_))["results"]
        assert {one["__typename"] for one in answers} == {"ReceiptAccepted"}


async def ledger(trade: Trade, *deliveries: str) -> list[Any]:
    return await pages(trade, LEDGER, filter={"deliveries": list(deliveries)} if deliveries else {})


async def test_each_receipt_arrives_in_its_turn_and_is_acknowledged_once_whatever_happens(
    two: list[GatewayProcess], moody: tuple[Moody, Upstream]
) -> None:
    mood, record = moody
    victim, survivor = two
    trade = await Trade([survivor.url]).prepare()
    numbers = [f"N{n}" for n in range(RECEIPTS // 2 - 1)] + [GONE]

    making = asyncio.create_task(surveyed(trade, numbers))
    await eventually(lambda: enough(record, RECEIPTS // 4), SECONDS)
    await asyncio.to_thread(victim.kill)
    await making
    await eventually(lambda: settled(trade), SECONDS)

    keys = {f"{n}/1/{kind}" for n in numbers for kind in ("CONSTRUCTION", "COMPLETION")}
    lost = {key for key in keys if key.startswith(f"{GONE}/")}
    assert all(received.signed for received in record.received)
    assert set(record.times) == keys - lost
    assert record.times.total() - len(record.times) <= Pace().at_once, (
        "only what the killed one had on its way came again"
    )
    assert {r["order"]["number"] for r in await ledger(trade, "DEAD")} == {GONE}
    assert {r["failure"] for r in await ledger(trade, "DEAD")} == {"HTTP 410"}
    assert len(await ledger(trade, "ACKNOWLEDGED")) == len(keys - lost)
    assert in_turn(record.received)
    assert len(record.received) > 1.2 * len(keys), "it did fail"

    mood.mended = True
    done = await asyncio.to_thread(onevisit, "receipts", "--replay-dead", "--url", survivor.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{GONE}/1/{kind}: is sent again" for kind in ("CONSTRUCTION", "COMPLETION")
    ]
    await eventually(lambda: settled(trade), SECONDS)
    assert set(record.times) == keys
    assert [r.data["kind"] for r in record.confirmed if r.data["order"] == GONE] == [
        "CONSTRUCTION",
        "COMPLETION",
    ]
    delivered = await acknowledgements(trade)
    assert set(delivered) == keys
    assert set(delivered.values()) == {1}
    await trade.close()


async def enough(record: Upstream, count: int) -> bool:
    return len(record.confirmed) >= count


async def settled(trade: Trade) -> bool:
    """Whether nothing is to be sent any more."""
    await asyncio.sleep(0.2)
    return await ledger(trade, "PENDING", "SENT") == []


def in_turn(received: Sequence[Received]) -> bool:
    """Whether no order's completion came before its construction had been there for the last time."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for one in received:
        kinds[one.data["order"]].append(one.data["kind"])
    return all(seen == sorted(seen, reverse=True) for seen in kinds.values())


async def acknowledgements(trade: Trade) -> Counter[str]:
    """How often the log says of each receipt that it was acknowledged."""
    entries = await pages(trade, EVENTS, kinds=["RECEIPT_DELIVERED"])
    return Counter(entry["detail"]["receipt"] for entry in entries)
