"""Callbacks over the wire: true ones bring the result at once, all others change nothing and are found again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.listener import listener_token
from tests.events import as_body, measured, signed, state_change
from tests.wire.conftest import two_gateways
from tests.wire.nms import NmsProcess
from tests.wire.processes import SECRET, GatewayProcess, eventually
from tests.wire.trade import Trade, order

NMS_SECRET = "a-secret-of-the-network-" + "0" * 16
PATH = f"/nms/{listener_token(SECRET)}"
ADDRESS = "河南省郑州市金水区文化路85号"
PARTS = """query($n: String!) { order(number: $n) { state group { revision }
  subTasks { kind execution verdict attempts { number verdict } } } }"""
CALLBACKS = """query($f: CallbackFilter) { callbacks(filter: $f, first: 200) { edges { node {
  event eventId key order { number } status note seen body } } } }"""
REPORT = """mutation($i: ReportSubTaskInput!) { reportSubTask(input: $i) { __typename
  ... on SubTaskReported { counted } } }"""


@pytest.fixture(params=["sqlite", "postgres"])
def gateways(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[GatewayProcess]]:
    """Gateways that know the network's signature, and no network."""
    known = {"ONEVISIT_NMS_SECRET": NMS_SECRET}
    if request.param == "sqlite":
        database = f"sqlite:///{tmp_path / 'onevisit.db'}"
        running = [GatewayProcess(database, environment=known).start(tmp_path)]
    else:
        url, valkey = request.getfixturevalue("postgres_prepared"), request.getfixturevalue("valkey")
        running = two_gateways(url, valkey, tmp_path, **known)
    yield running
    for gateway in running:
        gateway.stop()


