"""回单: one item done, one order receipted, whatever becomes of the others (domain/receipts.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.commands import OfferHandOver, ReturnWorkItem, SubmitReceipt
from domain.decisions import Done
from domain.orders import Hold
from domain.progress import order_state
from domain.receipts import submit_receipt
from domain.refusals import (
    AlreadyReceipted,
    NotClaimant,
    NotFound,
    NotReceiptable,
    StaleVersion,
)
from domain.values import (
    DeliveryState,
    HoldCause,
    ItemId,
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

LINE = {
    "ont_serial": "ZTEG-0815",
    "access_port": "0/3/7",
    "photo": "photo-1",
    "customer_confirmation": "陈女士",
}
CAMERA = {"serial": "CAM-1", "channel_count": 4, "picture_test": True}


def receipt(number: str = "N1", **fields: Any) -> SubmitReceipt:
    return SubmitReceipt(make.item(number), **{"evidence": LINE, **fields})


def test_receipt_says_who_did_what_and_when() -> None:
    group = make.group(on_site={"N1": "Li"})

    decision = make.decision(receipt(note="cabinet 7"), group, "Li")

    order = make.done(decision).group.orders[make.item_of(group).number]
    (made,) = order.receipts
    assert isinstance(decision, Done)
    assert decision.refs.receipt == made.id
    assert (made.id, made.kind, made.attempt) == ("N1/1/CONSTRUCTION", ReceiptKind.CONSTRUCTION, 1)
    assert (made.outcome, made.by, made.at) == (ReceiptOutcome.SUCCEEDED, "Li", make.NOON)
    assert (made.evidence, made.note, made.delivery) == (LINE, "cabinet 7", DeliveryState.PENDING)


def test_item_is_done_at_the_revision_of_its_event() -> None:
    group = make.group(on_site={"N1": "Li"})

    journal = make.done(make.decision(receipt(), group, "Li"))

    item = make.item_of(journal.group)
    assert (item.state, item.claimant) == (WorkItemState.DONE, "Li")
    assert item.version == make.item_of(group).version + 1
    assert [event.kind for event in journal.events] == [
        UpdateKind.ITEM_DONE,
        UpdateKind.RECEIPT_FINAL,
        UpdateKind.SUB_TASK_FINISHED,
    ]
    assert item.done == journal.events[0].revision == group.revision + 1
    assert journal.events[1].detail == {"receipt": "N1/1/CONSTRUCTION", "receipt_kind": "CONSTRUCTION"}


def test_receipted_construction_succeeded() -> None:
    journal = make.done(make.decision(receipt(), make.group(on_site={"N1": "Li"}), "Li"))

    (order,) = journal.group.orders.values()
    assert order.sub_task(SubTaskKind.CONSTRUCTION).verdict is Verdict.SUCCEEDED
    assert order_state(journal.group, order) is OrderState.IN_PROGRESS


def test_claimed_item_is_receipted_without_going_on_site_first() -> None:
    done = make.after(make.group(claimed={"N1": "Li"}), (receipt(), "Li"))

    assert make.item_of(done).state is WorkItemState.DONE


def test_one_receipt_does_not_wait_for_the_others() -> None:
    orders = make.order("N1"), make.order("N2", product="CAMERA")
    group = make.group(*orders, claimed={"N1": "Li", "N2": "Zhao"})

    done = make.after(group, (receipt("N2", evidence=CAMERA), "Zhao"))

    assert make.item_of(done, "N2").state is WorkItemState.DONE
    assert make.item_of(done, "N1") == make.item_of(group, "N1")


def test_survey_that_finds_nothing_feasible_succeeded() -> None:
    group = make.group(make.order("N1", action="SURVEY"), claimed={"N1": "Li"})
    evidence = {"feasibility": "NOT_FEASIBLE", "access_point": "none", "photo": "photo-1"}

    done = make.after(group, (receipt(evidence=evidence), "Li"))

    (order,) = done.orders.values()
    assert order_state(done, order) is OrderState.COMPLETED
    assert [made.outcome for made in order.receipts] == [ReceiptOutcome.SUCCEEDED] * 2


def test_receipt_written_offline_says_when_it_was_done() -> None:
    hour_ago = make.NOON - make.HOUR

    done = make.after(make.group(claimed={"N1": "Li"}), (receipt(occurred_at=hour_ago), "Li"))

    (order,) = done.orders.values()
    assert order.receipts[0].at == hour_ago


def test_what_the_caller_may_not_see_is_not_found() -> None:
    group = make.group(claimed={"N1": "Li"})

    assert isinstance(make.decision(receipt(), group, "Sun"), NotFound)
    assert isinstance(make.decision(SubmitReceipt(ItemId("N9/1")), group, "Li"), NotFound)
    assert isinstance(submit_receipt(receipt(), {}, make.context()), NotFound)


def test_only_the_claimant_receipts_not_even_the_leader() -> None:
    group = make.group(claimed={"N1": "Li"})

    for by in ("Zhao", "Wang"):
        refusal = make.refused(make.decision(receipt(), group, by))
        assert refusal == NotClaimant(refusal.message, make.LI)
    free = make.refused(make.decision(receipt(), make.group(), "Li"))
    assert free == NotClaimant(free.message, None)


def test_former_claimant_is_refused_after_a_hand_over() -> None:
    force = OfferHandOver(make.item("N1"), make.ZHAO, force=True)
    handed = make.after(make.group(on_site={"N1": "Li"}), (force, "Wang"))

    refusal = make.refused(make.decision(receipt(), handed, "Li"))

    assert refusal == NotClaimant(refusal.message, make.ZHAO)


def test_second_receipt_shows_the_first() -> None:
    done = make.after(make.group(claimed={"N1": "Li"}), (receipt(), "Li"))

    refusal = make.refused(make.decision(receipt(expected_version=99), done, "Li"))

    assert isinstance(refusal, AlreadyReceipted)
    assert refusal.receipt.id == "N1/1/CONSTRUCTION"


def test_returned_item_is_not_receiptable() -> None:
    give_back = ReturnWorkItem(make.item("N1"), ReasonCode.NO_RESOURCE_PORT)
    returned = make.after(make.group(claimed={"N1": "Li"}), (give_back, "Li"))

    assert make.decision(receipt(), returned, "Li") == NotReceiptable("the item is RETURNED")


def test_cancelled_item_is_not_receiptable() -> None:
    cancelled = make.with_item(make.group(), "N1", WorkItemState.CANCELLED, "Li")

    assert make.decision(receipt(), cancelled, "Li") == NotReceiptable("the item is CANCELLED")


@pytest.mark.parametrize("cause", [HoldCause.AMENDED_AFTER_CLAIM, HoldCause.SUPERSEDED])
def test_order_that_waits_for_a_decision_is_not_receiptable(cause: HoldCause) -> None:
    group = make.group(make.order("N1", hold=cause), claimed={"N1": "Li"})

    refusal = make.refused(make.decision(receipt(), group, "Li"))

    assert isinstance(refusal, NotReceiptable)
    assert cause in refusal.message
    assert "dispatcher resolves" in refusal.message


@pytest.mark.parametrize("cause", [HoldCause.CUSTOMER_POSTPONED, HoldCause.BLOCKED])
def test_done_work_ends_the_hold_that_a_person_set(cause: HoldCause) -> None:
    held = make.group(make.order("N1", hold=cause), claimed={"N1": "Li"})

    decision = make.decision(receipt(), held, "Li")

    (order,) = make.done(decision).group.orders.values()
    assert order.hold is None
    assert make.kinds(decision)[2] is UpdateKind.ORDER_RELEASED
    assert make.done(decision).events[2].detail == {"cause": cause}


def test_hold_that_ends_by_itself_is_gone_from_the_timers() -> None:
    group = make.group(claimed={"N1": "Li"})
    (order,) = group.orders.values()
    until = make.NOON + timedelta(days=1)
    hold = Hold(HoldCause.CUSTOMER_POSTPONED, "next week", make.NOON, until)
    held = group.holding(replace(order, hold=hold))
    assert held.wake_at == until

    assert make.after(held, (receipt(), "Li")).wake_at is None


def test_client_that_read_an_older_version_is_told_the_present_one() -> None:
    group = make.group(claimed={"N1": "Li"})
    version = make.item_of(group).version

    refusal = make.refused(make.decision(receipt(expected_version=version + 1, evidence={}), group, "Li"))

    assert refusal == StaleVersion(refusal.message, version)
    assert isinstance(make.decision(receipt(expected_version=version), group, "Li"), Done)
