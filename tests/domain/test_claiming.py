"""接单 over a day: what a claim, a release and a hand-over lead to; each rule by itself is in test_claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.refusals import (
    NoOffer,
    NotClaimable,
    NotClaimant,
    NotFound,
)
from domain.values import (
    GroupState,
    HoldCause,
    ItemId,
    MemberId,
    OrderNumber,
    ReasonCode,
    Step,
    UpdateKind,
    WorkItemState,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def pair() -> Trade:
    trade = Trade()
    trade.intake(*two_products())
    return trade


def test_who_claims_handles_the_order() -> None:
    trade = pair()

    trade.claim("Li", "N1")

    item = trade.item("N1")
    assert (item.state, item.claimant, item.claimed_at) == (WorkItemState.CLAIMED, "Li", trade.now)
    assert trade.step("N1") is Step.CLAIMED
    assert trade.group_state() is GroupState.IN_PROGRESS
    assert trade.kinds() == [
        UpdateKind.ITEM_CLAIMED,
        UpdateKind.FIRST_CONTACT_CHANGED,
        UpdateKind.APPOINTMENT_REQUIRED,
    ]


@pytest.mark.parametrize(
    "command",
    [
        c.ClaimWorkItem,
        c.ReleaseWorkItem,
        c.AcceptHandOver,
        c.StartWork,
        c.SubmitReceipt,
        lambda item: c.OfferHandOver(item, MemberId("Li")),
        lambda item: c.HoldWorkItem(item, HoldCause.BLOCKED, "x"),
        lambda item: c.ReturnWorkItem(item, ReasonCode.OTHER),
    ],
)
def test_an_item_that_is_not_there_is_not_found(command: Callable[[ItemId], c.Command]) -> None:
    trade = pair()

    for item in ("N9/1", "N1/9"):
        trade.refused(NotFound, command(ItemId(item)), trade.actor("Li"))


def test_a_visit_of_nobodys_items_cannot_be_claimed() -> None:
    trade = pair()
    trade.claim("Zhao", "N2")
    trade.done(c.ReturnWorkItem(trade.item_id("N2"), ReasonCode.DUPLICATE_ORDER), trade.actor("Zhao"))
    old = trade.task("N1").id
    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    refusal = trade.refused(NotClaimable, c.ClaimTask(old), trade.actor("Li"))

    assert "CANCELLED" in refusal.message or "RETURNED" in refusal.message


def test_a_visit_that_was_left_empty_has_nothing_to_claim() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.intake(make.order("N2", address=make.GARDEN_ROAD, key="FK-1", count=0))
    old = trade.task("N2").id
    trade.intake(make.order("N2", address=make.CULTURE_ROAD, key="FK-1", count=0))

    trade.refused(NotClaimable, c.ClaimTask(old), trade.actor("Li"))
    trade.refused(NotFound, c.ClaimTask(old), trade.actor("Sun"))


def test_a_claimant_gives_an_item_back_and_the_first_contact_moves() -> None:
    trade = pair()
    trade.claim("Zhao", "N2")
    trade.claim("Li", "N1")

    trade.done(c.ReleaseWorkItem(trade.item_id("N1"), "ill"), trade.actor("Li"))

    assert trade.item("N1").state is WorkItemState.OPEN
    assert trade.first_contact("N1") is None
    assert UpdateKind.FIRST_CONTACT_CHANGED in trade.kinds()


def test_a_claimant_who_leaves_or_is_disabled_frees_what_is_open_and_history_stays() -> None:
    trade = pair()
    trade.claim("Li", "N1", "N2")
    trade.receipt("N2")
    trade.world = make.with_members(trade.world, make.member("Li", "jinshui", active=False))

    trade.refresh()

    assert (trade.item("N1").state, trade.item("N1").claimant) == (WorkItemState.OPEN, None)
    assert trade.item("N2").claimant == "Li"
    assert any(event.kind is UpdateKind.ITEM_CLAIMED for _, event in trade.events)


def test_an_offer_ends_with_the_receipt_and_a_receipt_with_the_hand_over() -> None:
    trade = pair()
    trade.claim("Li", "N1", "N2")
    for number in ("N1", "N2"):
        trade.done(c.OfferHandOver(trade.item_id(number), MemberId("Zhao")), trade.actor("Li"))

    trade.receipt("N1")
    trade.refused(NoOffer, c.AcceptHandOver(trade.item_id("N1")), trade.actor("Zhao"))
    trade.done(c.AcceptHandOver(trade.item_id("N2")), trade.actor("Zhao"))

    late = c.SubmitReceipt(trade.item_id("N2"), evidence=make.evidence(trade.item("N2")))
    assert trade.refused(NotClaimant, late, trade.actor("Li")).claimant == "Zhao"