@pytest.fixture
async def network(gateways: list[GatewayProcess]) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls back to the first gateway."""
    async with httpx.AsyncClient(base_url=gateways[0].url, timeout=30, trust_env=False) as client:
        yield client


async def call(network: httpx.AsyncClient, event: Any, *, secret: str = NMS_SECRET) -> int:
    """The status of one callback."""
    body = event if isinstance(event, bytes) else as_body(event)
    path = f"{PATH}/listener/serviceStateChangeEvent"
    return (await network.post(path, content=body, headers=signed(body, secret))).status_code


async def listed(trade: Trade, **wanted: Any) -> list[dict[str, Any]]:
    found = await trade.dispatcher.one(CALLBACKS, f=wanted)
    return [edge["node"] for edge in found["edges"]]


async def read(trade: Trade, count: int) -> list[dict[str, Any]]:
    """So many callbacks, once none of them is new any more."""

    async def there() -> list[dict[str, Any]] | None:
        found = await listed(trade)
        return found if len(found) == count and all(one["status"] != "NEW" for one in found) else None

    found: list[dict[str, Any]] = await eventually(there)
    return found


async def closed_activation(trade: Trade, number: str) -> None:
    """The activation of an order has succeeded."""
    parts = await trade.dispatcher.one(
        "query($n: String!) { order(number: $n) { subTasks { id kind } } }", n=number
    )
    part = next(one["id"] for one in parts["subTasks"] if one["kind"] == "ACTIVATION")
    said = {"subTaskId": part, "attempt": 1, "eventId": "r1", "outcome": "SUCCEEDED"}
    assert (await trade.nms.one(REPORT, i=said))["counted"]


BAD: dict[str, tuple[bytes, str, str | None]] = {
    "of an order that nobody knows": (as_body(state_change("N9#A1")), "UNKNOWN_ATTEMPT", "N9#A1"),
    "of an attempt that was never made": (as_body(state_change("N1#Q7")), "UNKNOWN_ATTEMPT", "N1#Q7"),
    "of an attempt that is closed": (as_body(state_change("N1#A1")), "OLD_ATTEMPT", "N1#A1"),
    "with text where a number belongs": (as_body(measured("N1#Q1", "fast")), "UNREADABLE", None),
    "that is no JSON": (b"<html>busy</html>", "UNREADABLE", None),
    "nested 1,000 deep": (b'{"event":' * 1000 + b"{}" + b"}" * 1000, "UNREADABLE", None),
    "with NUL inside": (b'{"eventId": "a\0"}', "UNREADABLE", None),
    "with an escaped NUL in its key": (as_body(state_change("N1\0#Q1")), "UNREADABLE", None),
    "in no UTF-8": (b'{"eventId": "\xff\xfe"}', "UNREADABLE", None),
}


async def test_bad_callbacks_are_taken_kept_and_without_effect(
    trade: Trade, network: httpx.AsyncClient
) -> None:
    await trade.intake(order("N1", "INTERNET_LINE", ADDRESS))
    await closed_activation(trade, "N1")
    before = await trade.dispatcher.one(PARTS, n="N1")

    answers = [await call(network, body) for body, _, _ in BAD.values()]

    kept = await read(trade, len(BAD))
    assert answers == [204] * len(BAD)
    found = [(one["status"], one["key"]) for one in reversed(kept)]
    assert dict(zip(BAD, found, strict=True)) == {
        name: (status, key) for name, (_, status, key) in BAD.items()
    }
    assert all(one["note"] for one in kept)
    assert {one["order"]["number"] for one in kept if one["order"]} == {"N1"}
    assert await trade.dispatcher.one(PARTS, n="N1") == before


async def test_strangers_are_refused_and_cannot_fill_the_records_nor_take_the_name_of_an_event(
    trade: Trade, network: httpx.AsyncClient, gateways: list[GatewayProcess]
) -> None:
    await trade.intake(order("N1", "INTERNET_LINE", ADDRESS))
    before = await trade.dispatcher.one(PARTS, n="N1")
    event = as_body(state_change("N1#A1"))

    wrong = [await call(network, event, secret="w" * 32) for _ in range(100)]
    missing = await network.post(PATH, content=event)
    elsewhere = await network.post(f"/nms/{'0' * 40}", content=event, headers=signed(event, NMS_SECRET))
    large = await call(network, b'"' + b"x" * 1_000_000 + b'"')
    forged = await read(trade, 10)
    true = await call(network, event)

    [taken] = [one for one in await read(trade, 11) if one["status"] != "FORGED"]
    assert (Counter(wrong), missing.status_code) == ({401: 100}, 401)
    assert (elsewhere.status_code, large, true) == (404, 413, 204)
    assert {(one["status"], one["eventId"]) for one in forged} == {("FORGED", None)}
    assert (taken["status"], taken["eventId"], taken["seen"]) == ("TAKEN", "e1", 1)
    assert await trade.dispatcher.one(PARTS, n="N1") == before

    async def counted() -> bool:
        return "forged callbacks were not kept" in gateways[0].log.read_text(encoding="utf-8")

    assert await eventually(counted)
    health = (await network.get("/health/ready")).json()
    assert health["callbacks"]["FORGED"] == 10


async def test_a_doubled_callback_is_one_that_was_seen_twice(
    trade: Trade, network: httpx.AsyncClient
) -> None:
    await trade.intake(order("N1", "INTERNET_LINE", ADDRESS))

    answers = await asyncio.gather(*(call(network, state_change("N1#A1")) for _ in range(5)))

    [kept] = await read(trade, 1)
    assert set(answers) == {204}
    assert (kept["status"], kept["seen"]) == ("TAKEN", 5)


async def test_an_answer_does_not_wait_for_those_who_write(trade: Trade, network: httpx.AsyncClient) -> None:
    stop, seconds = asyncio.Event(), []

    async def write(writer: int) -> None:
        n = 0
        while not stop.is_set():
            await trade.intake(*(order(f"W{writer}-{n}-{m}", "CAMERA", ADDRESS) for m in range(10)))
            n += 1

    writers = [asyncio.create_task(write(n)) for n in range(2)]
    for n in range(300):
        began = time.perf_counter()
        status = await call(network, state_change(f"N{n}#A1", f"e{n}"))
        seconds.append(time.perf_counter() - began)
        assert status == 204
    stop.set()
    await asyncio.gather(*writers)

    p50, p99 = sorted(seconds)[150], sorted(seconds)[297]
    print(f"callbacks while others write: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")  # noqa: T201 - a figure
    assert p99 < 0.5


async def test_a_callback_brings_the_result_long_before_anybody_would_have_looked(tmp_path: Path) -> None:
    nms = NmsProcess(tmp_path, secret=NMS_SECRET).start()
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}")
    gateway.environment = {
        "ONEVISIT_NMS_URL": nms.url,
        "ONEVISIT_NMS_SECRET": NMS_SECRET,
        "ONEVISIT_NMS_CALLBACK_URL": gateway.url,
        "ONEVISIT_NMS_POLL_SECONDS": "900",
    }
    gateway.start(tmp_path)
    trade = await Trade([gateway.url]).prepare()
    try:
        await trade.intake(order("N1", "INTERNET_LINE", ADDRESS, activationData={"vlan": 2101}))

        async def activated() -> bool:
            parts = (await trade.dispatcher.one(PARTS, n="N1"))["subTasks"]
            return any(part["kind"] == "ACTIVATION" and part["verdict"] == "SUCCEEDED" for part in parts)

        assert await eventually(activated)
        kept = await listed(trade, orderNumbers=["N1"], statuses=["TAKEN"])
        assert "N1#A1" in {one["key"] for one in kept}
    finally:
        await trade.close()
        gateway.stop()
        nms.stop()
