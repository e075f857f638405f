"""The same number again: known, amended, or refused as a conflict."""

from __future__ import annotations

from typing import Any

import pytest

from domain import commands as c
from domain.refusals import OrderConflict
from domain.values import (
    ExecutionState,
    GroupState,
    HoldCause,
    HoldResolution,
    OrderNumber,
    OrderState,
    UpdateKind,
    WorkItemState,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def resolve(trade: Trade, number: str, resolution: HoldResolution) -> None:
    trade.done(c.ResolveHold(resolution, number=OrderNumber(number)))


def test_the_same_payload_again_is_the_same_answer_without_an_event() -> None:
    trade = Trade()
    n1, n2 = two_products()
    trade.intake(n1, n2)

    refs = trade.intake(n1)

    assert refs.duplicate
    assert refs.groups == (trade.group().id,)
    assert trade.kinds() == []


def test_the_same_payload_again_is_known_even_when_the_order_is_final() -> None:
    trade = Trade()
    given = make.order("N1", action="SUSPEND")
    trade.intake(given)
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    assert trade.intake(given).duplicate


@pytest.mark.parametrize(
    ("differs", "path"),
    [
        ({"action": "SURVEY"}, "action"),
        ({"product": "CAMERA"}, "product"),
        ({"customer": "K2"}, "customer.number"),
        ({"key": "FK-9"}, "fusion.key"),
    ],
)
def test_another_identity_under_one_number_is_a_conflict(differs: dict[str, Any], path: str) -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=1))

    same: dict[str, Any] = {"key": "FK-1", "count": 1}
    changed = make.order("N1", **{**same, **differs})
    refusal = trade.refused(OrderConflict, trade.read(changed), make.UPSTREAM)

    assert refusal.differs == (path,)
    assert refusal.order.row.number == "N1"
    assert "issue a new one" in refusal.message


@pytest.mark.parametrize(
    ("differs", "path"), [({"redList": True}, "redList"), ({"extra": {"memo": "x"}}, "extra")]
)
def test_any_other_payload_of_a_final_order_is_a_conflict(differs: dict[str, Any], path: str) -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    changed = make.order("N1", action="SUSPEND", **differs)
    refusal = trade.refused(OrderConflict, trade.read(changed), make.UPSTREAM)

    assert refusal.differs == (path,)
    assert "final" in refusal.message


def test_an_amendment_before_dispatch_is_applied_and_the_group_looked_at_again() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=1))

    refs = trade.intake(make.order("N1", key="FK-1", count=0, address=make.COLLEGE_ROAD))

    assert refs.amended
    assert trade.order("N1").version == 2
    assert trade.group_state() is GroupState.DISPATCHED
    assert trade.task("N1").crew == "erqi"


def test_an_amendment_that_unfuses_an_order_takes_it_out_of_its_group() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=2), make.order("N2", "CAMERA", key="FK-1", count=2))

    trade.intake(make.order("N2", "CAMERA", key="FK-1", fused=False))

    assert set(trade.group().orders) == {"N1"}
    assert trade.group_state("N2") is GroupState.DISPATCHED


def test_an_amendment_that_fuses_an_order_brings_it_to_its_group_and_closes_the_old_one() -> None:
    trade = Trade()
    n1, n2 = two_products()
    trade.intake(n1, make.order("N2", "CAMERA", key="FK-1", fused=False, count=1))

    trade.intake(n2)

    assert trade.visits() == {frozenset({"N1", "N2"})}
    assert trade.group("N2").orders == {}
    assert trade.group("N2").closed_at == trade.now


def test_an_order_that_joins_a_dispatched_group_of_another_customer_is_held_there() -> None:
    trade = Trade()
    n1, _ = two_products()
    trade.intake(n1)
    trade.wait(hours=1)
    trade.intake(make.order("N2", "CAMERA", key="FK-1", fused=False, count=1, customer="K2"))

    trade.intake(make.order("N2", "CAMERA", key="FK-1", count=1, numbers=["N1"], customer="K2"))

    hold = trade.order("N2").hold
    assert hold is not None
    assert hold.cause is HoldCause.KEY_CONFLICT


def test_an_amendment_of_an_order_nobody_claimed_is_applied_and_moves_its_item() -> None:
    trade = Trade()
    trade.intake(*two_products())
    old = trade.task("N2").id

    trade.intake(make.order("N2", "CAMERA", key="FK-1", count=1, numbers=["N1"], address=make.COLLEGE_ROAD))

    assert trade.visits() == {frozenset({"N1"}), frozenset({"N2"})}
    assert trade.task("N2").id != old
    assert trade.task("N2").crew == "erqi"
    assert trade.task("N2").follows is None
    assert trade.order("N2").amendment is None


def test_an_amended_address_joins_the_visit_that_is_there_already() -> None:
    trade = Trade()
    trade.intake(*make.fused_orders(make.order("N1"), make.order("N2", "CAMERA", address=make.COLLEGE_ROAD)))

    trade.intake(make.order("N2", "CAMERA", key="FK-1", count=1, numbers=["N1"], redList=True))

    assert trade.visits() == {frozenset({"N1", "N2"})}


