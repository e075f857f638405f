"""Upstream takes orders back or has them done again; a dispatcher closes partial ones."""

from __future__ import annotations

import pytest

from domain import commands as c
from domain.refusals import NotAcceptable, NotCancellable, NotFound, NotReopenable
from domain.values import (
    ExecutionState,
    GroupState,
    OrderNumber,
    OrderState,
    ReasonCode,
    ReceiptKind,
    ReceiptOutcome,
    TaskState,
    UpdateKind,
    Verdict,
    WorkItemState,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products

N1, N2 = OrderNumber("N1"), OrderNumber("N2")


def dispatched(**fields: object) -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", **fields))  # type: ignore[arg-type]  # fields of the schema
    return trade


def cancel(trade: Trade, number: OrderNumber = N1) -> bool:
    """Whether the cancellation is still pending."""
    return trade.done(c.CancelOrder(number, "not wanted"), make.UPSTREAM).pending


def partial() -> Trade:
    trade = dispatched()
    trade.claim("Li", "N1")
    trade.receipt("N1")
    trade.report("N1", "ACTIVATION", outcome="FAILED")
    return trade


def returned() -> Trade:
    trade = dispatched()
    trade.claim("Li", "N1")
    command = c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.CUSTOMER_ABSENT)
    trade.done(command, trade.actor("Li"))
    return trade


def test_a_cancelled_order_leaves_its_claimant_and_its_network_alone() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")

    assert not cancel(trade)

    cancelled = next(event for event in trade.last if event.kind is UpdateKind.ITEM_CANCELLED)
    assert cancelled.detail == {"claimant": "Li"}
    assert trade.state("N1") is OrderState.CANCELLED
    assert trade.item("N1").state is WorkItemState.CANCELLED
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.CANCELLED
    assert trade.item("N2").claimant == "Li"
    assert trade.group_state() is GroupState.IN_PROGRESS


def test_the_same_cancellation_again_changes_nothing() -> None:
    trade = dispatched()
    cancel(trade)

    assert not cancel(trade)

    assert trade.kinds() == []


def test_what_is_live_in_the_network_is_undone_first() -> None:
    trade = dispatched(activationData={"vlan": 1})
    trade.report("N1", "ACTIVATION")

    assert cancel(trade)
    assert trade.state("N1") is OrderState.PENDING_CANCELLATION
    assert trade.sub_task("N1", "ACTIVATION").attempts[-1].sent == {"vlan": 1, "action": "deactivate"}
    trade.report("N1", "ACTIVATION")

    assert trade.state("N1") is OrderState.CANCELLED
    assert trade.group("N1").closed_at == trade.now
    assert trade.order("N1").receipts == ()


def test_undoing_that_fails_is_tried_again_and_never_sent_as_an_activation() -> None:
    trade = dispatched(activationData={"vlan": 1})
    trade.report("N1", "ACTIVATION")
    cancel(trade)

    trade.report("N1", "ACTIVATION", outcome="FAILED")
    trade.report("N1", "ACTIVATION", outcome="NOT_READY")

    undoing = trade.sub_task("N1", "ACTIVATION").attempts[1:]
    assert [attempt.sent["action"] for attempt in undoing] == ["deactivate", "deactivate"]
    assert cancel(trade)
    assert trade.kinds() == []


def test_a_check_is_not_measured_for_an_order_that_is_being_undone() -> None:
    trade = dispatched()
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    trade.report("N1", "ACTIVATION")
    cancel(trade)

    refs = trade.done(trade.said("N1", "QUALITY_CHECK"), make.NMS)

    assert not refs.counted


def test_an_order_that_is_being_undone_is_not_amended() -> None:
    trade = dispatched()
    trade.report("N1", "ACTIVATION")
    cancel(trade)

    answer = trade.execute(trade.read(make.order("N1", redList=True)), make.UPSTREAM)

    assert "being cancelled" in getattr(answer, "message", "")


def test_after_a_final_receipt_nothing_is_cancelled() -> None:
    trade = dispatched()
    trade.claim("Li", "N1")
    trade.receipt("N1")
    command = c.CancelOrder(N1, "not wanted")

    refusal = trade.refused(NotCancellable, command, make.UPSTREAM)
    assert "final receipt" in refusal.message
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")
    trade.refused(NotCancellable, command, make.UPSTREAM)


def test_a_returned_order_is_over_and_not_cancelled() -> None:
    returned_order = returned()

    returned_order.refused(NotCancellable, c.CancelOrder(N1, "not wanted"), make.UPSTREAM)


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE", "RESUME"])
def test_what_never_waits_is_cancelled_only_before_its_network_effect(action: str) -> None:
    before, after = dispatched(action=action), dispatched(action=action)
    after.report("N1", "ACTIVATION")

    assert not cancel(before)
    assert before.state("N1") is OrderState.CANCELLED
    refusal = after.refused(NotCancellable, c.CancelOrder(N1, "not wanted"), make.UPSTREAM)
    assert "carried out" in refusal.message


