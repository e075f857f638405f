"""States of visits and groups, derived upward from their items and orders (domain/progress.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.commands import CancelOrder, ReleaseWorkItem, ReturnWorkItem, SubmitReceipt
from domain.groups import Group
from domain.orders import Cancellation, Hold
from domain.progress import (
    appointment_required,
    group_state,
    task_begun,
    task_open,
    task_state,
    task_under_way,
    visits_saved,
)
from domain.values import (
    AppointmentState,
    GroupState,
    HoldCause,
    OrderNumber,
    ReasonCode,
    TaskState,
    WorkItemState,
)
from tests import make

OPEN, CLAIMED, ON_SITE, DONE, RETURNED, CANCELLED = WorkItemState
HOLD = Hold(HoldCause.FLAG_CONFLICT, "fused or not", make.MORNING)


def visit(*states: WorkItemState) -> Group:
    """One visit with an item in each of the states."""
    group = make.group(*(make.order(f"N{n}") for n in range(len(states))))
    for n, state in enumerate(states):
        group = make.with_item(group, f"N{n}", state, None if state is OPEN else "Li")
    return group


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ((OPEN, OPEN), TaskState.OPEN),
        ((CLAIMED, OPEN), TaskState.OPEN),
        ((ON_SITE, OPEN), TaskState.IN_PROGRESS),
        ((DONE, CLAIMED), TaskState.IN_PROGRESS),
        ((RETURNED, CLAIMED), TaskState.OPEN),
        ((DONE, DONE), TaskState.COMPLETED),
        ((DONE, CANCELLED), TaskState.COMPLETED),
        ((RETURNED, RETURNED), TaskState.UNABLE_TO_COMPLETE),
        ((DONE, RETURNED), TaskState.PARTIAL),
        ((CANCELLED, CANCELLED), TaskState.CANCELLED),
        ((CANCELLED, OPEN), TaskState.OPEN),
    ],
)
def test_state_of_a_visit_follows_its_items(items: tuple[WorkItemState, ...], state: TaskState) -> None:
    group = visit(*items)

    assert task_state(group, make.task_of(group)) is state


def test_visit_without_items_is_cancelled() -> None:
    group = make.group()

    assert task_state(replace(group, items={}), make.task_of(group)) is TaskState.CANCELLED


@pytest.mark.parametrize(
    ("appointment", "state"),
    [
        (AppointmentState.CONFIRMED, TaskState.PLANNED),
        (AppointmentState.IN_PROGRESS, TaskState.IN_PROGRESS),
        (AppointmentState.CANCELLED, TaskState.OPEN),
        (AppointmentState.MISSED, TaskState.OPEN),
        (AppointmentState.FAILED, TaskState.OPEN),
    ],
)
def test_state_of_a_visit_follows_its_appointment(appointment: AppointmentState, state: TaskState) -> None:
    group = make.with_appointment(visit(CLAIMED), state=appointment)

    assert task_state(group, make.task_of(group)) is state
    assert appointment_required(group, make.task_of(group)) is (state is TaskState.OPEN)


def test_held_visit_shows_its_hold_until_it_is_over() -> None:
    held = make.group(make.order("N1", address=make.CREWLESS_DOOR))
    over = make.with_item(held, "N1", DONE, "Li")

    assert task_state(held, make.task_of(held)) is TaskState.HELD
    assert task_state(over, make.task_of(over)) is TaskState.COMPLETED


@pytest.mark.parametrize(
    ("items", "is_open", "begun", "under_way"),
    [
        ((OPEN,), True, False, False),
        ((CLAIMED,), True, False, False),
        ((ON_SITE,), True, True, True),
        ((DONE, CLAIMED), True, True, False),
        ((RETURNED, CLAIMED), True, False, False),
        ((CANCELLED, CLAIMED), True, False, False),
        ((DONE, RETURNED), False, True, False),
    ],
)
def test_visit_begins_when_the_crew_arrives_and_is_under_way_while_it_is_there(
    items: tuple[WorkItemState, ...], *, is_open: bool, begun: bool, under_way: bool
) -> None:
    group = visit(*items)
    task = make.task_of(group)

    found = task_open(group, task), task_begun(group, task), task_under_way(group, task)

    assert found == (is_open, begun, under_way)


def test_visit_whose_appointment_is_under_way_has_begun() -> None:
    group = make.with_appointment(visit(CLAIMED), state=AppointmentState.IN_PROGRESS)

    assert task_begun(group, make.task_of(group))


def test_visit_that_is_over_needs_no_appointment() -> None:
    group = visit(DONE, CANCELLED)

    assert not appointment_required(group, make.task_of(group))


def test_group_collects_or_is_held_until_it_is_dispatched() -> None:
    order = make.order("N1", key="FK-1", related=["N2"])

    assert group_state(make.collecting(order)) is GroupState.COLLECTING
    assert group_state(make.collecting(order, hold=HOLD)) is GroupState.HELD


def test_group_is_in_progress_from_the_first_claim_on() -> None:
    group = visit(OPEN, CLAIMED)

    assert group_state(visit(OPEN, OPEN)) is GroupState.DISPATCHED
    assert group_state(group) is GroupState.IN_PROGRESS
    assert group_state(make.after(group, (ReleaseWorkItem(make.item("N1")), "Li"))) is GroupState.DISPATCHED


def test_cancelled_claim_does_not_count() -> None:
    assert group_state(visit(CANCELLED, OPEN)) is GroupState.DISPATCHED


def test_group_is_in_progress_when_an_order_is_final() -> None:
    group = make.group(make.order("N1"), make.order("N2"), claimed={"N1": "Li"})
    returned = make.after(group, (ReturnWorkItem(make.item("N1"), ReasonCode.DATA_WRONG), "Li"))

    forgotten = returned.holding(replace(make.item_of(returned), claimant=None))

    assert group_state(forgotten) is GroupState.IN_PROGRESS


def test_order_cancelled_before_any_claim_begins_nothing() -> None:
    group = visit(OPEN, OPEN)

    cancelled = make.after(group, (CancelOrder(OrderNumber("N0"), "sold twice"), make.UPSTREAM))

    assert group_state(cancelled) is GroupState.DISPATCHED


def test_late_order_that_waits_for_a_decision_does_not_make_its_group_collect_again() -> None:
    late = make.order("N9", customer="K2", hold=HoldCause.KEY_CONFLICT)

    assert group_state(visit(CLAIMED).holding(late)) is GroupState.IN_PROGRESS


def test_group_whose_waiting_orders_were_cancelled_collects_no_more() -> None:
    gone = replace(make.order("N1"), cancellation=Cancellation("sold twice", make.NOON, make.NOON))
    suspension = replace(make.order("N2", action="SUSPEND"), dispatched_at=make.NOON)

    assert group_state(make.collecting(gone, suspension)) is GroupState.DISPATCHED


def test_closed_group_is_what_its_orders_became() -> None:
    survey = make.order("N1", action="SURVEY"), make.order("N2", action="SURVEY")
    group = make.group(*survey, claimed={"N1": "Li", "N2": "Li"})
    first = (ReturnWorkItem(make.item("N1"), ReasonCode.DATA_WRONG), "Li")
    gone = [(CancelOrder(OrderNumber(n), "sold twice"), make.UPSTREAM) for n in ("N1", "N2")]
    evidence = {"feasibility": "NOT_FEASIBLE", "access_point": "none", "photo": "photo-1"}
    done = [(SubmitReceipt(make.item(n), evidence=evidence), "Li") for n in ("N1", "N2")]

    assert group_state(make.after(group, first, gone[1])) is GroupState.PARTIAL
    assert group_state(make.after(group, *gone)) is GroupState.CANCELLED
    assert group_state(make.after(group, *done)) is GroupState.COMPLETED


@pytest.mark.parametrize(
    ("items", "saved"), [((OPEN,), 0), ((OPEN, OPEN), 1), ((DONE, RETURNED, OPEN), 2), ((CANCELLED, OPEN), 0)]
)
def test_every_item_beyond_the_first_of_a_visit_saves_one(
    items: tuple[WorkItemState, ...], saved: int
) -> None:
    assert visits_saved(visit(*items)) == saved


def test_nothing_is_saved_before_dispatch() -> None:
    assert visits_saved(make.collecting(make.order("N1"), make.order("N2"))) == 0
