"""Activation and check through a real network management system: G4, G6, and processes that are killed in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Valkey
from tests.wire.conftest import two_gateways
from tests.wire.nms import NmsProcess
from tests.wire.processes import GatewayProcess, eventually
from tests.wire.trade import Trade, evidence_for, fused, order

SETTINGS = {
    "ONEVISIT_NMS_POLL_SECONDS": "0.3",
    "ONEVISIT_NMS_RETRY_SECONDS": "0.5",
    "ONEVISIT_NMS_TIMEOUT_SECONDS": "3",
}
LINE: dict[str, Any] = {"olt": 1, "port": "0/3/7", "vlan": 2101, "subscribedRateMbps": 100}
HOUSE = "河南省郑州市金水区文化路85号"
PARTS = """query($n: String!) { order(number: $n) { state jeopardy { level message }
  workItem { id state task { hold { cause } } }
  subTasks { kind execution verdict stale attempts { number sent echoed failure nmsVerdict verdict startedAt endedAt
    measures { metric value unit lower passed } repairs { field before after source } } }
  receipts { kind outcome } } }"""
CLAIM = "mutation($i: ID!) { claimWorkItem(input: {itemId: $i}) { __typename } }"
ITEM = "query($n: String!) { order(number: $n) { workItem { id evidence { name kind choices } } } }"
RECEIPT = """mutation($i: ID!, $e: JSON) { submitReceipt(input: {items: [{itemId: $i, evidence: $e}]}) { results {
  __typename } } }"""
EVENTS = """query($k: String!) { fusionGroup(key: $k) { events(first: 1000) { edges { node { kind at detail } } } } }"""


@pytest.fixture
def nms(tmp_path: Path) -> Iterator[NmsProcess]:
    started = NmsProcess(tmp_path).start()
    yield started
    started.stop()


@pytest.fixture
def gateways(
    postgres_prepared: str, valkey: Valkey, tmp_path: Path, nms: NmsProcess
) -> Iterator[list[GatewayProcess]]:
    running = two_gateways(postgres_prepared, valkey, tmp_path, ONEVISIT_NMS_URL=nms.url, **SETTINGS)
    yield running
    for gateway in running:
        gateway.stop()


@pytest.fixture
async def trade(gateways: list[GatewayProcess]) -> AsyncIterator[Trade]:
    made = await Trade([gateway.url for gateway in gateways]).prepare()
    yield made
    await made.close()


def line(number: str, house: str = HOUSE, *, action: str = "ACTIVATION", **data: Any) -> dict[str, Any]:
    return order(
        number, "INTERNET_LINE", house, action=action, activationData=data or LINE, checkData={"server": "zz"}
    )


async def part(trade: Trade, number: str, kind: str) -> dict[str, Any]:
    found = await trade.dispatcher.one(PARTS, n=number)
    return next(one for one in found["subTasks"] if one["kind"] == kind)


async def settled(
    trade: Trade, number: str, kind: str, verdict: str = "SUCCEEDED", *, seconds: float = 30
) -> dict[str, Any]:
    """The part of an order once it has that verdict."""

    async def there() -> dict[str, Any] | None:
        found = await part(trade, number, kind)
        return found if found["verdict"] == verdict else None

    found: dict[str, Any] = await eventually(there, seconds)
    return found


async def construct(trade: Trade, number: str, member: str = "Li") -> None:
    item = (await trade.dispatcher.one(ITEM, n=number))["workItem"]
    await trade.crew(member).ask(CLAIM, i=item["id"])
    [answer] = (await trade.crew(member).one(RECEIPT, i=item["id"], e=evidence_for(item)))["results"]
    assert answer["__typename"] == "ReceiptAccepted"


async def state(trade: Trade, number: str) -> str:
    return str((await trade.dispatcher.one(PARTS, n=number))["state"])


async def completed(trade: Trade, *numbers: str, seconds: float = 40) -> None:
    async def all_are() -> bool:
        return all([await state(trade, number) == "COMPLETED" for number in numbers])

    await eventually(all_are, seconds)


async def test_g6_a_repair_from_history_then_a_check_that_passes_after_the_line_is_built(
    trade: Trade, nms: NmsProcess
) -> None:
    await trade.intake(line("X", "河南省郑州市二七区大学路40号"))
    await settled(trade, "X", "ACTIVATION")
    nms.script({"order": "N1", "kind": "QUALITY_CHECK", "measures": {"tcpDownKbps": 87_200}})

    await trade.intake(line("N1", **(LINE | {"vlan": 2999})))
    activation = await settled(trade, "N1", "ACTIVATION")
    await settled(trade, "N1", "QUALITY_CHECK", "FAILED")
    nms.script()
    await construct(trade, "N1")
    await settled(trade, "N1", "QUALITY_CHECK")
    await completed(trade, "N1")

    first, second = activation["attempts"]
    assert (first["verdict"], first["failure"]) == ("FAILED", "vlan 2999 is not allowed")
    assert second["repairs"] == [
        {"field": "vlan", "before": 2999, "after": 2101, "source": "order X attempt 1"}
    ]
    assert second["echoed"]["vlan"] == second["sent"]["vlan"] == 2101
    check = await part(trade, "N1", "QUALITY_CHECK")
    figures = {one["metric"]: one for one in check["attempts"][-1]["measures"]}
    assert figures["tcpDownKbps"]["lower"] == 90_000
    assert all(one["passed"] for one in figures.values())
    assert not check["stale"]
    assert Counter(nms.keys("CREATED")) == {"X#A1": 1, "N1#A1": 1, "N1#A2": 1}


async def test_g4_a_suspension_goes_out_in_the_second_of_its_intake_whatever_is_unknown(
    trade: Trade, nms: NmsProcess
) -> None:
    unknown = line("S1", "不知道哪里的路1号", action="SUSPEND")
    unknown |= {"redList": True, "postPay": True, "fusion": fused("FK-4", "N2")}

    await trade.intake(unknown)
    taken = datetime.now().astimezone()
    await completed(trade, "S1")

    first = next(one for one in nms.record("CREATED", "PATCHED") if one["key"] == "S1#A1")
    assert abs((datetime.fromisoformat(first["at"]) - taken).total_seconds()) < 1
    found = await trade.dispatcher.one(PARTS, n="S1")
    assert found["workItem"] is None
    assert [one["kind"] for one in found["receipts"]] == ["COMPLETION"]


async def test_g4_a_suspension_that_the_network_fails_stays_in_progress_and_becomes_urgent(
    trade: Trade, nms: NmsProcess
) -> None:
    nms.script(
        {
            "order": "S1",
            "kind": "ACTIVATION",
            "refuse": {"server": "x", "vlan": "no such line"},
            "delay_seconds": 0.1,
        }
    )
    await trade.intake(line("S1", "河南省驻马店市平舆县人民路1号", action="SUSPEND"))

    async def urgent() -> dict[str, Any] | None:
        found: dict[str, Any] = await trade.dispatcher.one(PARTS, n="S1")
        return found if found["workItem"] is not None else None

    found = await eventually(urgent, 30)

    assert found["state"] == "IN_PROGRESS"
    assert found["jeopardy"]["level"] == "CRITICAL"
    assert found["workItem"]["task"]["hold"]["cause"] == "NO_CREW"


async def test_what_a_killed_gateway_had_sent_is_found_again_and_nothing_is_done_twice(
    trade: Trade, gateways: list[GatewayProcess], nms: NmsProcess
) -> None:
    nms.script({"kind": "ACTIVATION", "hang_seconds": 1.5, "delay_seconds": 0.5, "times": 20})
    numbers = [f"N{n}" for n in range(12)]
    await trade.intake(
        *(line(number, f"河南省郑州市金水区文化路{place}号") for place, number in enumerate(numbers))
    )

    async def asked() -> bool:
        return len(nms.keys("HUNG")) >= 10

    await eventually(asked)
    await asyncio.to_thread(gateways[0].kill)
    alone = await Trade([gateways[1].url]).prepare_callers(trade)
    for number in numbers:
        await settled(alone, number, "ACTIVATION", seconds=60)

    doubled = {key: count for key, count in Counter(nms.keys("CREATED")).items() if count > 1}
    assert doubled == {}
    assert {key.partition("#")[0] for key in nms.keys("CREATED")} == set(numbers)
    await alone.close()


async def test_a_network_that_is_killed_and_comes_back_finishes_what_it_had_taken(
    trade: Trade, nms: NmsProcess
) -> None:
    nms.script({"kind": "ACTIVATION", "delay_seconds": 2})
    numbers = [f"N{n}" for n in range(6)]
    await trade.intake(
        *(line(number, f"河南省郑州市金水区文化路{place}号") for place, number in enumerate(numbers))
    )

    async def taken() -> bool:
        return len(nms.keys("CREATED")) == len(numbers)

    await eventually(taken)
    await asyncio.to_thread(nms.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(nms.start)
    for number in numbers:
        await settled(trade, number, "ACTIVATION", seconds=60)

    assert set(Counter(nms.keys("CREATED")).values()) == {1}


async def test_the_three_parts_of_an_order_start_together_with_200_orders_at_once(trade: Trade) -> None:
    numbers = [f"N{n}" for n in range(200)]
    houses = {number: f"河南省郑州市金水区文化路{place}号" for place, number in enumerate(numbers)}

    await asyncio.gather(
        *(trade.intake(*(line(n, houses[n]) for n in numbers[at : at + 25])) for at in range(0, 200, 25))
    )

    for number in numbers[::20]:
        events = (await trade.dispatcher.one(EVENTS, k=number))["events"]["edges"]
        started = [
            datetime.fromisoformat(one["node"]["at"])
            for one in events
            if one["node"]["kind"] == "SUB_TASK_STARTED"
        ]
        assert len(started) == 3
        assert (max(started) - min(started)).total_seconds() < 0.1