@pytest.mark.parametrize(
    "command", [c.CancelOrder(N2, "x"), c.ReopenOrder(N2, "x"), c.AcceptPartial(N2, "x")]
)
def test_an_unknown_order_is_not_found(command: c.Command) -> None:
    dispatched().refused(NotFound, command)


# partial


def test_a_dispatcher_accepts_what_works_as_partial() -> None:
    trade = partial()
    assert trade.state("N1") is OrderState.IN_PROGRESS

    refs = trade.done(c.AcceptPartial(N1, "the customer is content"))

    notice = trade.order("N1").receipt(ReceiptKind.COMPLETION)
    assert notice is not None
    assert (notice.id, notice.outcome, notice.note) == (
        refs.receipt,
        ReceiptOutcome.PARTIAL,
        "the customer is content",
    )
    assert trade.state("N1") is OrderState.PARTIAL
    assert trade.order("N1").jeopardy is None
    assert trade.sub_task("N1", "QUALITY_CHECK").execution is ExecutionState.CANCELLED


def test_only_a_finished_construction_beside_a_failed_part_is_accepted() -> None:
    suspended, terminated = dispatched(action="SUSPEND"), dispatched(action="TERMINATE")
    fresh, working = dispatched(), dispatched()
    working.claim("Li", "N1")
    working.receipt("N1")
    done = partial()
    done.done(c.AcceptPartial(N1, "content"))
    cases = [
        (suspended, "always carried out whole"),
        (terminated, "always carried out whole"),
        (fresh, "no finished construction"),
        (working, "no part which failed"),
        (done, "final"),
    ]

    for trade, says in cases:
        assert says in trade.refused(NotAcceptable, c.AcceptPartial(N1, "x")).message


# reopen


def test_a_returned_order_gets_a_next_attempt_in_a_visit_that_follows_the_first() -> None:
    trade = returned()
    first = trade.task("N1").id

    trade.done(c.ReopenOrder(N1, "the customer is back"), make.UPSTREAM)

    assert trade.order("N1").attempt == 2
    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.item("N1").id == "N1/2"
    assert trade.task("N1").follows == first
    assert trade.group("N1").closed_at is None
    assert len(trade.order("N1").receipts) == 2


def test_a_reopened_order_is_receipted_and_completed_again_under_its_own_ids() -> None:
    trade = returned()
    trade.done(c.ReopenOrder(N1, "again"))
    trade.claim("Zhao", "N1")

    trade.finish("N1")

    assert trade.state("N1") is OrderState.COMPLETED
    assert [receipt.id for receipt in trade.order("N1").receipts] == [
        "N1/1/CONSTRUCTION",
        "N1/1/COMPLETION",
        "N1/2/CONSTRUCTION",
        "N1/2/COMPLETION",
    ]


def test_a_survey_is_reopened_without_what_it_does_not_need() -> None:
    trade = dispatched(action="SURVEY")
    trade.claim("Li", "N1")
    command = c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.CUSTOMER_ABSENT)
    trade.done(command, trade.actor("Li"))

    trade.done(c.ReopenOrder(N1, "the customer is back"))

    assert trade.sub_task("N1", "ACTIVATION").attempts == ()
    assert len(trade.sub_task("N1", "CONSTRUCTION").attempts) == 2


def test_a_partial_order_is_reopened_with_all_its_parts() -> None:
    trade = partial()
    trade.done(c.AcceptPartial(N1, "content"))

    trade.done(c.ReopenOrder(N1, "not content after all"))

    assert trade.sub_task("N1", "CONSTRUCTION").verdict is None
    assert trade.sub_task("N1", "ACTIVATION").failures == 0
    assert trade.task_state("N1") is TaskState.OPEN


def test_a_reopened_order_joins_the_first_visit_while_that_is_not_begun() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N2")
    trade.done(c.ReturnWorkItem(trade.item_id("N2"), ReasonCode.DATA_WRONG), trade.actor("Li"))

    trade.done(c.ReopenOrder(N2, "corrected"))

    assert trade.visits() == {frozenset({"N1", "N2"})}


def test_an_order_without_a_visit_of_its_own_is_reopened_without_one() -> None:
    trade = dispatched(action="RESUME")
    for _ in range(3):
        trade.report("N1", "ACTIVATION", outcome="FAILED")
        trade.done(c.RetrySubTask(f"{N1}/ACTIVATION"))  # type: ignore[arg-type]  # a sub-task's id

    refusal = trade.refused(NotReopenable, c.ReopenOrder(N1, "again"))

    assert "IN_PROGRESS" in refusal.message
    assert trade.group("N1").items == {}


def test_only_failed_and_partial_orders_are_reopened() -> None:
    trade = dispatched(action="SUSPEND")
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    assert "COMPLETED" in trade.refused(NotReopenable, c.ReopenOrder(N1, "again")).message


def test_the_verdict_of_a_first_attempt_does_not_close_the_second() -> None:
    trade = returned()
    trade.done(c.ReopenOrder(N1, "again"))

    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    assert trade.sub_task("N1", "CONSTRUCTION").verdict is None
    assert trade.sub_task("N1", "ACTIVATION").verdict is Verdict.SUCCEEDED
    assert trade.state("N1") is OrderState.IN_PROGRESS
