from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
    HoldCause,
    ItemId,
    OrderNumber,
    OrderState,
    ProductCode,
    ReasonCode,
    ReceiptKind,
    ReceiptOutcome,
    RecoveryOutcome,
    Step,
    UpdateKind,
    Verdict,
    WorkItemState,
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


def test_a_receipt_is_final_and_says_who_did_what_and_when() -> None:
    trade = claimed()
    done_at = trade.now - timedelta(hours=1)

    refs = trade.done(form(trade, note="tested with the customer", occurred_at=done_at), trade.actor("Li"))

    (receipt,) = trade.order("N1").receipts
    assert receipt.id == refs.receipt == "N1/1/CONSTRUCTION"
    assert (receipt.kind, receipt.outcome) == (ReceiptKind.CONSTRUCTION, ReceiptOutcome.SUCCEEDED)
    assert (receipt.by, receipt.at, receipt.note) == ("Li", done_at, "tested with the customer")
    assert receipt.evidence == make.evidence(trade.item("N1"))
    assert trade.item("N1").state is WorkItemState.DONE
    assert trade.kinds() == [
        UpdateKind.ITEM_DONE,
        UpdateKind.RECEIPT_FINAL,
        UpdateKind.SUB_TASK_FINISHED,
    ]


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


def test_a_survey_that_finds_nothing_feasible_succeeded_as_a_survey() -> None:
    trade = claimed(action="SURVEY")
    evidence = {**make.evidence(trade.item("N1")), "feasibility": "NOT_FEASIBLE"}

    trade.done(form(trade, evidence=evidence), trade.actor("Li"))

    assert trade.state("N1") is OrderState.COMPLETED


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


def test_an_order_that_waits_for_a_decision_is_not_receiptable() -> None:
    trade = claimed()
    trade.intake(make.order("N1", requirement="second floor"))

    refusal = trade.refused(NotReceiptable, form(trade), trade.actor("Li"))

    assert HoldCause.AMENDED_AFTER_CLAIM in refusal.message


def test_an_unclaimed_item_has_no_one_to_receipt_it() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))

    assert trade.refused(NotClaimant, form(trade), trade.actor("Li")).claimant is None


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


def test_the_version_that_was_read_must_still_be_the_present_one() -> None:
    trade = claimed()
    version = trade.item("N1").version

    assert trade.refused(StaleVersion, form(trade, expected_version=1), trade.actor("Li")).current == version
    trade.done(form(trade, expected_version=version), trade.actor("Li"))


def test_evidence_that_is_not_required_may_be_missing_but_not_wrong() -> None:
    trade = Trade()
    camera = trade.world.products[ProductCode("CAMERA")]
    rules = tuple(
        replace(rule, evidence=tuple(replace(piece, required=False) for piece in rule.evidence))
        for rule in camera.rules
    )
    products = {**trade.world.products, ProductCode("CAMERA"): replace(camera, rules=rules)}
    trade.world = replace(trade.world, products=products)
    trade.intake(make.order("N1", "CAMERA"))
    trade.claim("Li", "N1")

    trade.refused(InvalidInput, form(trade, evidence={"channel_count": "four"}), trade.actor("Li"))
    trade.done(form(trade, evidence={}), trade.actor("Li"))


def test_missing_evidence_is_named() -> None:
    trade = claimed()

    evidence = {"photo": "p", "ont_serial": " ", "access_port": None}
    refusal = trade.refused(EvidenceMissing, form(trade, evidence=evidence), trade.actor("Li"))

    assert refusal.missing == ("ont_serial", "access_port", "customer_confirmation")


@pytest.mark.parametrize(
    ("product", "action", "name", "value", "says"),
    [
        ("CAMERA", "ACTIVATION", "channel_count", "four", "a number"),
        ("CAMERA", "ACTIVATION", "channel_count", True, "a number"),
        ("CAMERA", "ACTIVATION", "picture_test", "yes", "true or false"),
        ("CAMERA", "SURVEY", "feasibility", "MAYBE", "one of FEASIBLE, CONDITIONAL"),
        ("CAMERA", "SURVEY", "photo", ["p"], "a text"),
        ("CAMERA", "SURVEY", "access_point", "a" * 2001, "2001 characters"),
        ("CAMERA", "SURVEY", "memo", {"broken": "\ud800"}, "surrogate"),
    ],
)
def test_evidence_of_the_wrong_kind_is_named(
    product: str, action: str, name: str, value: object, says: str
) -> None:
    trade = claimed(product=product, action=action)
    evidence = {**make.evidence(trade.item("N1")), name: value}

    refusal = trade.refused(InvalidInput, form(trade, evidence=evidence), trade.actor("Li"))

    assert says in refusal.problems[0].message


@pytest.mark.parametrize("product", ["INTERNET_LINE", "ENT_BROADBAND", "CLOUD_VIDEO", "CAMERA"])
@pytest.mark.parametrize("action", ["SURVEY", "ACTIVATION", "TERMINATE"])
def test_the_evidence_that_an_item_asks_for_makes_a_receipt(product: str, action: str) -> None:
    trade = claimed(product=product, action=action)

    trade.receipt("N1")

    assert trade.sub_task("N1", "CONSTRUCTION").verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"occurred_at": make.NOON + timedelta(minutes=1)}, "occurredAt"),
        ({"note": "n" * 2001}, "note"),
        ({"recovery": (c.Recovered("A", GONE),)}, "recovery"),
    ],
)
def test_a_receipt_that_cannot_be_used_names_the_field(fields: dict[str, Any], path: str) -> None:
    trade = claimed()

    refusal = trade.refused(InvalidInput, form(trade, **fields), trade.actor("Li"))

    assert [problem.path for problem in refusal.problems] == [(path,)]


def test_too_many_or_broken_recovery_lines_are_named() -> None:
    trade = terminated()
    many = tuple(c.Recovered(f"S{index}", GONE, "found") for index in range(201))
    broken = (c.Recovered("A\0", GONE, "n\0"),)

    for lines, paths in (
        (many, [("recovery",)]),
        (broken, [("recovery", "0", "serial"), ("recovery", "0", "note")]),
    ):
        refusal = trade.refused(InvalidInput, form(trade, recovery=lines), trade.actor("Li"))
        assert [problem.path for problem in refusal.problems] == paths


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


def test_an_unexpected_device_with_a_note_is_kept() -> None:
    trade = terminated()
    lines = (c.Recovered("Z", GONE, "in the attic"), c.Recovered("A", GONE), c.Recovered("B", GONE))

    trade.done(form(trade, recovery=lines), trade.actor("Li"))

    assert [line.serial for line in trade.item("N1").recovery] == ["A", "B", "Z"]
    (receipt,) = trade.order("N1").receipts
    assert receipt.evidence is not None
    assert receipt.evidence["recovery"][2] == {"serial": "Z", "outcome": GONE, "note": "in the attic"}
