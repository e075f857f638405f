from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain.fusing import expected_numbers, explain, missing_numbers, still_missing
from domain.progress import group_state
from domain.refusals import NotCollecting, NotFound, OrderConflict
from domain.values import (
    GroupState,
    HoldCause,
    JeopardyLevel,
    OrderNumber,
    OrderState,
    Step,
    UpdateKind,
)
from domain.world import Policy
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def sentence(trade: Trade, key: str = "FK-1", round_: int = 1) -> str:
    group = trade.group(key, round_)
    return explain(group, group_state(group))


def counted(number: str, count: int | None, **fields: object) -> dict[str, object]:
    return make.order(number, key="FK-1", count=count, **fields)  # type: ignore[arg-type]  # fields of the schema


def test_a_count_tells_of_the_others_and_not_of_the_order_itself() -> None:
    trade = Trade()

    trade.intake(counted("N1", 1))

    assert trade.group_state() is GroupState.COLLECTING
    assert (trade.state("N1"), trade.step("N1")) == (OrderState.PENDING, Step.FUSING)
    assert still_missing(trade.group()) == 1
    assert "waiting for 1 order until 2026-11-23 13:00 UTC" in sentence(trade)


def test_counts_alone_decide_where_no_member_gives_numbers() -> None:
    trade = Trade()

    trade.intake(counted("N1", 2), counted("N2", None), counted("N3", 2))

    assert trade.group_state() is GroupState.DISPATCHED
    assert sentence(trade) == "all 3 received, dispatched in 1 visit"


def test_members_without_numbers_which_disagree_on_the_count_hold_the_group_with_both_claims_listed() -> None:
    trade = Trade()

    trade.intake(counted("N1", 2), counted("N2", 3))

    hold = trade.group().hold
    assert hold is not None
    assert hold.cause is HoldCause.COUNT_MISMATCH
    assert "2 and 3" in hold.message
    assert trade.state("N1") is OrderState.HELD
    assert sentence(trade).startswith("held (COUNT_MISMATCH)")


def test_a_hold_for_contradictory_counts_ends_when_a_list_decides() -> None:
    trade = Trade()
    trade.intake(counted("N1", 2), counted("N2", 3))

    trade.intake(counted("N3", 2, numbers=["N1", "N2"]))

    assert UpdateKind.GROUP_RELEASED in trade.kinds()
    assert trade.group().hold is None
    assert still_missing(trade.group()) == 1


def test_a_count_mismatch_does_not_stop_the_deadline() -> None:
    trade = Trade()
    trade.intake(counted("N1", 2), counted("N2", 3))

    trade.wait(minutes=60)

    assert trade.group().partial_dispatch
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_a_whole_list_beats_a_count_with_a_warning() -> None:
    trade = Trade()
    trade.intake(counted("N1", 7, numbers=["N2"]))

    refs = trade.intake(counted("N2", 7, numbers=["N1"]))

    assert trade.group_state() is GroupState.DISPATCHED
    assert any("relatedCount: 7 announced" in warning for warning in refs.warnings)


def test_a_list_without_a_count_says_how_many_it_names() -> None:
    trade = Trade()

    trade.intake(counted("N1", None, numbers=["N2", "N3", "N2", "N1"]))

    assert still_missing(trade.group()) == 2


def test_one_sided_numbers_are_united_with_a_warning() -> None:
    trade = Trade()
    trade.intake(counted("A", 1, numbers=["B"]))

    refs = trade.intake(counted("B", 1))

    assert trade.group_state() is GroupState.DISPATCHED
    assert any("relatedNumbers: other members also name A" in warning for warning in refs.warnings)


def test_the_expected_set_is_the_union_over_what_was_received() -> None:
    trade = Trade()

    trade.intake(counted("A", 2, numbers=["B"]), counted("B", 2, numbers=["C"]))

    assert expected_numbers(trade.group()) == {"A", "B", "C"}
    assert missing_numbers(trade.group()) == {"C"}
    assert "2 of 3 received, waiting for C" in sentence(trade)


