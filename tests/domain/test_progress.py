"""工单状态, 当前环节, 当前处理人: what an order shows, derived from facts (domain/progress.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.groups import Group
from domain.orders import Cancellation, Hold, Order, Receipt
from domain.progress import handler_of, hold_of, is_stale, order_state, order_step
from domain.subtasks import with_part
from domain.values import (
    ExecutionState,
    HoldCause,
    OrderState,
    ReceiptId,
    ReceiptKind,
    ReceiptOutcome,
    Step,
    SubTaskKind,
    Verdict,
    WorkItemState,
)
from tests import make

HOLD = Hold(HoldCause.COUNT_MISMATCH, "2 and 3", make.MORNING)
NETWORK = (SubTaskKind.ACTIVATION, SubTaskKind.QUALITY_CHECK)


def the_order(group: Group) -> Order:
    return group.orders[make.item_of(group).number]


def dispatched(state: WorkItemState = WorkItemState.OPEN, **fields: Any) -> Group:
    claimant = None if state is WorkItemState.OPEN else "Li"
    return make.with_item(make.group(make.order("N1", **fields)), "N1", state, claimant)


def settled(group: Group, part: SubTaskKind, verdict: Verdict, at: int = 0) -> Group:
    """The group with a sub-task of N1 ended, at a revision."""
    order = the_order(group)
    ends = {Verdict.SUCCEEDED: ExecutionState.DONE, Verdict.FAILED: ExecutionState.TERMINATED_WITH_ERROR}
    execution = ends.get(verdict, ExecutionState.IN_PROGRESS)
    ended = replace(order.sub_task(part), verdict=verdict, execution=execution, settled=at)
    return group.holding(with_part(order, ended))


def concluded(group: Group, outcome: ReceiptOutcome) -> Group:
    order = the_order(group)
    notice = Receipt(ReceiptId("N1/1/COMPLETION"), ReceiptKind.COMPLETION, order.attempt, outcome, make.NOON)
    return group.holding(replace(order, receipts=(*order.receipts, notice)))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (ReceiptOutcome.SUCCEEDED, OrderState.COMPLETED),
        (ReceiptOutcome.PARTIAL, OrderState.PARTIAL),
        (ReceiptOutcome.FAILED, OrderState.FAILED),
        (ReceiptOutcome.RETURNED, OrderState.FAILED),
    ],
)
def test_completion_notice_says_what_became_of_the_order(outcome: ReceiptOutcome, state: OrderState) -> None:
    group = concluded(dispatched(WorkItemState.DONE), outcome)

    assert order_state(group, the_order(group)) is state
    assert order_step(group, the_order(group)) is Step.RECEIPTED


def test_order_that_waits_for_others_is_pending_and_fusing() -> None:
    order = make.order("N1", key="FK-1", related=["N2"])
    group = make.collecting(order)

    assert (order_state(group, order), order_step(group, order)) == (OrderState.PENDING, Step.FUSING)


def test_order_of_its_own_is_acknowledged_and_received() -> None:
    order = make.order("N1")
    group = make.collecting(order, key="N1", fused=False)

    assert (order_state(group, order), order_step(group, order)) == (OrderState.ACKNOWLEDGED, Step.RECEIVED)


def test_hold_of_a_collecting_group_holds_its_orders() -> None:
    for fused in (True, False):
        order = make.order("N1")
        group = make.collecting(order, fused=fused, hold=HOLD)
        assert (order_state(group, order), order_step(group, order)) == (OrderState.HELD, Step.FUSING)
        assert hold_of(group, order) == HOLD


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE", "RESUME"])
def test_order_that_never_waits_is_never_pending(action: str) -> None:
    order = make.order("N1", action=action)

    assert order_state(make.collecting(order), order) is OrderState.ACKNOWLEDGED


def test_dispatched_order_is_in_progress() -> None:
    group = dispatched()

    assert order_state(group, the_order(group)) is OrderState.IN_PROGRESS


def test_own_hold_comes_before_the_holds_of_visit_and_group() -> None:
    own = Hold(HoldCause.BLOCKED, "no key to the cabinet", make.NOON)
    group = make.group(make.order("N1", address=make.CREWLESS_DOOR))
    order = the_order(group)
    assert hold_of(group, order) == make.task_of(group).hold

    held = group.holding(replace(order, hold=own))

    assert hold_of(held, the_order(held)) == own


def test_held_visit_holds_its_open_orders_and_no_others() -> None:
    group = make.group(
        make.order("N1", address=make.CREWLESS_DOOR),
        make.order("N2", address=make.CREWLESS_DOOR),
        make.order("N3"),
        done={"N2": "Li"},
    )

    states = {number: order_state(group, order) for number, order in group.orders.items()}

    assert states == {"N1": OrderState.HELD, "N2": OrderState.IN_PROGRESS, "N3": OrderState.IN_PROGRESS}


def test_hold_of_a_group_does_not_reach_what_is_dispatched() -> None:
    group = replace(make.group(make.order("N1", action="RESUME")), hold=HOLD)
    (order,) = group.orders.values()

    assert hold_of(group, order) is None


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE"])
def test_nothing_holds_a_suspension_or_termination(action: str) -> None:
    order = make.order("N1", action=action, hold=HoldCause.BLOCKED)

    assert hold_of(make.collecting(order, hold=HOLD), order) is None


def test_final_order_has_no_hold() -> None:
    held = make.group(make.order("N1", hold=HoldCause.BLOCKED), done={"N1": "Li"})

    group = concluded(held, ReceiptOutcome.SUCCEEDED)

    assert hold_of(group, the_order(group)) is None


def test_cancellation_is_pending_until_the_network_is_undone() -> None:
    group = dispatched()
    asked = replace(the_order(group), cancellation=Cancellation("sold twice", make.NOON))
    undone = replace(the_order(group), cancellation=Cancellation("sold twice", make.NOON, make.NOON))

    assert order_state(group, asked) is OrderState.PENDING_CANCELLATION
    assert order_state(group, undone) is OrderState.CANCELLED


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (WorkItemState.OPEN, Step.DISPATCHED),
        (WorkItemState.CLAIMED, Step.CLAIMED),
        (WorkItemState.ON_SITE, Step.ON_SITE),
        (WorkItemState.DONE, Step.VERIFYING),
        (WorkItemState.CANCELLED, Step.DISPATCHED),
    ],
)
def test_step_follows_the_item(state: WorkItemState, step: Step) -> None:
    group = dispatched(state)

    assert order_step(group, the_order(group)) is step


@pytest.mark.parametrize(
    ("state", "step"), [(WorkItemState.OPEN, Step.DISPATCHED), (WorkItemState.CLAIMED, Step.APPOINTED)]
)
def test_claimed_order_of_a_visit_with_an_appointment_is_appointed(state: WorkItemState, step: Step) -> None:
    group = make.with_appointment(dispatched(state))

    assert order_step(group, the_order(group)) is step


@pytest.mark.parametrize("verdict", [Verdict.SUCCEEDED, Verdict.FAILED])
def test_order_verifies_until_activation_and_check_are_final(verdict: Verdict) -> None:
    group = dispatched(WorkItemState.DONE)
    one = settled(group, SubTaskKind.ACTIVATION, Verdict.SUCCEEDED)
    both = settled(one, SubTaskKind.QUALITY_CHECK, verdict)

    steps = [order_step(g, the_order(g)) for g in (group, one, both)]

    assert steps == [Step.VERIFYING, Step.VERIFYING, Step.CONSTRUCTED]


def test_inconclusive_check_goes_on_verifying() -> None:
    group = settled(dispatched(WorkItemState.DONE), SubTaskKind.ACTIVATION, Verdict.SUCCEEDED)
    unclear = settled(group, SubTaskKind.QUALITY_CHECK, Verdict.INCONCLUSIVE)

    assert order_step(unclear, the_order(unclear)) is Step.VERIFYING


def test_survey_has_nothing_to_verify() -> None:
    group = dispatched(WorkItemState.DONE, action="SURVEY")

    assert order_step(group, the_order(group)) is Step.CONSTRUCTED


def test_order_without_a_visit_verifies_while_the_network_works() -> None:
    group = make.group(make.order("N1", action="SUSPEND"))
    (order,) = group.orders.values()
    ended = replace(
        order, sub_tasks=tuple(replace(p, execution=ExecutionState.DONE) for p in order.sub_tasks)
    )

    assert order_step(group, order) is Step.VERIFYING
    assert order_step(group, ended) is Step.DISPATCHED


@pytest.mark.parametrize(
    ("state", "handler"),
    [
        (WorkItemState.OPEN, None),
        (WorkItemState.CLAIMED, "Li"),
        (WorkItemState.ON_SITE, "Li"),
        (WorkItemState.DONE, None),
        (WorkItemState.RETURNED, None),
        (WorkItemState.CANCELLED, None),
    ],
)
def test_claimant_handles_the_order_while_its_item_is_open(state: WorkItemState, handler: str | None) -> None:
    group = dispatched(state)

    assert handler_of(group, the_order(group)) == handler


def test_order_without_a_visit_has_no_handler() -> None:
    group = make.group(make.order("N1", action="SUSPEND"))

    assert handler_of(group, group.orders[make.payload("N1").number]) is None


@pytest.mark.parametrize(
    ("activated", "done", "checked", "stale"),
    [(5, 6, 7, False), (8, 6, 7, True), (5, 8, 7, True), (0, 0, 7, False)],
)
def test_check_is_stale_when_activation_or_construction_succeeded_after_it(
    activated: int, done: int, checked: int, *, stale: bool
) -> None:
    group = dispatched(WorkItemState.DONE)
    group = group.holding(replace(make.item_of(group), done=done))
    if activated:
        group = settled(group, SubTaskKind.ACTIVATION, Verdict.SUCCEEDED, activated)
    group = settled(group, SubTaskKind.QUALITY_CHECK, Verdict.SUCCEEDED, checked)

    order = the_order(group)

    assert is_stale(group, order, order.sub_task(SubTaskKind.QUALITY_CHECK)) is stale


def test_a_failed_check_goes_stale_as_a_passed_one_does() -> None:
    group = settled(dispatched(WorkItemState.DONE), SubTaskKind.ACTIVATION, Verdict.SUCCEEDED, 99)
    failed = settled(group, SubTaskKind.QUALITY_CHECK, Verdict.FAILED, 7)

    order = the_order(failed)

    assert [part.kind for part in order.sub_tasks if is_stale(failed, order, part)] == [
        SubTaskKind.QUALITY_CHECK
    ]


def test_failed_activation_makes_no_check_stale() -> None:
    group = settled(dispatched(), SubTaskKind.QUALITY_CHECK, Verdict.SUCCEEDED, 7)
    failed = settled(group, SubTaskKind.ACTIVATION, Verdict.FAILED, 9)

    order = the_order(failed)

    assert not is_stale(failed, order, order.sub_task(SubTaskKind.QUALITY_CHECK))
