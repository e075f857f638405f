"""Handing an item over: offered and accepted, or by the word of a leader or dispatcher (domain/claims.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.access import Actor
from domain.commands import AcceptHandOver, OfferHandOver, ReleaseWorkItem, StartWork
from domain.decisions import Done
from domain.refusals import NoOffer, NotClaimant, NotFound, NotInCrew, NotReleasable
from domain.values import MemberId, UpdateKind, WorkItemState
from tests import make

OFFER = OfferHandOver(make.item("N1"), make.ZHAO)
FORCE = OfferHandOver(make.item("N1"), make.ZHAO, force=True)
ACCEPT = AcceptHandOver(make.item("N1"))


def test_offer_waits_for_the_other_and_the_claimant_stays_responsible() -> None:
    group = make.group(claimed={"N1": "Li"})

    decision = make.decision(OFFER, group, "Li")

    item = make.item_of(make.done(decision).group)
    assert (item.claimant, item.offered_to, item.claimed_at) == ("Li", "Zhao", make.CLAIMS)
    assert item.version == make.item_of(group).version + 1
    assert make.kinds(decision) == [UpdateKind.HAND_OVER_OFFERED]
    assert isinstance(decision, Done)
    assert not decision.refs.handed_over


def test_accepting_makes_the_other_responsible_from_now_on() -> None:
    group = make.group(claimed={"N1": "Li"})
    offered = make.after(group, (OFFER, "Li"))

    decision = make.decision(ACCEPT, offered, "Zhao")

    item = make.item_of(make.done(decision).group)
    assert (item.state, item.claimant, item.offered_to) == (WorkItemState.CLAIMED, "Zhao", None)
    assert item.claimed_at == make.NOON
    assert item.version == make.item_of(offered).version + 1
    assert make.kinds(decision) == [UpdateKind.ITEM_HANDED_OVER, UpdateKind.FIRST_CONTACT_CHANGED]
    assert make.done(decision).events[0].detail == {"was": "Li", "now": "Zhao"}


def test_offering_again_to_the_same_person_changes_nothing() -> None:
    offered = make.after(make.group(claimed={"N1": "Li"}), (OFFER, "Li"))

    assert make.done(make.decision(OFFER, offered, "Li")).events == []


def test_new_offer_replaces_the_last() -> None:
    group = make.group(claimed={"N1": "Li"})
    to_wang = OfferHandOver(make.item("N1"), make.WANG)

    offered = make.after(group, (OFFER, "Li"), (to_wang, "Li"))

    assert isinstance(make.decision(ACCEPT, offered, "Zhao"), NoOffer)
    assert make.item_of(make.after(offered, (ACCEPT, "Wang"))).claimant == "Wang"


@pytest.mark.parametrize("withdrawal", [ReleaseWorkItem(make.item("N1")), StartWork(make.item("N1"))])
def test_offer_ends_when_the_claimant_gives_back_or_begins(withdrawal: ReleaseWorkItem | StartWork) -> None:
    offered = make.after(make.group(claimed={"N1": "Li"}), (OFFER, "Li"), (withdrawal, "Li"))

    assert isinstance(make.decision(ACCEPT, offered, "Zhao"), NoOffer)


def test_only_the_member_it_was_offered_to_accepts() -> None:
    offered = make.after(make.group(claimed={"N1": "Li"}), (OFFER, "Li"))

    assert isinstance(make.decision(ACCEPT, offered, "Wang"), NoOffer)
    assert isinstance(make.decision(ACCEPT, make.group(claimed={"N1": "Li"}), "Zhao"), NoOffer)
    assert isinstance(make.decision(ACCEPT, offered, make.DISPATCHER), NoOffer)


def test_who_changed_crews_since_the_offer_does_not_accept() -> None:
    orders = make.order("N1"), make.order("N3", address=make.ERQI_DOOR)
    offered = make.after(make.group(*orders, claimed={"N1": "Li"}), (OFFER, "Li"))
    moved = make.world(make.member("Zhao", crew=make.ERQI_CREW))

    assert isinstance(make.decision(ACCEPT, offered, "Zhao", of=moved), NoOffer)


@pytest.mark.parametrize("commander", ["Wang", make.DISPATCHER])
def test_leader_and_dispatcher_hand_over_at_once(commander: Actor | str) -> None:
    group = make.group(claimed={"N1": "Li"})

    decision = make.decision(FORCE, group, commander)

    item = make.item_of(make.done(decision).group)
    assert (item.claimant, item.claimed_at) == ("Zhao", make.NOON)
    assert isinstance(decision, Done)
    assert decision.refs.handed_over


def test_leader_takes_an_item_over_himself() -> None:
    take = OfferHandOver(make.item("N1"), make.WANG, force=True)

    taken = make.after(make.group(claimed={"N1": "Li"}), (take, "Wang"))

    assert make.item_of(taken).claimant == "Wang"


def test_leader_offers_for_an_absent_claimant() -> None:
    offered = make.after(make.group(claimed={"N1": "Li"}), (OFFER, "Wang"))

    assert make.item_of(make.after(offered, (ACCEPT, "Zhao"))).claimant == "Zhao"


def test_work_that_began_on_site_goes_on_there_with_the_new_claimant() -> None:
    handed = make.after(make.group(on_site={"N1": "Li"}), (OFFER, "Li"), (ACCEPT, "Zhao"))

    item = make.item_of(handed)
    assert (item.state, item.claimant) == (WorkItemState.ON_SITE, "Zhao")


def test_claimant_cannot_force_a_colleague() -> None:
    group = make.group(claimed={"N1": "Li"})

    refusal = make.refused(make.decision(FORCE, group, "Li"))

    assert isinstance(refusal, NotReleasable)
    assert "offer it instead" in refusal.message


def test_others_do_not_offer_what_is_not_theirs() -> None:
    group = make.group(claimed={"N1": "Li"})

    for command in (OFFER, FORCE):
        refusal = make.refused(make.decision(command, group, "Zhao"))
        assert refusal == NotClaimant(refusal.message, make.LI)


def test_offer_to_oneself_is_answered_with_a_sentence() -> None:
    group = make.group(claimed={"N1": "Li"})

    refusal = make.refused(make.decision(OfferHandOver(make.item("N1"), make.LI), group, "Li"))

    assert isinstance(refusal, NotReleasable)
    assert "another member" in refusal.message


@pytest.mark.parametrize("to", ["Sun", "Chen", "nobody"])
@pytest.mark.parametrize("force", [False, True])
def test_item_goes_only_to_an_active_member_of_the_visits_crew(to: str, *, force: bool) -> None:
    world = make.world(make.member("Chen", active=False))
    group = make.group(claimed={"N1": "Li"})

    refusal = make.refused(
        make.decision(OfferHandOver(make.item("N1"), MemberId(to), force=force), group, "Wang", of=world)
    )

    assert refusal == NotInCrew(refusal.message, make.JINSHUI_CREW)


@pytest.mark.parametrize("state", ["done", "returned"])
def test_item_that_is_over_is_not_handed_over(state: str) -> None:
    orders = make.order("N1"), make.order("N2")
    group = make.group(*orders, **{state: {"N1": "Li"}})  # type: ignore[arg-type]  # one state each

    assert isinstance(make.decision(OFFER, group, "Li"), NotReleasable)


def test_free_item_is_claimed_not_handed_over() -> None:
    assert isinstance(make.decision(FORCE, make.group(), make.DISPATCHER), NotReleasable)
    assert isinstance(make.decision(OFFER, make.group(), "Wang"), NotReleasable)
    assert isinstance(make.decision(OFFER, make.group(), "Li"), NotClaimant)


def test_hand_over_of_what_the_caller_may_not_see_is_not_found() -> None:
    group = make.group(claimed={"N1": "Li"})

    for command in (OFFER, ACCEPT):
        assert isinstance(make.decision(command, group, "Sun"), NotFound)


def test_offer_of_an_order_that_is_cancelled_is_gone() -> None:
    offered = make.after(make.group(claimed={"N1": "Li"}), (OFFER, "Li"))
    over = replace(make.item_of(offered), state=WorkItemState.CANCELLED, offered_to=None)

    assert isinstance(make.decision(ACCEPT, offered.holding(over), "Zhao"), NoOffer)


def test_handing_over_the_line_changes_the_first_contact() -> None:
    group = make.group(make.order("N1"), make.order("N2", product="CAMERA"), claimed={"N1": "Li"})

    decision = make.decision(FORCE, group, "Wang")

    assert UpdateKind.FIRST_CONTACT_CHANGED in make.kinds(decision)
