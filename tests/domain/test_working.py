from __future__ import annotations

from datetime import timedelta

import pytest

from domain import commands as c
from domain.refusals import InvalidInput, NotClaimant, NotHoldable, NotReturnable, NotStartable
from domain.values import (
    ExecutionState,
    GroupState,
    HoldCause,
    OrderNumber,
    OrderState,
    ReasonCode,
    ReceiptKind,
    ReceiptOutcome,
    Step,
    TaskState,
    UpdateKind,
    Verdict,
    WorkItemState,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def claimed(*orders: dict[str, object]) -> Trade:
    trade = Trade()
    trade.intake(*(orders or (make.order("N1"),)))
    for number in next(iter(trade.groups.values())).orders:
        trade.claim("Li", number)
    return trade


def held(trade: Trade, cause: HoldCause = HoldCause.BLOCKED, **fields: object) -> c.HoldWorkItem:
    told = {"reason": "no ladder", **fields}
    return c.HoldWorkItem(trade.item_id("N1"), cause, **told)  # type: ignore[arg-type]  # as named


def returned(
    trade: Trade, reason: ReasonCode, note: str | None = None, number: str = "N1"
) -> c.ReturnWorkItem:
    return c.ReturnWorkItem(trade.item_id(number), reason, note)


def test_work_starts_with_or_without_an_appointment() -> None:
    trade = claimed()

    trade.start("N1")

    assert trade.item("N1").state is WorkItemState.ON_SITE
    assert (trade.step("N1"), trade.task_state("N1")) == (Step.ON_SITE, TaskState.IN_PROGRESS)
    trade.start("N1")
    assert trade.kinds() == []


def test_only_the_claimant_starts() -> None:
    trade = claimed()
    command = c.StartWork(trade.item_id("N1"))

    assert trade.refused(NotClaimant, command, trade.actor("Zhao")).claimant == "Li"
    trade.done(c.ReleaseWorkItem(trade.item_id("N1")), trade.actor("Li"))
    assert trade.refused(NotClaimant, command, trade.actor("Li")).claimant is None


def test_what_is_over_or_held_is_not_started() -> None:
    trade = claimed()
    command = c.StartWork(trade.item_id("N1"))

    trade.done(held(trade), trade.actor("Li"))
    assert "no ladder" in trade.refused(NotStartable, command, trade.actor("Li")).message
    trade.receipt("N1")
    assert "DONE" in trade.refused(NotStartable, command, trade.actor("Li")).message


def test_a_hold_of_a_person_says_why_and_until_when() -> None:
    trade = claimed()
    until = trade.now + timedelta(days=1)

    trade.done(held(trade, HoldCause.CUSTOMER_POSTPONED, until=until), trade.actor("Li"))

    hold = trade.order("N1").hold
    assert hold is not None
    assert (hold.cause, hold.message, hold.until) == (HoldCause.CUSTOMER_POSTPONED, "no ladder", until)
    assert trade.state("N1") is OrderState.HELD


def test_a_dispatcher_holds_and_another_member_does_not() -> None:
    trade = claimed()

    trade.refused(NotClaimant, held(trade), trade.actor("Zhao"))
    trade.done(held(trade), make.DISPATCHER)

    assert "already" in trade.refused(NotHoldable, held(trade), make.DISPATCHER).message


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"cause": HoldCause.NO_CREW}, "cause"),
        ({"reason": " "}, "reason"),
        ({"reason": "\0"}, "reason"),
        ({"until": make.NOON}, "until"),
    ],
)
def test_a_hold_that_cannot_be_used_names_the_field(fields: dict[str, object], path: str) -> None:
    trade = claimed()

    refusal = trade.refused(InvalidInput, held(trade, **fields), trade.actor("Li"))  # type: ignore[arg-type]  # as named

    assert [problem.path for problem in refusal.problems] == [(path,)]


def test_a_done_item_is_not_held() -> None:
    trade = claimed()
    trade.receipt("N1")

    assert "DONE" in trade.refused(NotHoldable, held(trade), trade.actor("Li")).message


def test_done_work_ends_the_hold_of_a_person() -> None:
    trade = claimed()
    trade.done(held(trade), trade.actor("Li"))

    trade.receipt("N1")

    assert trade.order("N1").hold is None
    assert UpdateKind.ORDER_RELEASED in trade.kinds()


def test_a_returned_survey_or_activation_fails_with_its_reason_and_its_notice_goes_up() -> None:
    trade = claimed(*two_products())

    refs = trade.done(returned(trade, ReasonCode.NO_RESOURCE_PORT, "box full"), trade.actor("Li"))

    receipt, notice = trade.order("N1").receipts
    assert receipt.id == refs.receipt
    assert (receipt.kind, receipt.outcome, receipt.note) == (
        ReceiptKind.CONSTRUCTION,
        ReceiptOutcome.RETURNED,
        "box full",
    )
    assert (notice.kind, notice.reason) == (ReceiptKind.COMPLETION, ReasonCode.NO_RESOURCE_PORT)
    assert trade.state("N1") is OrderState.FAILED
    assert trade.sub_task("N1", "CONSTRUCTION").verdict is Verdict.FAILED
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.CANCELLED
    assert trade.state("N2") is OrderState.IN_PROGRESS
    assert trade.group_state() is GroupState.IN_PROGRESS


def test_what_was_returned_altogether_was_unable_to_complete_and_the_group_is_partial() -> None:
    trade = claimed(*two_products())
    for number in ("N1", "N2"):
        command = returned(trade, ReasonCode.CUSTOMER_REFUSED, number=number)
        trade.done(command, trade.actor("Li"))

    assert trade.task_state("N1") is TaskState.UNABLE_TO_COMPLETE
    assert trade.group_state() is GroupState.PARTIAL


def test_a_visit_partly_done_and_partly_returned_is_partial() -> None:
    trade = claimed(*two_products())

    trade.done(returned(trade, ReasonCode.CUSTOMER_REFUSED), trade.actor("Li"))
    trade.receipt("N2")

    assert trade.task_state("N1") is TaskState.PARTIAL


def test_only_the_claimant_returns() -> None:
    trade = claimed()

    refusal = trade.refused(NotClaimant, returned(trade, ReasonCode.OTHER, "x"), trade.actor("Zhao"))

    assert refusal.claimant == "Li"


@pytest.mark.parametrize(
    ("note", "says"), [(None, "needs a note"), (" ", "needs a note"), ("\0", "NUL"), ("n" * 2001, "2001")]
)
def test_the_reason_other_says_what_it_is(note: str | None, says: str) -> None:
    trade = claimed()

    refusal = trade.refused(NotReturnable, returned(trade, ReasonCode.OTHER, note), trade.actor("Li"))

    assert says in refusal.message


def test_a_termination_is_neither_returned_nor_held() -> None:
    trade = claimed(make.order("N1", action="TERMINATE"))

    trade.refused(NotReturnable, returned(trade, ReasonCode.CUSTOMER_REFUSED), trade.actor("Li"))
    trade.refused(NotHoldable, held(trade), trade.actor("Li"))

    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_a_done_item_is_not_returned() -> None:
    trade = claimed()
    trade.receipt("N1")

    refusal = trade.refused(NotReturnable, returned(trade, ReasonCode.OTHER, "late"), trade.actor("Li"))

    assert "DONE" in refusal.message


def test_cancelled_work_does_not_start() -> None:
    trade = claimed(make.order("N1", action="TERMINATE"))
    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    command = c.StartWork(trade.item_id("N1"))

    assert "CANCELLED" in trade.refused(NotStartable, command, trade.actor("Li")).message
