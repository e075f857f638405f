"""State, step and handler, derived upward from facts."""

from __future__ import annotations

from dataclasses import replace

from domain import commands as c
from domain.groups import Group, group_id
from domain.orders import Customer
from domain.progress import handler_of, hold_of, is_stale
from domain.values import GroupState, OrderNumber, OrderState, ProductCode, ReasonCode, Step, TaskState
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def test_an_order_goes_through_the_steps_of_the_case() -> None:
    trade, steps = Trade(), []
    n1, n2 = two_products()

    def look() -> None:
        steps.append(trade.step("N1"))

    trade.intake(n1)
    look()
    trade.intake(n2)
    look()
    trade.claim("Li", "N1")
    look()
    trade.book("Li", "N1")
    look()
    trade.start("N1")
    look()
    trade.receipt("N1")
    look()
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")
    look()

    assert steps == [
        Step.FUSING,
        Step.DISPATCHED,
        Step.CLAIMED,
        Step.APPOINTED,
        Step.ON_SITE,
        Step.VERIFYING,
        Step.RECEIPTED,
    ]


def test_a_done_order_whose_network_parts_failed_for_good_is_constructed() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.report("N1", "ACTIVATION", outcome="FAILED")
    trade.receipt("N1")

    trade.report("N1", "QUALITY_CHECK", outcome="FAILED")

    assert trade.step("N1") is Step.CONSTRUCTED


def test_an_order_without_a_visit_verifies_as_soon_as_it_is_dispatched() -> None:
    trade = Trade()

    trade.intake(make.order("N1", action="RESUME"))

    assert trade.step("N1") is Step.VERIFYING


def test_an_order_without_a_visit_whose_repair_waits_for_a_word_is_only_dispatched() -> None:
    trade = Trade()
    line = replace(trade.world.products[ProductCode("ENT_BROADBAND")], confirm_repairs=True)
    trade.world = replace(trade.world, products={ProductCode("ENT_BROADBAND"): line})
    trade.intake(make.order("X", activationData={"vlan": 1}))
    trade.report("X", "ACTIVATION")
    trade.intake(make.order("N1", action="RESUME", activationData={"vlan": 2}))

    trade.report("N1", "ACTIVATION", "QUALITY_CHECK", outcome="FAILED")

    assert (trade.step("N1"), trade.state("N1")) == (Step.DISPATCHED, OrderState.IN_PROGRESS)


def test_an_order_without_a_visit_fails_when_all_of_it_is_over_and_is_reopened_without_one() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="RESUME"))
    trade.report("N1", "ACTIVATION", outcome="FAILED")
    open_ = trade.state("N1")

    trade.report("N1", "QUALITY_CHECK", outcome="FAILED")
    notice = trade.order("N1").receipts[-1]
    failed = trade.state("N1")
    trade.done(c.ReopenOrder(OrderNumber("N1"), "again"))

    assert (open_, failed) == (OrderState.IN_PROGRESS, OrderState.FAILED)
    assert notice.reason is ReasonCode.ACTIVATION_FAILED
    assert (trade.state("N1"), trade.group_of("N1").items) == (OrderState.IN_PROGRESS, {})


def test_an_order_whose_check_alone_failed_says_so() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="RESUME"))

    trade.report("N1", "ACTIVATION")
    trade.report("N1", "QUALITY_CHECK", outcome="FAILED")

    assert trade.order("N1").receipts[-1].reason is ReasonCode.CHECK_FAILED


def test_an_order_cancelled_before_its_dispatch_was_only_received() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", fused=False, count=1))

    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    assert (trade.step("N1"), trade.state("N1")) == (Step.RECEIVED, OrderState.CANCELLED)


def test_an_unfused_order_that_nothing_holds_is_acknowledged_until_its_dispatch() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", fused=False, count=1))
    group = trade.group("N1")
    trade.groups[group.id] = Group(
        group.id, "N1", 1, fused=False, founder=group.founder, created_at=trade.now, orders=group.orders
    )

    assert trade.state("N1") is OrderState.ACKNOWLEDGED
    assert trade.group("N1").wake_at is None


def test_the_claimant_handles_an_order_while_its_item_is_open() -> None:
    trade = Trade()
    trade.intake(make.order("N1"), make.order("S1", action="SUSPEND"))

    def handler(number: str) -> str | None:
        return handler_of(trade.group_of(number), trade.order(number))

    assert handler("N1") is None
    trade.claim("Li", "N1")
    assert handler("N1") == "Li"
    trade.receipt("N1")
    assert handler("N1") is None
    assert handler("S1") is None


def test_the_group_state_follows_from_its_orders() -> None:
    trade, states = Trade(), []
    n1, n2 = two_products()

    def look() -> None:
        states.append(trade.group_state())

    trade.intake(n1)
    look()
    trade.intake(n2)
    look()
    trade.claim("Li", "N1", "N2")
    look()
    trade.finish("N1")
    look()
    trade.finish("N2")
    look()

    assert states == [
        GroupState.COLLECTING,
        GroupState.DISPATCHED,
        GroupState.IN_PROGRESS,
        GroupState.IN_PROGRESS,
        GroupState.COMPLETED,
    ]


def test_a_group_of_which_one_was_completed_and_one_cancelled_is_partial() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")
    trade.done(c.CancelOrder(OrderNumber("N2"), "not wanted"), make.UPSTREAM)

    trade.finish("N1")

    assert trade.group_state() is GroupState.PARTIAL


def test_a_group_in_which_an_order_is_final_is_in_progress_though_nobody_claims() -> None:
    trade = Trade()
    suspension = make.order("S1", action="SUSPEND")
    trade.intake(*make.fused_orders(suspension, make.order("N1", "CAMERA")))

    trade.report("S1", "ACTIVATION", "QUALITY_CHECK")

    assert trade.group_state() is GroupState.IN_PROGRESS


def test_a_visit_is_open_planned_in_progress_and_completed() -> None:
    trade, states = Trade(), []
    trade.intake(make.order("N1"))

    def look() -> None:
        states.append(trade.task_state("N1"))

    look()
    trade.claim("Li", "N1")
    trade.book("Li", "N1")
    look()
    trade.start("N1")
    look()
    trade.done(c.ReleaseWorkItem(trade.item_id("N1")), make.DISPATCHER)
    look()
    trade.claim("Zhao", "N1")
    trade.receipt("N1")
    look()

    assert states == [
        TaskState.OPEN,
        TaskState.PLANNED,
        TaskState.IN_PROGRESS,
        TaskState.IN_PROGRESS,
        TaskState.COMPLETED,
    ]


def test_only_a_check_that_passed_can_be_stale() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))

    group, order = trade.group("N1"), trade.order("N1")

    assert not any(is_stale(group, order, part) for part in order.sub_tasks)


def test_suspensions_and_terminations_are_never_held() -> None:
    trade = Trade()
    orders = [make.order("S1", action="SUSPEND"), make.order("T1", action="TERMINATE", address="火星大道1号")]

    trade.intake(*orders, make.order("N1", customer="K2"))

    for number in ("S1", "T1"):
        assert hold_of(trade.group_of(number), trade.order(number)) is None


def test_a_group_without_an_order_is_its_founders() -> None:
    founder = Customer("K1", "河南某公司")

    group = Group(group_id("FK-1", 1), "FK-1", 1, fused=True, founder=founder, created_at=make.NOON)

    assert group.customer == founder
    assert group.wake_at is None