def test_an_immaterial_amendment_is_applied_though_the_order_is_claimed() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")

    trade.intake(make.order("N1", redList=True))

    assert trade.order("N1").payload.red_list
    assert trade.state("N1") is OrderState.IN_PROGRESS


@pytest.mark.parametrize(
    "differs",
    [
        {"requirement": "200 Mbit/s"},
        {"level": "AAA"},
        {"activationData": {"subscribedRateMbps": 200}},
        {"checkData": {"server": 2}},
        {"address": make.COLLEGE_ROAD},
    ],
)
def test_a_material_amendment_of_a_claimed_order_waits_for_a_dispatcher(differs: dict[str, Any]) -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    changed = make.order("N1", **differs)

    refs = trade.intake(changed)

    assert refs.amended
    order = trade.order("N1")
    assert order.hold is not None
    assert order.hold.cause is HoldCause.AMENDED_AFTER_CLAIM
    assert (order.version, order.payload.digest) == (2, trade.read(make.order("N1")).payload.digest)
    assert trade.intake(changed).duplicate


def test_a_dispatcher_applies_an_amendment_and_the_work_goes_on() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.intake(make.order("N1", requirement="second floor"))

    resolve(trade, "N1", HoldResolution.APPLY_AMENDMENT)

    assert trade.order("N1").payload.requirement == "second floor"
    assert trade.order("N1").amendment is None
    assert trade.item("N1").claimant == "Li"
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_an_applied_address_goes_back_to_the_crew_that_is_there() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.intake(make.order("N1", address=make.COLLEGE_ROAD))

    resolve(trade, "N1", HoldResolution.APPLY_AMENDMENT)

    assert trade.kinds()[:3] == [
        UpdateKind.ORDER_RELEASED,
        UpdateKind.ORDER_AMENDED,
        UpdateKind.ITEM_RELEASED,
    ]
    assert trade.item("N1").state is WorkItemState.OPEN
    assert trade.task("N1").crew == "erqi"


def test_a_dispatcher_keeps_the_old_payload() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.intake(make.order("N1", requirement="second floor"))

    resolve(trade, "N1", HoldResolution.KEEP)

    assert trade.order("N1").payload.requirement is None
    assert trade.order("N1").amendment is None
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_changed_data_are_sent_to_the_network_again() -> None:
    trade = Trade()
    trade.intake(make.order("N1", activationData={"vlan": 1}, checkData={"server": 1}))

    trade.intake(make.order("N1", activationData={"vlan": 2}, checkData={"server": 2}))

    assert [attempt.sent for attempt in trade.sub_task("N1", "ACTIVATION").attempts] == [
        {"vlan": 1},
        {"vlan": 2},
    ]
    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 2
    assert len(trade.sub_task("N1", "CONSTRUCTION").attempts) == 1


def test_data_of_a_survey_are_kept_and_not_sent() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SURVEY"))

    trade.intake(make.order("N1", action="SURVEY", activationData={"vlan": 2}))

    assert trade.sub_task("N1", "ACTIVATION").attempts == ()


def test_a_claimed_termination_is_amended_at_once_and_keeps_what_was_said_of_its_devices() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="TERMINATE", installedSerials=["A", "B"]))
    trade.claim("Li", "N1")

    trade.intake(make.order("N1", action="TERMINATE", installedSerials=["B", "C"], requirement="today"))

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.item("N1").claimant == "Li"
    assert [line.serial for line in trade.item("N1").recovery] == ["B", "C"]


def test_a_claimed_termination_goes_where_its_new_address_is() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="TERMINATE"))
    trade.claim("Li", "N1")

    trade.intake(make.order("N1", action="TERMINATE", address=make.COLLEGE_ROAD))

    assert trade.item("N1").state is WorkItemState.OPEN
    assert trade.task("N1").crew == "erqi"


def test_an_order_without_a_visit_is_amended_in_place() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))

    trade.intake(make.order("N1", action="SUSPEND", address=make.COLLEGE_ROAD))

    assert trade.order("N1").place.district_code == make.ERQI
    assert trade.group("N1").items == {}


def test_the_items_of_an_order_that_is_done_stay_where_they_were_done() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.receipt("N1")
    task = trade.task("N1").id

    trade.intake(make.order("N1", address=make.COLLEGE_ROAD))

    assert trade.task("N1").id == task


def test_a_superseded_activation_starts_again_when_its_amendment_is_decided() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=0))
    trade.claim("Li", "N1")
    trade.intake(make.order("N1", key="FK-1", count=0, requirement="200 Mbit/s"))
    trade.intake(make.order("S1", action="SUSPEND", key="FK-1", count=1, numbers=["N1"]))
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.CANCELLED

    resolve(trade, "N1", HoldResolution.RESUME)
    hold = trade.order("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.AMENDED_AFTER_CLAIM
    resolve(trade, "N1", HoldResolution.APPLY_AMENDMENT)

    assert trade.order("N1").hold is None
    assert trade.order("N1").payload.requirement == "200 Mbit/s"
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.IN_PROGRESS
