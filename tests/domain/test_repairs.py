"""A failed attempt is repaired from what succeeded before, or somebody is told; nothing is sent blindly (D11, G6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain import commands as c
from domain.orders import Repair
from domain.repairs import is_contract_field
from domain.values import (
    ExecutionState,
    JeopardyLevel,
    OrderNumber,
    ProductCode,
    SubTaskId,
    SubTaskKind,
    UpdateKind,
    Verdict,
)
from tests import arrivals as make
from tests.domain.trade import Trade

ELSEWHERE = "郑州市金水区花园路1号"
LINE: dict[str, Any] = {"olt": 1, "port": "0/3/7", "vlan": 2999, "subscribedRateMbps": 100}
LINE_PORT, OTHER_PORT = "0/3/7", "0/9/9"


def received(trade: Trade, number: str, *, address: str = make.CULTURE_ROAD, **data: Any) -> None:
    trade.wait(minutes=1)
    trade.intake(
        make.order(number, "INTERNET_LINE", address=address, activationData=data, checkData={"server": "zz"})
    )


def succeeded(trade: Trade, number: str, *, address: str = ELSEWHERE, **data: Any) -> None:
    """An order whose activation worked with those data."""
    received(trade, number, address=address, **data)
    trade.report(number, "ACTIVATION")


def failed(trade: Trade, number: str, *refused: str, kind: str = "ACTIVATION", **said: Any) -> None:
    trade.report(number, kind, outcome="FAILED", refused_fields=refused, **said)


def sent(trade: Trade, number: str, kind: str = "ACTIVATION") -> Any:
    return trade.sub_task(number, kind).attempts[-1].sent


def repairs(trade: Trade, number: str, kind: str = "ACTIVATION") -> dict[str, Any]:
    return {repair.field: repair.after for repair in trade.sub_task(number, kind).attempts[-1].repairs}


def gave_up(trade: Trade, number: str, kind: str = "ACTIVATION") -> bool:
    part = trade.sub_task(number, kind)
    return part.execution is ExecutionState.TERMINATED_WITH_ERROR and part.verdict is Verdict.FAILED


def test_g6_a_refused_vlan_is_taken_from_what_worked_on_the_same_port() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan", failure="not allowed")

    part = trade.sub_task("N1", "ACTIVATION")
    assert part.execution is ExecutionState.IN_PROGRESS
    assert [attempt.verdict for attempt in part.attempts] == [Verdict.FAILED, None]
    assert part.attempts[1].sent == {**LINE, "vlan": 2101}
    assert part.attempts[1].repairs == (Repair("vlan", 2999, 2101, "order X attempt 1"),)
    assert UpdateKind.SUB_TASK_REPAIRED in [event.kind for event in trade.last]


def test_g6_a_check_is_repaired_with_the_server_that_measured_before() -> None:
    trade = Trade()
    succeeded(trade, "X", address=make.CULTURE_ROAD, olt=1, port=LINE_PORT)
    trade.report("X", "QUALITY_CHECK")
    trade.intake(
        make.order("N1", "INTERNET_LINE", activationData=LINE, checkData={"server": "bj-1", "durationS": 20})
    )

    measured = (c.Measured("tcpDownKbps", 87_200, "kbit/s"),)
    trade.report("N1", "QUALITY_CHECK", measures=measured)

    assert repairs(trade, "N1", "QUALITY_CHECK") == {"server": "zz"}
    assert (
        trade.sub_task("N1", "QUALITY_CHECK").attempts[0].failure == "tcpDownKbps 87200 kbit/s is below 90000"
    )


def test_without_history_nothing_is_sent_and_a_person_is_told() -> None:
    trade = Trade()
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")

    jeopardy = trade.order("N1").jeopardy
    assert gave_up(trade, "N1")
    assert len(trade.sub_task("N1", "ACTIVATION").attempts) == 1
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL


def test_the_same_data_that_failed_are_no_repair() -> None:
    trade = Trade()
    succeeded(trade, "X", **LINE)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")

    assert gave_up(trade, "N1")


def test_what_failed_before_is_not_history() -> None:
    trade = Trade()
    received(trade, "X", address=ELSEWHERE, olt=1, port=LINE_PORT, vlan=2101)
    failed(trade, "X", "vlan")
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")

    assert gave_up(trade, "N1")


def test_the_nearest_source_wins_over_a_newer_one_that_is_farther() -> None:
    trade = Trade()
    succeeded(trade, "A", address=make.CULTURE_ROAD, vlan=1)
    succeeded(trade, "B", olt=1, port=LINE_PORT, vlan=2)
    succeeded(trade, "C", olt=1, port=OTHER_PORT, vlan=3)
    received(trade, "N1", **LINE)

    tried = []
    for _ in range(3):
        failed(trade, "N1", "vlan")
        tried.append(sent(trade, "N1")["vlan"])

    assert tried == [1, 2, 3]


def test_of_one_source_the_newest_comes_first() -> None:
    trade = Trade()
    succeeded(trade, "A", olt=1, port=LINE_PORT, vlan=1)
    succeeded(trade, "B", olt=1, port=LINE_PORT, vlan=2)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")

    assert sent(trade, "N1")["vlan"] == 2


def test_the_orders_own_success_comes_before_all() -> None:
    trade = Trade()
    received(trade, "N1", **LINE)
    trade.claim("Li", "N1")
    trade.report("N1", "ACTIVATION", echoed={**LINE, "profile": "P1"})
    succeeded(trade, "B", address=make.CULTURE_ROAD, olt=1, port=LINE_PORT, profile="P2", vlan=7)
    trade.receipt("N1")
    failed(trade, "N1", kind="QUALITY_CHECK")
    trade.done(c.AcceptPartial(OrderNumber("N1"), "works"))
    trade.done(c.ReopenOrder(OrderNumber("N1"), "again"))

    failed(trade, "N1", "profile")

    assert repairs(trade, "N1") == {"profile": "P1"}


def test_an_address_is_the_same_by_its_standard_id_too() -> None:
    trade = Trade()
    trade.intake(
        make.order("A", "INTERNET_LINE", address=ELSEWHERE, standard_id="S1", activationData={"vlan": 5})
    )
    trade.report("A", "ACTIVATION")
    trade.intake(make.order("N1", "INTERNET_LINE", standard_id="S1", activationData={"vlan": 6}))

    failed(trade, "N1", "vlan")

    assert sent(trade, "N1") == {"vlan": 5}


def test_another_product_at_the_same_address_is_no_source() -> None:
    trade = Trade()
    trade.intake(make.order("A", "CAMERA", activationData={"vlan": 5}))
    trade.report("A", "ACTIVATION")
    received(trade, "N1", vlan=6)

    failed(trade, "N1", "vlan")

    assert gave_up(trade, "N1")


def test_the_template_of_the_product_comes_last() -> None:
    trade = Trade()
    line = replace(trade.world.products[ProductCode("INTERNET_LINE")], activation_template={"vlan": 2200})
    trade.world = replace(trade.world, products={**trade.world.products, ProductCode("INTERNET_LINE"): line})
    succeeded(trade, "X", olt=1, port=OTHER_PORT, vlan=2101)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")
    failed(trade, "N1", "vlan")

    last = trade.sub_task("N1", "ACTIVATION").attempts[-1]
    assert [(repair.after, repair.source) for repair in last.repairs] == [
        (2200, "the template of product INTERNET_LINE")
    ]


def test_what_the_contract_says_is_never_touched() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, subscribedRateMbps=50, customerName="K", vlan=2101)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "subscribedRateMbps", "vlan")

    assert sent(trade, "N1")["subscribedRateMbps"] == 100
    assert repairs(trade, "N1") == {"vlan": 2101}


@pytest.mark.parametrize("name", ["subscribedRateKbps", "orderNumber", "customer", "contractId", "ACTION"])
def test_fields_of_the_contract_are_known_by_name(name: str) -> None:
    assert is_contract_field(name)


def test_a_refused_field_alone_changes_where_it_was_named() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101, profile="P9")
    received(trade, "N1", **LINE, profile="P1")

    failed(trade, "N1", "vlan")

    assert repairs(trade, "N1") == {"vlan": 2101}


def test_where_no_field_is_named_each_gets_the_value_that_worked() -> None:
    trade = Trade()
    succeeded(trade, "X", address=make.CULTURE_ROAD, olt=1, port=LINE_PORT, vlan=2101, profile="P9")
    received(trade, "N1", **LINE, profile="P1")

    failed(trade, "N1")

    assert repairs(trade, "N1") == {"vlan": 2101, "profile": "P9"}


def test_a_field_that_worked_as_it_was_sent_stays_though_others_were_sent_otherwise() -> None:
    trade = Trade()
    succeeded(trade, "A", olt=1, port=OTHER_PORT, vlan=3, profile="P1")
    succeeded(trade, "B", olt=1, port=LINE_PORT, vlan=2, profile="P9")
    received(trade, "N1", olt=1, port=LINE_PORT, vlan=2, profile="P1")

    failed(trade, "N1")

    assert repairs(trade, "N1") == {"profile": "P9"}


def test_where_all_fields_are_as_they_worked_the_next_source_is_tried() -> None:
    trade = Trade()
    succeeded(trade, "A", olt=1, port=OTHER_PORT, vlan=3)
    succeeded(trade, "B", olt=1, port=LINE_PORT, vlan=2)
    received(trade, "N1", olt=1, port=LINE_PORT, vlan=2)

    failed(trade, "N1")

    assert repairs(trade, "N1") == {"vlan": 3, "port": OTHER_PORT}


def test_a_named_field_that_was_not_sent_is_added() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", olt=1, port=LINE_PORT)

    failed(trade, "N1", "vlan")

    assert repairs(trade, "N1") == {"vlan": 2101}


def test_after_three_repairs_somebody_has_to_look() -> None:
    trade = Trade()
    for n in range(6):
        succeeded(trade, f"X{n}", olt=1, port=LINE_PORT, vlan=n)
    received(trade, "N1", **LINE)

    for _ in range(4):
        failed(trade, "N1", "vlan")

    assert gave_up(trade, "N1")
    assert len(trade.sub_task("N1", "ACTIVATION").attempts) == 4


def test_a_repair_lasts_into_what_is_sent_later() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    failed(trade, "N1", "vlan")

    trade.report("N1", "ACTIVATION", outcome="NOT_READY")
    trade.wait(minutes=20)
    trade.done(c.ResendSubTask(SubTaskId("N1/ACTIVATION"), 2))

    assert sent(trade, "N1")["vlan"] == 2101
    assert repairs(trade, "N1") == {}


def test_a_later_word_of_upstream_wins_over_a_repair() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    failed(trade, "N1", "vlan")

    received(trade, "N1", **(LINE | {"vlan": 2500}))

    assert sent(trade, "N1")["vlan"] == 2500


def test_a_reopened_order_begins_with_what_it_was_sold_with() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    failed(trade, "N1", "vlan")
    failed(trade, "N1", "vlan")
    trade.claim("Li", "N1")
    trade.receipt("N1")
    trade.done(c.AcceptPartial(OrderNumber("N1"), "works"))

    trade.done(c.ReopenOrder(OrderNumber("N1"), "again"))

    assert sent(trade, "N1")["vlan"] == 2999


def test_data_which_are_no_fields_are_not_repaired() -> None:
    trade = Trade()
    succeeded(trade, "X", address=make.CULTURE_ROAD, vlan=2101)
    trade.intake(make.order("N1", "INTERNET_LINE", activationData="profile 7"))

    failed(trade, "N1", "vlan")

    assert repairs(trade, "N1") == {"vlan": 2101}
    assert sent(trade, "N1") == {"data": "profile 7", "vlan": 2101}


def confirming(trade: Trade) -> None:
    line = replace(trade.world.products[ProductCode("INTERNET_LINE")], confirm_repairs=True)
    trade.world = replace(trade.world, products={**trade.world.products, ProductCode("INTERNET_LINE"): line})


def test_a_product_may_ask_that_a_repair_waits_for_a_word() -> None:
    trade = Trade()
    confirming(trade)
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)

    failed(trade, "N1", "vlan")

    part, jeopardy = trade.sub_task("N1", "ACTIVATION"), trade.order("N1").jeopardy
    assert gave_up(trade, "N1")
    assert part.proposal == (Repair("vlan", 2999, 2101, "order X attempt 1"),)
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.WARNING


def test_the_word_lets_the_repair_go_with_its_source_and_who_said_so() -> None:
    trade = Trade()
    confirming(trade)
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    failed(trade, "N1", "vlan")

    trade.done(c.RetrySubTask(SubTaskId("N1/ACTIVATION")))

    part = trade.sub_task("N1", "ACTIVATION")
    assert part.proposal == ()
    assert part.attempts[-1].sent == {**LINE, "vlan": 2101}
    (repair,) = part.attempts[-1].repairs
    assert repair.source == f"order X attempt 1, approved by {make.DISPATCHER}"
    assert trade.order("N1").jeopardy is None


def test_a_persons_own_value_goes_before_the_proposed_one() -> None:
    trade = Trade()
    confirming(trade)
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    failed(trade, "N1", "vlan")

    trade.done(c.RetrySubTask(SubTaskId("N1/ACTIVATION"), data={"vlan": 2300}))

    assert sent(trade, "N1")["vlan"] == 2300


def test_a_suspension_is_repaired_without_waiting_for_anybodys_word() -> None:
    trade = Trade()
    confirming(trade)
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    trade.intake(make.order("N1", "INTERNET_LINE", "SUSPEND", activationData=LINE))

    failed(trade, "N1", "vlan")

    assert repairs(trade, "N1") == {"vlan": 2101}
    assert sent(trade, "N1")["action"] == "suspend"


def test_a_product_that_is_gone_repairs_from_history_all_the_same() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, vlan=2101)
    received(trade, "N1", **LINE)
    trade.world = replace(trade.world, products={})

    failed(trade, "N1", "vlan")

    assert repairs(trade, "N1") == {"vlan": 2101}


def test_history_is_of_the_same_kind_of_sub_task() -> None:
    trade = Trade()
    succeeded(trade, "X", olt=1, port=LINE_PORT, server="activation-server")
    received(trade, "N1", **LINE)

    failed(trade, "N1", "server", kind="QUALITY_CHECK")

    assert gave_up(trade, "N1", SubTaskKind.QUALITY_CHECK.value)