def test_a_partial_list_waits_for_the_count() -> None:
    trade = Trade()
    trade.intake(counted("A", 2, numbers=["B"]), counted("B", 2))
    assert trade.group_state() is GroupState.COLLECTING
    assert "waiting for 1 order" in sentence(trade)

    trade.intake(counted("C", 2))

    assert trade.group_state() is GroupState.DISPATCHED


def test_named_and_unnamed_missing_orders_are_told_together() -> None:
    trade = Trade()

    trade.intake(counted("A", 3, numbers=["B"]))

    assert "waiting for B, 2 more" in sentence(trade)


def test_a_fused_order_without_associated_ones_is_a_group_of_one_and_ready_at_once() -> None:
    trade = Trade()

    trade.intake(counted("N1", 0))

    assert trade.group_state() is GroupState.DISPATCHED


def test_an_order_that_is_not_fused_is_a_group_of_one_under_its_own_number() -> None:
    trade = Trade()

    trade.intake(make.order("N1"), make.order("N2", key="FK-1", fused=False))

    assert not trade.group("N1").fused
    assert trade.group_state("N2") is GroupState.DISPATCHED


def test_an_order_that_is_not_fused_but_has_associated_ones_is_held_and_not_dropped() -> None:
    trade = Trade()

    trade.intake(make.order("N1", key="FK-1", fused=False, count=1))

    hold = trade.group("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.FLAG_CONFLICT
    assert (trade.state("N1"), trade.step("N1")) == (OrderState.HELD, Step.FUSING)


def test_contradictory_flags_are_not_dispatched_by_time() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", fused=False, count=1))

    trade.wait(hours=2)

    assert trade.group_state("N1") is GroupState.HELD
    assert trade.group("N1").wake_at is None


# rounds


def test_a_key_that_comes_back_after_dispatch_opens_the_next_round() -> None:
    trade = Trade()
    survey = make.fused_orders(make.order("S1", action="SURVEY"), make.order("S2", action="SURVEY"))
    trade.intake(*survey)

    trade.intake(*two_products())

    assert set(trade.group(round_=1).orders) == {"S1", "S2"}
    assert set(trade.group(round_=2).orders) == {"N1", "N2"}
    assert trade.group_state(round_=2) is GroupState.DISPATCHED


def test_a_round_that_is_not_dispatched_takes_every_order_of_its_key() -> None:
    trade = Trade()

    trade.intake(counted("A", 3), counted("X", 3, action="SURVEY", numbers=["Y"]))

    assert set(trade.group().orders) == {"A", "X"}


def test_an_expected_number_is_late_in_its_round() -> None:
    trade = Trade()
    n1, n2 = two_products()
    trade.intake(n1)
    trade.wait(hours=1)

    trade.intake(n2)

    assert set(trade.group().orders) == {"N1", "N2"}
    assert trade.group().partial_dispatch
    assert trade.group().jeopardy is None
    late = next(event for event in trade.last if event.kind is UpdateKind.ITEM_DISPATCHED)
    assert late.detail is not None
    assert late.detail["late"]


def test_an_order_without_a_list_is_late_in_a_round_that_misses_members_by_count_and_no_other() -> None:
    trade = Trade()
    trade.intake(counted("A", 1))
    trade.wait(hours=1)

    trade.intake(counted("B", 1))
    trade.intake(counted("C", 1))

    assert set(trade.group(round_=1).orders) == {"A", "B"}
    assert set(trade.group(round_=2).orders) == {"C"}


def test_a_round_takes_two_hundred_orders_and_the_next_opens_a_round() -> None:
    trade = Trade()

    trade.intake(*(counted(f"N{index:03}", 199 + 1) for index in range(200)))
    assert trade.group_state() is GroupState.COLLECTING
    trade.intake(counted("N200", 200))

    assert len(trade.group(round_=1).orders) == 200
    assert set(trade.group(round_=2).orders) == {"N200"}


def test_who_names_a_cancelled_order_does_not_wait_for_it() -> None:
    trade = Trade()
    n1, n2 = two_products()
    trade.intake(n1)
    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    trade.intake(n2)

    assert set(trade.group().orders) == {"N1", "N2"}
    assert trade.state("N2") is OrderState.IN_PROGRESS


def test_a_round_whose_every_order_was_cancelled_takes_nobody_who_names_none_of_them() -> None:
    trade = Trade()
    trade.intake(counted("A", 1))
    trade.done(c.CancelOrder(OrderNumber("A"), "sold twice"), make.UPSTREAM)

    trade.intake(counted("B", 1))

    assert set(trade.group(round_=2).orders) == {"B"}
    assert trade.group(round_=1).wake_at is None


# time


@pytest.mark.parametrize(
    ("level", "minutes"), [("AAA", 10), ("AA", 20), ("A", 30), ("STANDARD", 60), ("GOLD", 60)]
)
def test_the_assurance_level_says_how_long_a_group_waits(level: str, minutes: int) -> None:
    trade = Trade()

    trade.intake(counted("N1", 1, level=level))

    assert trade.group().deadline_at == make.NOON + timedelta(minutes=minutes)


def test_the_strictest_level_counts_from_the_first_order() -> None:
    trade = Trade()
    trade.intake(counted("N1", 2))
    trade.wait(minutes=5)

    trade.intake(counted("N2", 2, level="AAA"))

    assert trade.group().deadline_at == make.NOON + timedelta(minutes=10)


def test_an_order_whose_level_leaves_no_time_dispatches_the_group_at_once() -> None:
    trade = Trade()
    trade.intake(counted("N1", 2))
    trade.now += timedelta(minutes=30)

    trade.intake(counted("N2", 2, level="AAA"))

    assert trade.group().partial_dispatch
    assert trade.kinds().count(UpdateKind.GROUP_DEADLINE) == 1


def test_jeopardy_comes_at_half_and_at_four_fifths_of_the_wait_and_then_the_dispatch_each_once() -> None:
    trade = Trade()
    trade.intake(counted("N1", 1))
    assert trade.group().wake_at == make.NOON + timedelta(minutes=30)

    trade.wait(minutes=29)
    assert trade.group().jeopardy is None

    trade.wait(minutes=1)
    warning = trade.group().jeopardy
    assert warning is not None
    assert warning.level is JeopardyLevel.WARNING
    assert trade.group().wake_at == make.NOON + timedelta(minutes=48)
    trade.done(c.Wake(trade.group().id))
    assert trade.kinds() == []

    trade.wait(minutes=18)
    critical = trade.group().jeopardy
    assert critical is not None
    assert critical.level is JeopardyLevel.CRITICAL
    assert trade.group().wake_at == make.NOON + timedelta(minutes=60)

    trade.wait(minutes=12)
    assert trade.group_state() is GroupState.DISPATCHED
    assert sentence(trade) == "1 of 2 received, dispatched without 1 order"
    assert trade.group().wake_at is None
    trade.done(c.Wake(trade.group().id))
    assert trade.kinds() == []


def test_a_group_held_for_two_customers_warns_and_is_not_dispatched_by_time() -> None:
    trade = Trade()
    trade.intake(counted("N1", 2), counted("N2", 2, customer="K2"))

    trade.wait(minutes=50)
    trade.wait(hours=2)

    assert trade.group_state() is GroupState.HELD
    assert trade.group().wake_at is None
    assert trade.group().jeopardy is not None


def test_a_level_without_patience_alarms_a_held_group_once() -> None:
    trade = Trade()
    trade.world = replace(trade.world, policy=Policy(fusion_minutes={"NOW": 0}))
    trade.intake(counted("N1", 2, level="NOW"))
    trade.intake(make.order("N2", key="FK-2", count=1, level="NOW", customer="K2"))
    trade.intake(make.order("N3", key="FK-3", fused=False, count=1, level="NOW"))

    trade.done(c.Wake(trade.group("N3").id))

    assert trade.kinds() == [UpdateKind.JEOPARDY]
    assert trade.group().partial_dispatch
    assert trade.group("N3").wake_at is None


def test_waking_a_group_that_is_not_there_is_answered() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    known = trade.group("N1").id

    trade.groups.clear()

    trade.refused(NotFound, c.Wake(known))


def test_a_dispatcher_need_not_wait() -> None:
    trade = Trade()
    n1, _ = two_products()
    trade.intake(n1)

    trade.done(c.DispatchGroup("FK-1", None, "the customer is at home today"))

    assert trade.group().partial_dispatch
    assert sentence(trade) == "1 of 2 received, dispatched without N2"


@pytest.mark.parametrize("round_", [None, 1])
def test_only_a_collecting_group_is_dispatched_by_hand(round_: int | None) -> None:
    trade = Trade()
    trade.intake(*two_products())

    refusal = trade.refused(NotCollecting, c.DispatchGroup("FK-1", round_, "now"))

    assert "DISPATCHED" in refusal.message


def test_a_held_group_is_not_dispatched_by_hand_but_by_its_resolution() -> None:
    trade = Trade()
    trade.intake(counted("N1", 1), counted("N2", 1, customer="K2"))

    refusal = trade.refused(NotCollecting, c.DispatchGroup("FK-1", None, "now"))

    assert "resolve its hold" in refusal.message


@pytest.mark.parametrize("round_", [None, 2])
def test_a_group_that_is_not_there_cannot_be_dispatched(round_: int | None) -> None:
    trade = Trade()
    if round_ is not None:
        trade.intake(counted("N1", 1))

    trade.refused(NotFound, c.DispatchGroup("FK-1", round_, "now"))


# members leave


def test_a_cancelled_member_leaves_the_expected_set_and_may_make_the_group_ready() -> None:
    trade = Trade()
    orders = make.fused_orders(make.order("A"), make.order("B", "CAMERA"), make.order("C", "CLOUD_VIDEO"))
    trade.intake(*orders[:2])
    trade.done(c.CancelOrder(OrderNumber("B"), "not wanted"), make.UPSTREAM)
    assert expected_numbers(trade.group()) == {"A", "C"}

    trade.intake(orders[2])

    assert trade.group_state() is GroupState.DISPATCHED
    assert trade.visits() == {frozenset({"A", "C"})}


def test_cancelling_the_one_which_announced_more_makes_the_group_ready_now() -> None:
    trade = Trade()
    trade.intake(counted("A", 1), counted("B", 2, numbers=["A", "C"]))

    trade.done(c.CancelOrder(OrderNumber("B"), "not wanted"), make.UPSTREAM)

    assert UpdateKind.GROUP_READY in trade.kinds()
    assert trade.visits() == {frozenset({"A"})}


def test_a_group_cancelled_as_a_whole_says_so() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))

    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    assert trade.group_state("N1") is GroupState.CANCELLED
    assert sentence(trade, "N1") == "cancelled by upstream"
    assert UpdateKind.GROUP_CLOSED in trade.kinds()


