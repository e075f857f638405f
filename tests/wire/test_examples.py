"""The worked examples of the trade, over HTTP, on SQLite and on two gateways over PostgreSQL and Valkey."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.wire.trade import Trade, fused, order

G1_LINE = "河南省郑州市金水区文化路85号3号楼502室"
G1_CAMERA = "郑州市金水区 文化路８５号3栋502"


def orders_of(group: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["number"]: one for one in group["orders"]}


async def test_g1_a_line_and_a_camera_become_one_visit_led_by_the_claimant_of_the_line(trade: Trade) -> None:
    n1 = order("N1", "ENT_BROADBAND", G1_LINE, fusion=fused("FK-1", "N2"))
    n2 = order("N2", "CAMERA", G1_CAMERA, fusion=fused("FK-1", "N1"))

    await trade.intake(n1)
    waiting = await trade.group("FK-1")
    assert waiting["state"] == "COLLECTING"
    assert "1 of 2 received, waiting for N2" in waiting["explain"]

    await trade.intake(n2)
    group = await trade.group("FK-1")
    [task] = group["tasks"]
    assert task["crew"]["district"]["code"] == "410105"
    assert [item["order"]["number"] for item in task["items"]] == ["N1", "N2"]
    started = [p["execution"] for o in group["orders"] for p in o["subTasks"]]
    assert started == ["IN_PROGRESS"] * 6

    line, camera = await trade.item("FK-1", "N1"), await trade.item("FK-1", "N2")
    assert (await trade.claim("Zhao", camera["id"]))["__typename"] == "WorkItemClaimed"
    assert (await trade.group("FK-1"))["tasks"][0]["firstContact"] is None
    pending = await trade.book("Zhao", task["id"])
    assert (pending["code"], pending["waitsFor"]["order"]["number"]) == ("FIRST_CONTACT_PENDING", "N1")

    assert (await trade.claim("Li", line["id"]))["__typename"] == "WorkItemClaimed"
    assert (await trade.group("FK-1"))["firstContact"]["member"]["name"] == "Li"
    assert (await trade.book("Zhao", task["id"]))["code"] == "NOT_FIRST_CONTACT"
    assert (await trade.book("Li", task["id"]))["appointment"]["bookedBy"] == {"name": "Li"}

    seen_by_zhao = await trade.group("FK-1", caller=trade.crew("Zhao"))
    phones = {
        i["claimant"]["name"]: i["claimant"]["phone"] for t in seen_by_zhao["tasks"] for i in t["items"]
    }
    assert phones == {"Li": "13801050002", "Zhao": "13801050001"}
    assert seen_by_zhao["tasks"][0]["appointment"] is not None

    assert (await trade.receipt("Zhao", camera))["receipt"]["kind"] == "CONSTRUCTION"
    group = await trade.group("FK-1")
    assert orders_of(group)["N2"]["receipts"][0]["outcome"] == "SUCCEEDED"
    assert orders_of(group)["N1"]["state"] == "IN_PROGRESS"
    assert (group["state"], group["visitsSaved"]) == ("IN_PROGRESS", 1)

    await trade.receipt("Li", line)
    await trade.answer_network("FK-1")
    group = await trade.group("FK-1")
    assert group["state"] == "COMPLETED"
    assert {o["step"] for o in group["orders"]} == {"RECEIPTED"}


@pytest.mark.parametrize("arrival", list(permutations(["N1", "N2", "N3"])), ids="".join)
async def test_g2_two_districts_make_two_visits_whatever_the_order_of_arrival(
    trade: Trade, arrival: tuple[str, ...]
) -> None:
    orders = {
        "N1": order("N1", "INTERNET_LINE", "金水区花园路1号A座1201", fusion=fused("FK-2", "N2", "N3")),
        "N2": order("N2", "CLOUD_VIDEO", "金水区花园路1号A座1201", fusion=fused("FK-2", "N1", "N3")),
        "N3": order("N3", "CAMERA", "二七区大学路40号", fusion=fused("FK-2", "N1", "N2")),
    }
    for number in arrival:
        await trade.intake(orders[number])

    group = await trade.group("FK-2")
    visits = {
        t["crew"]["district"]["code"]: [i["order"]["number"] for i in t["items"]] for t in group["tasks"]
    }
    assert visits == {"410105": ["N1", "N2"], "410103": ["N3"]}

    items = {o["number"]: o["workItem"]["id"] for o in group["orders"]}
    assert (await trade.claim("Sun", items["N3"]))["__typename"] == "WorkItemClaimed"
    assert (await trade.claim("Sun", items["N1"]))["code"] == "NOT_IN_CREW"
    await trade.claim("Zhao", items["N2"])
    await trade.claim("Li", items["N1"])

    group = await trade.group("FK-2", caller=trade.crew("Sun"))
    contacts = {t["crew"]["district"]["code"]: t["firstContact"]["member"]["name"] for t in group["tasks"]}
    assert contacts == {"410105": "Li", "410103": "Sun"}
    assert group["firstContact"]["member"]["name"] == "Li"
    claimants = {i["claimant"]["name"] for t in group["tasks"] for i in t["items"]}
    assert claimants == {"Li", "Zhao", "Sun"}
    assert all("*" not in i["claimant"]["phone"] for t in group["tasks"] for i in t["items"])


async def test_g4_a_suspension_waits_for_nobody_and_never_fails(trade: Trade) -> None:
    [answer] = await trade.intake(
        order(
            "N1",
            "INTERNET_LINE",
            "驻马店市平舆县健康路9号",
            action="SUSPEND",
            fusion=fused("FK-4", "N2"),
            redList=True,
            postPay=True,
        )
    )

    assert answer["order"]["state"] == "IN_PROGRESS"
    group = await trade.group("FK-4")
    assert group["missingNumbers"] == ["N2"]
    assert group["tasks"] == []
    activation = next(p for p in group["orders"][0]["subTasks"] if p["kind"] == "ACTIVATION")
    assert activation["execution"] == "IN_PROGRESS"
    assert activation["attempts"][0]["sent"]["action"] == "suspend"

    for _ in range(3):
        group = await trade.group("FK-4")
        part = next(p for p in group["orders"][0]["subTasks"] if p["kind"] == "ACTIVATION")
        await trade.report(part, "FAILED")
    group = await trade.group("FK-4")
    [one] = group["orders"]
    assert one["state"] == "IN_PROGRESS"
    assert one["jeopardy"]["level"] == "CRITICAL"
    assert [t["hold"]["cause"] for t in group["tasks"]] == ["NO_CREW"]


async def test_g4_a_suspension_that_the_network_carries_out_is_complete_and_receipted(trade: Trade) -> None:
    await trade.intake(
        order("N1", "INTERNET_LINE", "驻马店市平舆县健康路9号", action="SUSPEND", fusion=fused("FK-4", "N2"))
    )

    await trade.answer_network("FK-4")

    [one] = (await trade.group("FK-4"))["orders"]
    assert one["state"] == "COMPLETED"
    assert [r["kind"] for r in one["receipts"]] == ["COMPLETION"]


async def test_g5_a_termination_brings_every_device_back_or_says_why_not(trade: Trade) -> None:
    place = "金水区文化路85号"
    line = order(
        "N1",
        "ENT_BROADBAND",
        place,
        action="TERMINATE",
        fusion=fused("FK-5", "N2"),
        installedSerials=["ONT-A", "STB-B"],
    )
    camera = order("N2", "CAMERA", place, action="TERMINATE", fusion=fused("FK-5", "N1"))
    await trade.intake(line, camera)

    group = await trade.group("FK-5")
    [task] = group["tasks"]
    assert [i["order"]["number"] for i in task["items"]] == ["N1", "N2"]
    assert all(
        p["execution"] == "IN_PROGRESS"
        for o in group["orders"]
        for p in o["subTasks"]
        if p["kind"] == "ACTIVATION"
    )

    item = await trade.item("FK-5", "N1")
    await trade.claim("Li", item["id"])
    scanned = {"serial": "ONT-A", "outcome": "RECOVERED"}
    refused = await trade.receipt("Li", item, recovery=[scanned])
    assert (refused["code"], refused["open"]) == ("RECOVERY_INCOMPLETE", ["STB-B"])
    strange = await trade.receipt("Li", item, recovery=[scanned, {"serial": "ONT-Z", "outcome": "RECOVERED"}])
    assert (strange["code"], strange["unexpected"]) == ("SERIAL_MISMATCH", ["ONT-Z"])
    lost = {"serial": "STB-B", "outcome": "LOST", "note": "the customer moved it away"}
    assert (await trade.receipt("Li", item, recovery=[scanned, lost]))["__typename"] == "ReceiptAccepted"
