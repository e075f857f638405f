from __future__ import annotations

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.contacts import group_contact
from domain.refusals import (
    AlreadyClaimed,
    NoOffer,
    NotClaimable,
    NotClaimant,
    NotFound,
    NotInCrew,
    NotReleasable,
)
from domain.values import (
    GroupState,
    HoldCause,
    ItemId,
    MemberId,
    OrderNumber,
    OrderState,
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


def offered(trade: Trade, number: str, to: str, *, force: bool = False) -> c.OfferHandOver:
    return c.OfferHandOver(trade.item_id(number), MemberId(to), force=force)


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


def test_the_same_person_again_changes_nothing() -> None:
    trade = pair()
    trade.claim("Li", "N1")

    trade.claim("Li", "N1")

    assert trade.kinds() == []


def test_the_loser_of_a_race_learns_who_holds_the_item_and_since_when() -> None:
    trade = pair()
    trade.claim("Li", "N1")

    refusal = trade.refused(AlreadyClaimed, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Zhao"))

    assert (refusal.claimant, refusal.claimed_at) == ("Li", trade.now)
    assert refusal.code == "ALREADY_CLAIMED"


def test_another_crew_is_told_so_if_it_may_see_the_group_and_nothing_otherwise() -> None:
    trade = pair()
    orders = make.fused_orders(make.order("M1"), make.order("M2", address=make.COLLEGE_ROAD), key="FK-2")
    trade.intake(*orders)
    trade.claim("Li", "M1", "N1")

    seen = trade.refused(NotInCrew, c.ClaimWorkItem(trade.item_id("M1")), trade.actor("Sun"))
    unseen = trade.refused(NotFound, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Sun"))

    assert seen.crew == "jinshui"
    assert "Li" not in f"{seen} {unseen}"


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


def test_an_item_that_is_over_cannot_be_claimed() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.receipt("N1")

    refusal = trade.refused(NotClaimable, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Zhao"))

    assert "DONE" in refusal.message


def test_an_item_of_a_held_order_cannot_be_claimed() -> None:
    trade = pair()
    held = c.HoldWorkItem(trade.item_id("N1"), HoldCause.BLOCKED, "no ladder")
    trade.done(held)

    refusal = trade.refused(NotClaimable, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Zhao"))

    assert "no ladder" in refusal.message


def test_an_item_of_a_visit_without_a_crew_cannot_be_claimed() -> None:
    trade = Trade()
    orders = make.fused_orders(make.order("N1"), make.order("N2", address="平舆县人民路1号"))
    trade.intake(*orders)

    refusal = trade.refused(NotClaimable, c.ClaimWorkItem(trade.item_id("N2")), trade.actor("Li"))

    assert "NO_CREW" in refusal.message


def test_all_free_items_of_a_visit_are_claimed_at_once() -> None:
    trade = pair()
    trade.claim("Zhao", "N2")

    refs = trade.done(c.ClaimTask(trade.task("N1").id), trade.actor("Li"))

    assert refs.items == (trade.item_id("N1"),)
    assert (trade.item("N1").claimant, trade.item("N2").claimant) == ("Li", "Zhao")


def test_a_visit_of_which_everything_is_claimed_names_who_to_call() -> None:
    trade = pair()
    trade.claim("Zhao", "N1", "N2")

    refusal = trade.refused(AlreadyClaimed, c.ClaimTask(trade.task("N1").id), trade.actor("Li"))

    assert refusal.claimant == "Zhao"


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


# release


def test_a_claimant_gives_an_item_back_and_the_first_contact_moves() -> None:
    trade = pair()
    trade.claim("Zhao", "N2")
    trade.claim("Li", "N1")

    trade.done(c.ReleaseWorkItem(trade.item_id("N1"), "ill"), trade.actor("Li"))

    assert trade.item("N1").state is WorkItemState.OPEN
    assert trade.first_contact("N1") is None
    assert UpdateKind.FIRST_CONTACT_CHANGED in trade.kinds()


def test_only_claimant_leader_and_dispatcher_release() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    command = c.ReleaseWorkItem(trade.item_id("N1"))

    assert trade.refused(NotClaimant, command, trade.actor("Zhao")).claimant == "Li"
    trade.done(command, trade.actor("Wang"))
    trade.claim("Li", "N1")
    trade.done(command, make.DISPATCHER)
    assert "OPEN" in trade.refused(NotReleasable, command, make.DISPATCHER).message


def test_on_site_only_the_leader_takes_an_item_away() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.start("N1")
    command = c.ReleaseWorkItem(trade.item_id("N1"))

    trade.refused(NotReleasable, command, trade.actor("Li"))
    trade.done(command, trade.actor("Wang"))

    assert trade.item("N1").state is WorkItemState.OPEN


def test_a_claimant_who_leaves_or_is_disabled_frees_what_is_open_and_history_stays() -> None:
    trade = pair()
    trade.claim("Li", "N1", "N2")
    trade.receipt("N2")
    trade.world = make.with_members(trade.world, make.member("Li", "jinshui", active=False))

    trade.refresh()

    assert (trade.item("N1").state, trade.item("N1").claimant) == (WorkItemState.OPEN, None)
    assert trade.item("N2").claimant == "Li"
    assert any(event.kind is UpdateKind.ITEM_CLAIMED for _, event in trade.events)


def test_a_claimant_who_changes_the_crew_frees_what_is_open() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.world = make.with_members(trade.world, make.member("Li", "erqi"))

    trade.refresh()

    assert trade.item("N1").claimant is None


# hand-over


def test_a_hand_over_is_offered_and_accepted_and_the_first_contact_moves_with_the_line() -> None:
    trade = pair()
    trade.claim("Li", "N1")

    refs = trade.done(offered(trade, "N1", "Zhao"), trade.actor("Li"))
    assert not refs.handed_over
    assert (trade.item("N1").claimant, trade.item("N1").offered_to) == ("Li", "Zhao")
    trade.done(c.AcceptHandOver(trade.item_id("N1")), trade.actor("Zhao"))

    assert (trade.item("N1").claimant, trade.item("N1").offered_to) == ("Zhao", None)
    assert trade.first_contact("N1") == "Zhao"
    assert trade.kinds() == [UpdateKind.ITEM_HANDED_OVER, UpdateKind.FIRST_CONTACT_CHANGED]


def test_a_new_offer_replaces_the_last_and_the_same_again_changes_nothing() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.done(offered(trade, "N1", "Zhao"), trade.actor("Li"))

    trade.done(offered(trade, "N1", "Zhao"), trade.actor("Li"))
    assert trade.kinds() == []
    trade.done(offered(trade, "N1", "Wang"), trade.actor("Wang"))

    trade.refused(NoOffer, c.AcceptHandOver(trade.item_id("N1")), trade.actor("Zhao"))


def test_leader_and_dispatcher_hand_over_by_force() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.refused(NotReleasable, offered(trade, "N1", "Zhao", force=True), trade.actor("Li"))

    assert trade.done(offered(trade, "N1", "Zhao", force=True), trade.actor("Wang")).handed_over
    assert trade.done(offered(trade, "N1", "Li", force=True)).handed_over

    assert trade.item("N1").claimant == "Li"


def test_an_item_is_handed_only_to_an_active_member_of_its_crew() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.world = make.with_members(trade.world, make.member("Zhao", "jinshui", active=False))

    for name in ("Sun", "Zhao", "Nobody"):
        assert trade.refused(NotInCrew, offered(trade, "N1", name), trade.actor("Li")).crew == "jinshui"


def test_what_is_not_claimed_or_theirs_already_is_not_handed_over() -> None:
    trade = pair()

    trade.refused(NotClaimant, offered(trade, "N1", "Zhao"), trade.actor("Li"))
    trade.refused(NotReleasable, offered(trade, "N1", "Zhao"), trade.actor("Wang"))
    trade.claim("Li", "N1")
    trade.refused(NotReleasable, offered(trade, "N1", "Li"), trade.actor("Li"))


def test_an_offer_ends_with_the_receipt_and_a_receipt_with_the_hand_over() -> None:
    trade = pair()
    trade.claim("Li", "N1", "N2")
    for number in ("N1", "N2"):
        trade.done(offered(trade, number, "Zhao"), trade.actor("Li"))

    trade.receipt("N1")
    trade.refused(NoOffer, c.AcceptHandOver(trade.item_id("N1")), trade.actor("Zhao"))
    trade.done(c.AcceptHandOver(trade.item_id("N2")), trade.actor("Zhao"))

    late = c.SubmitReceipt(trade.item_id("N2"), evidence=make.evidence(trade.item("N2")))
    assert trade.refused(NotClaimant, late, trade.actor("Li")).claimant == "Zhao"


def test_who_changed_the_crew_cannot_take_an_offer_of_the_old_one() -> None:
    trade = Trade()
    orders = make.fused_orders(make.order("N1"), make.order("N2", address=make.COLLEGE_ROAD))
    trade.intake(*orders)
    trade.claim("Li", "N1")
    trade.done(offered(trade, "N1", "Zhao"), trade.actor("Li"))
    trade.world = make.with_members(trade.world, make.member("Zhao", "erqi"))

    trade.refused(NoOffer, c.AcceptHandOver(trade.item_id("N1")), trade.actor("Zhao"))


# first contact


def test_of_two_lines_the_better_rank_leads_and_of_one_rank_the_earlier() -> None:
    trade = Trade()
    first, second, third = make.fused_orders(
        make.order("B1"), make.order("A2"), make.order("L3", "INTERNET_LINE")
    )
    trade.intake(first)
    trade.now = trade.now.replace(minute=1)
    trade.intake(second, third)

    trade.claim("Zhao", "A2")
    trade.claim("Wang", "B1")
    assert trade.first_contact("B1") is None
    trade.claim("Li", "L3")
    assert trade.first_contact("B1") == "Li"
    trade.done(c.CancelOrder(OrderNumber("L3"), "not wanted"), make.UPSTREAM)

    assert trade.first_contact("B1") == "Wang"
    assert UpdateKind.FIRST_CONTACT_CHANGED in trade.kinds()


def test_without_a_line_the_earliest_claimant_leads() -> None:
    trade = Trade()
    trade.intake(*make.fused_orders(make.order("C1", "CAMERA"), make.order("C2", "CLOUD_VIDEO")))
    assert group_contact(trade.group()) is None

    trade.claim("Zhao", "C2")
    trade.now = trade.now.replace(minute=1)
    trade.claim("Li", "C1")

    assert trade.first_contact("C1") == "Zhao"
    contact = group_contact(trade.group())
    assert contact is not None
    assert contact.reason == "claimed first (C2); no line in this visit"


def test_a_returned_line_leads_nothing_any_more() -> None:
    trade = pair()
    trade.claim("Li", "N1")
    trade.claim("Zhao", "N2")

    trade.done(c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.NO_RESOURCE_PORT), trade.actor("Li"))

    assert trade.first_contact("N2") == "Zhao"
    assert trade.state("N1") is OrderState.FAILED
