"""When the network has no result: tried again after a while, and in time somebody's business (3.4, 3.7, D14, D16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.refusals import NotFound
from domain.values import (
    ExecutionState,
    JeopardyLevel,
    OrderNumber,
    OrderState,
    ReceiptKind,
    SubTaskId,
    UpdateKind,
    Verdict,
    WorkItemState,
)
from domain.views import SubTaskView
from tests import arrivals as make
from tests.domain.trade import Trade

CHECK = SubTaskId("N1/QUALITY_CHECK")
DARK = (c.Measured("opticalRxPowerDbm", -31.5, "dBm"),)


def dispatched(action: str = "ACTIVATION", **fields: Any) -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", action=action, **fields))
    return trade


def resend(trade: Trade, attempt: int = 1) -> None:
    trade.done(c.ResendSubTask(CHECK, attempt))


def attempts(trade: Trade, kind: str = "QUALITY_CHECK") -> int:
    return len(trade.sub_task("N1", kind).attempts)


def test_an_attempt_without_a_result_is_made_again_when_its_time_has_come() -> None:
    trade = dispatched()
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY", failure="a test is running")
    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert (part.verdict, part.due_at) == (Verdict.INCONCLUSIVE, trade.now + timedelta(seconds=30))
    view = SubTaskView(trade.group_of("N1"), trade.order("N1"), part)
    assert view.next_try_at == part.due_at

    resend(trade)
    early = attempts(trade)
    trade.wait(seconds=30)
    resend(trade)

    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert (early, attempts(trade)) == (1, 2)
    assert (part.verdict, part.failures, part.inconclusive) == (None, 0, 1)
    assert part.attempts[0].verdict is Verdict.INCONCLUSIVE
    assert part.attempts[0].ended_at == trade.now


def test_pauses_grow_up_to_a_quarter_of_an_hour() -> None:
    trade = dispatched()
    pauses = []

    for n in range(1, 8):
        trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
        due = trade.sub_task("N1", "QUALITY_CHECK").due_at
        assert due is not None
        pauses.append((due - trade.now).total_seconds())
        trade.wait(seconds=pauses[-1])
        resend(trade, n)

    assert pauses == [30, 60, 120, 240, 480, 900, 900]


def test_a_result_forgets_how_often_there_was_none() -> None:
    trade = dispatched()
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    trade.wait(seconds=30)
    resend(trade)

    trade.report("N1", "QUALITY_CHECK")

    assert trade.sub_task("N1", "QUALITY_CHECK").inconclusive == 0


def test_a_check_that_came_too_early_is_made_again_at_once_when_the_line_is_live() -> None:
    trade = dispatched()
    trade.wait(seconds=1)
    trade.report("N1", "ACTIVATION")

    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    early = trade.sub_task("N1", "QUALITY_CHECK").due_at
    resend(trade)
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")

    assert early == trade.now
    assert trade.sub_task("N1", "QUALITY_CHECK").due_at == trade.now + timedelta(seconds=60)


def test_only_the_present_attempt_that_waits_is_made_again() -> None:
    trade = dispatched()

    resend(trade)
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    trade.wait(hours=1)
    resend(trade, 7)

    assert attempts(trade) == 1
    trade.refused(NotFound, c.ResendSubTask(SubTaskId("N9/QUALITY_CHECK"), 1))


def test_an_attempt_that_was_not_answered_stays_the_same_attempt() -> None:
    trade = dispatched()

    trade.report("N1", "ACTIVATION", outcome="NOT_READY", unanswered=True, failure="no answer")

    part = trade.sub_task("N1", "ACTIVATION")
    assert (part.verdict, part.due_at, part.inconclusive) == (Verdict.INCONCLUSIVE, None, 1)
    trade.report("N1", "ACTIVATION")
    assert trade.sub_task("N1", "ACTIVATION").verdict is Verdict.SUCCEEDED


def test_after_five_tries_without_a_result_a_dispatcher_is_warned_and_calmed_by_the_result() -> None:
    trade = dispatched()
    for _ in range(5):
        assert trade.order("N1").jeopardy is None
        trade.report("N1", "ACTIVATION", outcome="NOT_READY", unanswered=True, failure="HTTP 503")
    warned = trade.order("N1").jeopardy

    trade.report("N1", "ACTIVATION")

    assert warned is not None
    assert (warned.level, "HTTP 503" in warned.message) == (JeopardyLevel.WARNING, True)
    assert trade.order("N1").jeopardy is None
    assert UpdateKind.JEOPARDY in [event.kind for event in trade.last]


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE"])
def test_an_unreachable_network_makes_what_must_be_carried_out_urgent_after_three_tries(action: str) -> None:
    trade = dispatched(action)

    for _ in range(2):
        trade.report("N1", "ACTIVATION", outcome="NOT_READY", unanswered=True, failure="not reached")
    calm = trade.order("N1").jeopardy
    for _ in range(2):
        trade.report("N1", "ACTIVATION", outcome="NOT_READY", unanswered=True, failure="not reached")
        assert trade.order("N1").jeopardy is not None

    assert calm is None
    jeopardy = trade.order("N1").jeopardy
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL
    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.item("N1").state is WorkItemState.OPEN
    assert len(trade.group_of("N1").items) == 1


def test_what_must_be_carried_out_is_tried_again_soon() -> None:
    trade = dispatched("SUSPEND")

    trade.report("N1", "ACTIVATION", outcome="FAILED")

    part = trade.sub_task("N1", "ACTIVATION")
    assert part.execution is ExecutionState.IN_PROGRESS
    assert part.due_at == trade.now + timedelta(seconds=2)


def test_taking_an_order_back_goes_on_however_often_the_network_fails_and_alarms() -> None:
    trade = dispatched()
    trade.report("N1", "ACTIVATION")
    trade.done(c.CancelOrder(OrderNumber("N1"), "mistake"), make.UPSTREAM)

    for _ in range(4):
        trade.report("N1", "ACTIVATION", outcome="FAILED")

    jeopardy = trade.order("N1").jeopardy
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.IN_PROGRESS


def built(*, check: bool = True) -> Trade:
    """An order whose visit was made and whose activation succeeded; its check is under way."""
    trade = dispatched(activationData={"subscribedRateMbps": 100})
    trade.claim("Li", "N1")
    trade.report("N1", "ACTIVATION")
    if check:
        trade.receipt("N1")
    return trade


def test_a_line_that_is_at_fault_brings_its_claimant_there_again() -> None:
    trade = built()
    trade.report("N1", "QUALITY_CHECK", measures=DARK)

    item, order = trade.item("N1"), trade.order("N1")
    assert (item.id, item.state, item.claimant) == ("N1/1", WorkItemState.CLAIMED, "Li")
    assert (order.attempt, item.attempt) == (2, 2)
    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.sub_task("N1", "CONSTRUCTION").execution is ExecutionState.IN_PROGRESS
    words = [event.kind for event in trade.last]
    assert UpdateKind.ITEM_REOPENED in words
    assert UpdateKind.APPOINTMENT_REQUIRED in words


def test_the_second_visit_has_a_receipt_of_its_own_and_the_check_is_measured_again() -> None:
    trade = built()
    trade.report("N1", "QUALITY_CHECK", measures=DARK)

    trade.receipt("N1")
    trade.report("N1", "QUALITY_CHECK")

    receipts = [(receipt.kind, receipt.attempt) for receipt in trade.order("N1").receipts]
    assert receipts == [
        (ReceiptKind.CONSTRUCTION, 1),
        (ReceiptKind.CONSTRUCTION, 2),
        (ReceiptKind.COMPLETION, 2),
    ]
    assert trade.state("N1") is OrderState.COMPLETED


def test_a_claimant_who_left_leaves_the_reopened_item_to_the_crew() -> None:
    trade = built()
    trade.world = make.with_members(trade.world, make.member("Li", "金水班", active=False))

    trade.report("N1", "QUALITY_CHECK", measures=DARK)

    item = trade.item("N1")
    assert (item.state, item.claimant, item.claimed_at) == (WorkItemState.OPEN, None, None)


def test_a_reopened_item_is_not_reopened_for_ever() -> None:
    trade = built()

    for _ in range(3):
        trade.report("N1", "QUALITY_CHECK", measures=DARK)
        trade.receipt("N1")
    trade.report("N1", "QUALITY_CHECK", measures=DARK)

    part, jeopardy = trade.sub_task("N1", "QUALITY_CHECK"), trade.order("N1").jeopardy
    assert trade.item("N1").state is WorkItemState.DONE
    assert part.execution is ExecutionState.TERMINATED_WITH_ERROR
    assert jeopardy is not None


def test_a_dark_line_before_the_visit_is_measured_again_after_it() -> None:
    trade = built(check=False)
    trade.report("N1", "QUALITY_CHECK", measures=DARK)
    alarmed = trade.order("N1").jeopardy

    trade.receipt("N1")

    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert alarmed is not None
    assert (part.execution, len(part.attempts)) == (ExecutionState.IN_PROGRESS, 2)
    assert trade.order("N1").jeopardy is None


def test_slow_but_clean_is_a_matter_of_data_and_reopens_nothing() -> None:
    trade = built()

    trade.report("N1", "QUALITY_CHECK", measures=(c.Measured("tcpDownKbps", 50_000, "kbit/s"),))

    assert trade.item("N1").state is WorkItemState.DONE


def test_a_reopened_order_has_a_new_item_beside_the_reopened_one() -> None:
    trade = built()
    trade.report("N1", "QUALITY_CHECK", measures=DARK)
    trade.receipt("N1")
    trade.report("N1", "QUALITY_CHECK", outcome="FAILED")
    trade.done(c.AcceptPartial(OrderNumber("N1"), "works"))

    trade.done(c.ReopenOrder(OrderNumber("N1"), "again"))

    assert sorted(trade.group_of("N1").items) == ["N1/1", "N1/3"]
    assert trade.item("N1").id == "N1/3"


def complete(trade: Trade, *left_out: str, **figures: float) -> None:
    product = trade.world.products[trade.order("N1").payload.product]
    good = {limit.metric: limit.lower if limit.lower is not None else 0 for limit in product.thresholds}
    good |= {"tcpDownKbps": 94_100, "tcpUpKbps": 94_100, "opticalRxPowerDbm": -20}
    units = {limit.metric: limit.unit for limit in product.thresholds}
    measures = tuple(
        c.Measured(name, value, units[name])
        for name, value in (good | figures).items()
        if name not in left_out and value is not None
    )
    trade.report("N1", "QUALITY_CHECK", measures=measures, complete=True, nms_verdict="Passed")


def test_a_complete_set_of_good_figures_passes_whatever_the_network_says_of_it() -> None:
    trade = built()

    complete(trade)

    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert (part.verdict, part.attempts[-1].nms_verdict) == (Verdict.SUCCEEDED, "Passed")


def test_a_mandatory_figure_that_is_missing_leaves_it_open() -> None:
    trade = built()

    complete(trade, "rttMs")

    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert (part.verdict, part.attempts[-1].failure) == (Verdict.INCONCLUSIVE, "no figure for rttMs")


def test_a_figure_that_is_out_fails_though_the_network_passed_it() -> None:
    trade = built()

    complete(trade, "rttMs", jitterMs=900)

    part = trade.sub_task("N1", "QUALITY_CHECK")
    assert part.attempts[-1].failure == "jitterMs 900 ms is above 20"
    assert part.verdict is Verdict.FAILED
