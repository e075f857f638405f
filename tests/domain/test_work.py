"""On site, held by the customer, or returned (domain/work.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.access import Actor
from domain.commands import HoldWorkItem, ReturnWorkItem, StartWork, Wake
from domain.groups import Group
from domain.orders import Hold
from domain.progress import order_state
from domain.refusals import (
    InvalidInput,
    NotClaimant,
    NotFound,
    NotHoldable,
    NotReturnable,
    NotStartable,
)
from domain.values import (
    HoldCause,
    OrderAction,
    OrderState,
    ReasonCode,
    ReceiptKind,
    ReceiptOutcome,
    SubTaskKind,
    UpdateKind,
    Verdict,
    WorkItemState,
)
from tests import make

START = StartWork(make.item("N1"))
POSTPONE = HoldWorkItem(make.item("N1"), HoldCause.CUSTOMER_POSTPONED, "moves in next week")
GIVE_BACK = ReturnWorkItem(make.item("N1"), ReasonCode.NO_RESOURCE_PORT, "cabinet 7 is full")


def visit(state: str = "claimed", action: str = "ACTIVATION", hold: HoldCause | None = None) -> Group:
    """Li's item in a state, beside an open one."""
    orders = make.order("N1", action=action, hold=hold), make.order("N2", product="CAMERA")
    return make.group(*orders, **{state: {"N1": "Li"}})  # type: ignore[arg-type]  # one state each


def state_of(group: Group, number: str = "N1") -> OrderState:
    return order_state(group, group.orders[make.item_of(group, number).number])


def test_claimant_arrives() -> None:
    group = visit()

    decision = make.decision(START, group, "Li")

    item = make.item_of(make.done(decision).group)
    assert item.state is WorkItemState.ON_SITE
    assert item.version == make.item_of(group).version + 1
    assert make.kinds(decision) == [UpdateKind.WORK_STARTED]


def test_arriving_twice_changes_nothing() -> None:
    assert make.done(make.decision(START, visit("on_site"), "Li")).events == []


def test_arrival_of_the_second_leaves_the_appointment_under_way() -> None:
    group = make.group(make.order("N1"), make.order("N2"), claimed={"N1": "Li", "N2": "Zhao"})
    booked = make.with_appointment(group)

    both = make.after(booked, (START, "Li"), (StartWork(make.item("N2")), "Zhao"))

    assert make.task_of(both).version == make.task_of(booked).version + 1


def test_only_the_claimant_arrives() -> None:
    for by in ("Zhao", "Wang"):
        refusal = make.refused(make.decision(START, visit(), by))
        assert refusal == NotClaimant(refusal.message, make.LI)
    assert isinstance(make.decision(START, make.group(), "Li"), NotClaimant)


@pytest.mark.parametrize("state", ["done", "returned"])
def test_what_is_over_does_not_begin(state: str) -> None:
    assert isinstance(make.decision(START, visit(state), "Li"), NotStartable)


def test_held_order_does_not_begin() -> None:
    refusal = make.refused(make.decision(START, visit(hold=HoldCause.BLOCKED), "Li"))

    assert isinstance(refusal, NotStartable)
    assert "BLOCKED" in refusal.message


@pytest.mark.parametrize("action", ["ACTIVATION", "TERMINATE"])
def test_held_visit_does_not_begin(action: str) -> None:
    group = visit(action=action)
    hold = Hold(HoldCause.DISTRICT_CONFLICT, "code and text disagree", make.MORNING)
    held = group.holding(replace(make.task_of(group), hold=hold))

    refusal = make.refused(make.decision(START, held, "Li"))

    assert isinstance(refusal, NotStartable)
    assert "DISTRICT_CONFLICT" in refusal.message


@pytest.mark.parametrize("command", [START, POSTPONE, GIVE_BACK])
def test_what_the_caller_may_not_see_is_not_found(command: StartWork) -> None:
    assert isinstance(make.decision(command, visit(), "Sun"), NotFound)


@pytest.mark.parametrize("by", ["Li", make.DISPATCHER])
@pytest.mark.parametrize("state", ["claimed", "on_site"])
def test_claimant_or_dispatcher_holds_for_the_customer(state: str, by: Actor | str) -> None:
    group = visit(state)

    decision = make.decision(POSTPONE, group, by)

    held = make.done(decision).group
    order = held.orders[make.item_of(held).number]
    assert order.hold == Hold(HoldCause.CUSTOMER_POSTPONED, "moves in next week", make.NOON)
    assert state_of(held) is OrderState.HELD
    assert make.kinds(decision) == [UpdateKind.ORDER_HELD]
    assert make.done(decision).events[0].detail == {"cause": HoldCause.CUSTOMER_POSTPONED}


def test_hold_leaves_the_item_with_its_claimant_and_the_others_alone() -> None:
    held = make.after(visit(), (POSTPONE, "Li"))

    assert make.item_of(held).claimant == "Li"
    assert state_of(held, "N2") is OrderState.IN_PROGRESS


def test_dispatcher_holds_what_nobody_claimed() -> None:
    held = make.after(make.group(), (POSTPONE, make.DISPATCHER))

    assert state_of(held) is OrderState.HELD


def test_hold_with_an_end_ends_by_itself() -> None:
    tomorrow = make.NOON + timedelta(days=1)
    group = visit()
    held = make.after(group, (replace(POSTPONE, until=tomorrow), "Li"))

    woken = make.after(held, (Wake(group.id), make.DISPATCHER), now=tomorrow)

    assert state_of(woken) is OrderState.IN_PROGRESS