def test_a_group_whose_waiting_orders_were_all_cancelled_is_dispatched_with_the_rest() -> None:
    trade = Trade()
    trade.intake(counted("A", 2, numbers=["S", "X"]), counted("S", 2, action="RESUME"))

    trade.done(c.CancelOrder(OrderNumber("A"), "not wanted"), make.UPSTREAM)

    assert trade.group().dispatched_at == trade.now
    assert trade.group().wake_at is None


def test_orders_which_never_wait_count_as_received_and_are_dispatched_before_the_rest() -> None:
    trade = Trade()

    trade.intake(counted("A", 2), counted("S", 2, action="RESUME"))
    assert trade.order("S").dispatched_at == trade.now
    assert trade.order("A").dispatched_at is None
    trade.intake(counted("B", 2))

    assert trade.group_state() is GroupState.DISPATCHED
    assert not trade.group().partial_dispatch


# two customers


def test_a_late_order_of_another_customer_is_held_and_its_group_goes_on() -> None:
    trade = Trade()
    n1, _ = two_products()
    trade.intake(n1)
    trade.wait(hours=1)

    trade.intake(make.order("N2", "CAMERA", key="FK-1", count=1, numbers=["N1"], customer="K2"))

    assert trade.state("N2") is OrderState.HELD
    assert trade.order("N2").dispatched_at is None
    assert trade.group_state() is GroupState.DISPATCHED
    trade.refused(NotCollecting, c.DispatchGroup("FK-1", None, "now"))


def test_a_refused_order_changes_nothing() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    before = trade.group("N1")

    trade.refused(OrderConflict, trade.read(make.order("N1", customer="K2")), make.UPSTREAM)

    assert trade.group("N1") is before
