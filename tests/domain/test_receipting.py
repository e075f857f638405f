"""回单 over a day: the order of refusals, and what follows a receipt; each rule by itself is in test_receipts."""

from __future__ import annotations

from typing import Any

import pytest

from domain import commands as c
from domain.refusals import (
    AlreadyReceipted,
    EvidenceMissing,
    InvalidInput,
    NotClaimant,
    NotFound,
    NotReceiptable,
    RecoveryIncomplete,
    Refusal,
    SerialMismatch,
    StaleVersion,
)
from domain.values import (
    ItemId,
    OrderNumber,
    OrderState,
    ReasonCode,
    ReceiptKind,
    RecoveryOutcome,
    Step,
    Verdict,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products

GONE = RecoveryOutcome.RECOVERED


def claimed(number: str = "N1", product: str = "ENT_BROADBAND", **fields: Any) -> Trade:
    trade = Trade()
    trade.intake(make.order(number, product, **fields))
    trade.claim("Li", number)
    return trade


def terminated() -> Trade:
    return claimed(action="TERMINATE", installedSerials=["A", "B"])


def form(trade: Trade, number: str = "N1", **fields: Any) -> c.SubmitReceipt:
    item = trade.item(number)
    return c.SubmitReceipt(item.id, **{"evidence": make.evidence(item), **fields})


def test_a_receipt_does_not_wait_for_the_others_nor_for_the_network() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")

    trade.receipt("N2")

    assert trade.step("N2") is Step.VERIFYING
    assert trade.order("N1").receipts == ()


def test_the_completion_notice_follows_when_all_three_results_are_final() -> None:
    trade = claimed()
    trade.report("N1", "ACTIVATION")
    trade.receipt("N1")
    assert trade.state("N1") is OrderState.IN_PROGRESS

    trade.report("N1", "QUALITY_CHECK")

    notice = trade.order("N1").receipt(ReceiptKind.COMPLETION)
    assert notice is not None
    assert notice.evidence == dict.fromkeys(("CONSTRUCTION", "ACTIVATION", "QUALITY_CHECK"), "SUCCEEDED")
    assert (trade.state("N1"), trade.step("N1")) == (OrderState.COMPLETED, Step.RECEIPTED)


def test_refusals_are_looked_for_in_the_order_of_the_rules() -> None:
    """Each receipt has the fault that is looked for, and every fault which is looked for after it."""
    trade = terminated()
    item, evidence = trade.item("N1"), make.evidence(trade.item("N1"))
    strange = c.Recovered("Z", GONE)
    worst: dict[str, Any] = {"expected_version": 99, "evidence": {}, "recovery": (strange,), "note": "\0"}
    current = {**worst, "expected_version": item.version}
    complete = {**current, "evidence": evidence}
    sayable = {**complete, "note": None}
    explained = {**sayable, "recovery": (c.Recovered("Z", GONE, "in the attic"),)}
    faults: list[tuple[type[Refusal], str, dict[str, Any]]] = [
        (NotFound, "Sun", worst),
        (NotClaimant, "Zhao", worst),
        (StaleVersion, "Li", worst),
        (EvidenceMissing, "Li", current),
        (InvalidInput, "Li", complete),
        (SerialMismatch, "Li", sayable),
        (RecoveryIncomplete, "Li", explained),
    ]

    for refusal, name, fields in faults:
        trade.refused(refusal, form(trade, **fields), trade.actor(name))

    lines = tuple(c.Recovered(serial, GONE) for serial in ("A", "B"))
    trade.done(form(trade, recovery=lines), trade.actor("Li"))
    again = trade.refused(AlreadyReceipted, form(trade, **worst), trade.actor("Li"))
    assert again.receipt.row.id == "N1/1/CONSTRUCTION"
    trade.refused(NotClaimant, form(trade, **worst), trade.actor("Zhao"))


def test_what_was_returned_or_cancelled_is_not_receiptable() -> None:
    trade, other = claimed(), claimed()
    trade.done(c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.DATA_WRONG), trade.actor("Li"))
    other.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    for each, state in ((trade, "RETURNED"), (other, "CANCELLED")):
        worst = form(each, expected_version=99, evidence={})
        assert state in each.refused(NotReceiptable, worst, each.actor("Li")).message


def test_the_receipt_of_an_earlier_attempt_is_final_though_the_order_was_reopened() -> None:
    trade = claimed()
    trade.receipt("N1")
    trade.report("N1", "ACTIVATION", outcome="FAILED")
    trade.done(c.AcceptPartial(OrderNumber("N1"), "the line works"))
    trade.done(c.ReopenOrder(OrderNumber("N1"), "now properly"), make.UPSTREAM)

    old = c.SubmitReceipt(ItemId("N1/1"))
    trade.refused(AlreadyReceipted, old, trade.actor("Li"))
    trade.claim("Li", "N1")
    trade.receipt("N1")

    kinds = [receipt.id for receipt in trade.order("N1").receipts]
    assert kinds == ["N1/1/CONSTRUCTION", "N1/1/COMPLETION", "N1/2/CONSTRUCTION"]


@pytest.mark.parametrize("product", ["INTERNET_LINE", "ENT_BROADBAND", "CLOUD_VIDEO", "CAMERA"])
@pytest.mark.parametrize("action", ["SURVEY", "ACTIVATION", "TERMINATE"])
def test_the_evidence_that_an_item_asks_for_makes_a_receipt(product: str, action: str) -> None:
    trade = claimed(product=product, action=action)

    trade.receipt("N1")

    assert trade.sub_task("N1", "CONSTRUCTION").verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize(
    "outcome", [RecoveryOutcome.LOST, RecoveryOutcome.DAMAGED, RecoveryOutcome.CUSTOMER_OWNED]
)
def test_a_device_that_was_not_recovered_needs_a_note(outcome: RecoveryOutcome) -> None:
    trade = terminated()
    silent, told = c.Recovered("B", outcome), c.Recovered("B", outcome, "see photo")

    refusal = trade.refused(
        RecoveryIncomplete, form(trade, recovery=(c.Recovered("A", GONE), silent)), trade.actor("Li")
    )
    assert refusal.open == ("B",)
    trade.done(form(trade, recovery=(c.Recovered("A", GONE), told)), trade.actor("Li"))