def test_others_hold_nothing() -> None:
    for by in ("Zhao", "Wang"):
        assert isinstance(make.decision(POSTPONE, visit(), by), NotClaimant)
    assert isinstance(make.decision(POSTPONE, make.group(), "Li"), NotClaimant)


@pytest.mark.parametrize("cause", [c for c in HoldCause if c not in {"CUSTOMER_POSTPONED", "BLOCKED"}])
def test_person_holds_for_two_causes_only(cause: HoldCause) -> None:
    refusal = make.refused(make.decision(replace(POSTPONE, cause=cause), visit(), "Li"))

    assert isinstance(refusal, InvalidInput)
    assert [problem.path for problem in refusal.problems] == [("cause",)]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "next\0week"])
def test_hold_needs_a_usable_reason(reason: str) -> None:
    refusal = make.refused(make.decision(replace(POSTPONE, reason=reason), visit(), "Li"))

    assert isinstance(refusal, InvalidInput)
    assert [problem.path for problem in refusal.problems] == [("reason",)]


@pytest.mark.parametrize("until", [make.MORNING, make.NOON])
def test_hold_does_not_end_in_the_past(until: datetime) -> None:
    refusal = make.refused(make.decision(replace(POSTPONE, until=until), visit(), "Li"))

    assert isinstance(refusal, InvalidInput)
    assert [problem.path for problem in refusal.problems] == [("until",)]


@pytest.mark.parametrize("state", ["done", "returned"])
def test_what_is_over_is_not_held(state: str) -> None:
    assert isinstance(make.decision(POSTPONE, visit(state), "Li"), NotHoldable)


def test_order_has_one_hold_at_a_time() -> None:
    refusal = make.refused(make.decision(POSTPONE, visit(hold=HoldCause.AMENDED_AFTER_CLAIM), "Li"))

    assert refusal == NotHoldable("the order is held already")


@pytest.mark.parametrize("by", ["Li", make.DISPATCHER])
def test_nothing_holds_a_termination(by: Actor | str) -> None:
    bad = replace(POSTPONE, cause=HoldCause.NO_CREW)

    for command in (POSTPONE, bad):
        assert isinstance(make.decision(command, visit(action="TERMINATE"), by), NotHoldable)


@pytest.mark.parametrize("state", ["claimed", "on_site"])
@pytest.mark.parametrize("action", ["ACTIVATION", "SURVEY"])
def test_claimant_gives_an_order_back_upstream_with_a_reason(action: str, state: str) -> None:
    group = visit(state, action)

    decision = make.decision(GIVE_BACK, group, "Li")

    returned = make.done(decision).group
    order = returned.orders[make.item_of(returned).number]
    made = order.receipts[0]
    assert make.item_of(returned).state is WorkItemState.RETURNED
    assert make.item_of(returned).version == make.item_of(group).version + 1
    assert (made.id, made.outcome) == ("N1/1/CONSTRUCTION", ReceiptOutcome.RETURNED)
    assert (made.reason, made.note, made.by) == (ReasonCode.NO_RESOURCE_PORT, "cabinet 7 is full", "Li")
    assert make.kinds(decision)[:2] == [UpdateKind.ITEM_RETURNED, UpdateKind.RECEIPT_FINAL]


def test_returned_order_failed_with_that_reason() -> None:
    returned = make.after(visit(), (GIVE_BACK, "Li"))

    order = returned.orders[make.item_of(returned).number]
    notice = order.receipt(ReceiptKind.COMPLETION)
    assert state_of(returned) is OrderState.FAILED
    assert notice is not None
    assert notice.reason is ReasonCode.NO_RESOURCE_PORT
    assert order.sub_task(SubTaskKind.CONSTRUCTION).verdict is Verdict.FAILED
    assert state_of(returned, "N2") is OrderState.IN_PROGRESS


def test_held_order_may_be_given_back() -> None:
    returned = make.after(visit(hold=HoldCause.CUSTOMER_POSTPONED), (GIVE_BACK, "Li"))

    assert state_of(returned) is OrderState.FAILED


def test_only_the_claimant_gives_back() -> None:
    for by in ("Zhao", "Wang"):
        assert isinstance(make.decision(GIVE_BACK, visit(), by), NotClaimant)
    assert isinstance(make.decision(GIVE_BACK, make.group(), "Li"), NotClaimant)


def test_termination_is_never_given_back() -> None:
    refusal = make.refused(make.decision(GIVE_BACK, visit(action=OrderAction.TERMINATE), "Li"))

    assert isinstance(refusal, NotReturnable)
    assert "always carried out" in refusal.message


@pytest.mark.parametrize("state", ["done", "returned"])
def test_what_is_over_is_not_given_back(state: str) -> None:
    assert isinstance(make.decision(GIVE_BACK, visit(state), "Li"), NotReturnable)


@pytest.mark.parametrize("note", [None, " "])
def test_reason_other_needs_a_note(note: str | None) -> None:
    other = replace(GIVE_BACK, reason=ReasonCode.OTHER, note=note)

    refusal = make.refused(make.decision(other, visit(), "Li"))

    assert isinstance(refusal, NotReturnable)
    assert "needs a note" in refusal.message
    assert (
        state_of(make.after(visit(), (replace(other, note="the house is gone"), "Li"))) is OrderState.FAILED
    )


def test_unusable_note_is_answered_with_a_sentence() -> None:
    refusal = make.refused(make.decision(replace(GIVE_BACK, note="a\0b"), visit(), "Li"))

    assert refusal == NotReturnable("the note holds a NUL character; remove it")
