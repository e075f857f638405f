"""接单: claiming a work item or a whole visit, and giving an item back (domain/claims.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.access import Actor
from domain.claims import claim_task, claim_work_item
from domain.commands import ClaimTask, ClaimWorkItem, ReleaseWorkItem
from domain.decisions import Done
from domain.groups import Group
from domain.orders import Hold
from domain.refusals import AlreadyClaimed, NotClaimable, NotClaimant, NotFound, NotInCrew, NotReleasable
from domain.values import HoldCause, ItemId, TaskId, UpdateKind, WorkItemState
from tests import make

CLAIM = ClaimWorkItem(make.item("N1"))
CLAIM_VISIT = ClaimTask(TaskId("1/FK-1/t1"))
RELEASE = ReleaseWorkItem(make.item("N1"), "the van broke down")


def line_and_camera(**states: dict[str, str]) -> Group:
    return make.group(make.order("N1"), make.order("N2", product="CAMERA"), **states)  # type: ignore[arg-type]  # one state each


def test_any_member_of_the_districts_crew_claims_an_item() -> None:
    group = make.group()

    journal = make.done(make.decision(CLAIM, group, "Zhao"))

    item = make.item_of(journal.group)
    assert (item.state, item.claimant, item.claimed_at) == (WorkItemState.CLAIMED, "Zhao", make.NOON)
    assert item.version == make.item_of(group).version + 1
    assert journal.events[0].kind is UpdateKind.ITEM_CLAIMED
    assert journal.events[0].detail == {"claimant": "Zhao"}
    assert (journal.events[0].item, journal.events[0].task) == (item.id, "1/FK-1/t1")


def test_second_claimer_learns_who_holds_the_item_and_since_when() -> None:
    group = make.group(claimed={"N1": "Zhao"})

    refusal = make.refused(make.decision(CLAIM, group, "Li"))

    assert isinstance(refusal, AlreadyClaimed)
    assert (refusal.claimant, refusal.claimed_at) == ("Zhao", make.CLAIMS)
    assert refusal.code == "ALREADY_CLAIMED"


def test_item_on_site_is_claimed_already() -> None:
    group = make.group(on_site={"N1": "Zhao"})

    assert isinstance(make.decision(CLAIM, group, "Li"), AlreadyClaimed)


@pytest.mark.parametrize("state", ["claimed", "on_site"])
def test_claiming_again_what_is_mine_changes_nothing(state: str) -> None:
    group = line_and_camera(**{state: {"N1": "Li"}})

    journal = make.done(make.decision(CLAIM, group, "Li"))

    assert journal.events == []
    assert journal.group == group


def test_unknown_item_is_not_found() -> None:
    group = make.group()

    for item in ("N9/1", "N1/2", "nonsense"):
        assert isinstance(make.decision(ClaimWorkItem(ItemId(item)), group, "Li"), NotFound)
    assert isinstance(claim_work_item(CLAIM, {}, make.context("Li")), NotFound)


def test_crew_that_may_not_see_the_group_learns_no_name() -> None:
    group = make.group(claimed={"N1": "Zhao"})

    for command in (CLAIM, CLAIM_VISIT, RELEASE):
        refusal = make.refused(make.decision(command, group, "Sun"))
        assert type(refusal) is NotFound
        assert "Zhao" not in refusal.message


@pytest.mark.parametrize("state", ["claimed", "done"])
def test_crew_that_sees_the_group_is_told_whose_district_it_is_before_anything_else(state: str) -> None:
    orders = make.order("N1"), make.order("N3", product="CAMERA", address=make.ERQI_DOOR)
    group = make.group(*orders, **{state: {"N1": "Li"}})  # type: ignore[arg-type]  # one state each

    for command in (CLAIM, CLAIM_VISIT):
        refusal = make.refused(make.decision(command, group, "Sun"))
        assert refusal == NotInCrew(refusal.message, make.JINSHUI_CREW)
        assert "Li" not in refusal.message


@pytest.mark.parametrize("state", ["done", "returned"])
def test_item_that_is_over_is_not_claimable(state: str) -> None:
    group = line_and_camera(**{state: {"N1": "Zhao"}})

    assert make.decision(CLAIM, group, "Li") == NotClaimable(f"the item is {state.upper()}")


def test_cancelled_item_is_not_claimable() -> None:
    group = make.group(cancelled=["N1"])

    assert make.decision(CLAIM, group, "Li") == NotClaimable("the item is CANCELLED")


def test_item_of_a_held_visit_is_not_claimable_and_the_hold_is_named() -> None:
    group = make.group()
    hold = Hold(HoldCause.DISTRICT_CONFLICT, "code and text disagree", make.MORNING)
    held = group.holding(replace(make.task_of(group), hold=hold))

    for command in (CLAIM, CLAIM_VISIT):
        refusal = make.refused(make.decision(command, held, "Li"))
        assert isinstance(refusal, NotClaimable)
        assert "DISTRICT_CONFLICT" in refusal.message


def test_item_of_a_visit_without_a_crew_is_not_claimable() -> None:
    group = make.group(make.order("N1", address=make.CREWLESS_DOOR), make.order("N2"))

    refusal = make.refused(make.decision(CLAIM, group, "Li"))

    assert isinstance(refusal, NotClaimable)
    assert "NO_CREW" in refusal.message


def test_item_whose_crew_was_dissolved_is_not_claimable() -> None:
    group = make.group(make.order("N1"), make.order("N2", address=make.OTHER_DOOR))
    orphaned = group.holding(replace(make.task_of(group, "t1"), crew=None))

    refusal = make.refused(make.decision(CLAIM, orphaned, "Li"))

    assert isinstance(refusal, NotClaimable)
    assert "no crew" in refusal.message


def test_held_order_is_not_claimable() -> None:
    group = make.group(make.order("N1", hold=HoldCause.BLOCKED))

    refusal = make.refused(make.decision(CLAIM, group, "Li"))

    assert isinstance(refusal, NotClaimable)
    assert "BLOCKED" in refusal.message
    assert "said by the test" in refusal.message


def test_claiming_a_visit_takes_all_its_free_items_at_once() -> None:
    group = line_and_camera()

    decision = make.decision(CLAIM_VISIT, group, "Li")

    journal = make.done(decision)
    assert [item.claimant for item in journal.group.items.values()] == ["Li", "Li"]
    assert make.kinds(decision)[:2] == [UpdateKind.ITEM_CLAIMED] * 2


def test_claiming_a_visit_leaves_what_others_hold_to_them() -> None:
    group = line_and_camera(claimed={"N1": "Zhao"})

    decision = claim_task(CLAIM_VISIT, {group.id: group}, make.context("Li"))

    journal = make.done(decision)
    assert isinstance(decision, Done)
    assert decision.refs.items == (make.item("N2"),)
    assert make.item_of(journal.group, "N1").claimant == "Zhao"
    assert make.item_of(journal.group, "N2").claimant == "Li"
    assert len(journal.events) == 1


def test_claiming_a_visit_passes_over_what_is_held_or_over() -> None:
    orders = make.order("N1", hold=HoldCause.BLOCKED), make.order("N2"), make.order("N3")
    group = make.group(*orders, done={"N3": "Zhao"})

    journal = make.done(make.decision(CLAIM_VISIT, group, "Li"))

    states = {item.number: item.state for item in journal.group.items.values()}
    assert states == {
        "N1": WorkItemState.OPEN,
        "N2": WorkItemState.CLAIMED,
        "N3": WorkItemState.DONE,
    }


def test_claiming_a_visit_that_is_mine_already_changes_nothing() -> None:
    group = line_and_camera(claimed={"N1": "Li", "N2": "Li"})

    assert make.done(make.decision(CLAIM_VISIT, group, "Li")).events == []


@pytest.mark.parametrize("holders", [{"N1": "Zhao", "N2": "Zhao"}, {"N1": "Zhao", "N2": "Li"}])
def test_claiming_a_visit_with_nothing_free_names_who_holds_it(holders: dict[str, str]) -> None:
    group = line_and_camera(claimed=holders)

    refusal = make.refused(make.decision(CLAIM_VISIT, group, "Li"))

    assert isinstance(refusal, AlreadyClaimed)
    assert refusal.claimant == "Zhao"


def test_name_of_a_holder_helps_more_than_a_hold() -> None:
    orders = make.order("N1", hold=HoldCause.BLOCKED), make.order("N2", product="CAMERA")
    group = make.group(*orders, claimed={"N2": "Zhao"})

    assert isinstance(make.decision(CLAIM_VISIT, group, "Li"), AlreadyClaimed)


def test_visit_whose_rest_is_over_stays_mine() -> None:
    group = line_and_camera(claimed={"N1": "Li"}, done={"N2": "Zhao"})

    assert make.done(make.decision(CLAIM_VISIT, group, "Li")).events == []


def test_visit_that_was_merged_away_has_nothing_to_claim() -> None:
    group = make.group()
    emptied = group.holding(replace(make.task_of(group), id=TaskId("1/FK-1/t2")))

    assert isinstance(make.decision(ClaimTask(TaskId("1/FK-1/t2")), emptied, "Li"), NotClaimable)


def test_unknown_visit_is_not_found() -> None:
    group = make.group()

    assert isinstance(make.decision(ClaimTask(TaskId("1/FK-1/t7")), group, "Li"), NotFound)
    assert isinstance(claim_task(CLAIM_VISIT, {}, make.context("Li")), NotFound)


def test_claimant_gives_an_item_back() -> None:
    group = make.group(claimed={"N1": "Li"})

    journal = make.done(make.decision(RELEASE, group, "Li"))

    item = make.item_of(journal.group)
    assert (item.state, item.claimant, item.claimed_at) == (WorkItemState.OPEN, None, None)
    assert item.version == make.item_of(group).version + 1
    assert journal.events[0].kind is UpdateKind.ITEM_RELEASED
    assert journal.events[0].detail == {"claimant": "Li"}


def test_reason_of_a_release_stays_out_of_the_log() -> None:
    decision = make.decision(RELEASE, make.group(claimed={"N1": "Li"}), "Li")

    assert "van" not in repr(make.done(decision).events)


@pytest.mark.parametrize("revoker", ["Wang", make.DISPATCHER])
@pytest.mark.parametrize("state", ["claimed", "on_site"])
def test_leader_and_dispatcher_revoke_a_claim_even_on_site(state: str, revoker: Actor | str) -> None:
    group = line_and_camera(**{state: {"N1": "Li"}})

    journal = make.done(make.decision(RELEASE, group, revoker))

    assert make.item_of(journal.group).state is WorkItemState.OPEN


def test_claimant_on_site_does_not_walk_away() -> None:
    group = make.group(on_site={"N1": "Li"})

    assert isinstance(make.decision(RELEASE, group, "Li"), NotReleasable)


def test_others_do_not_give_back_what_is_not_theirs() -> None:
    group = make.group(claimed={"N1": "Li"})

    refusal = make.refused(make.decision(RELEASE, group, "Zhao"))

    assert refusal == NotClaimant(refusal.message, make.LI)


def test_leader_of_another_crew_revokes_nothing() -> None:
    world = make.world()
    orders = make.order("N1"), make.order("N3", address=make.ERQI_DOOR)
    group = make.group(*orders, claimed={"N1": "Li"})

    assert isinstance(make.decision(RELEASE, group, "Sun", of=world), NotClaimant)


def test_free_item_has_nobody_to_give_it_back() -> None:
    group = make.group()

    assert isinstance(make.decision(RELEASE, group, "Li"), NotClaimant)
    refusal = make.refused(make.decision(RELEASE, group, make.DISPATCHER))
    assert isinstance(refusal, NotReleasable)
    assert "OPEN" in refusal.message


@pytest.mark.parametrize("state", ["done", "returned"])
def test_item_that_is_over_is_not_given_back(state: str) -> None:
    group = line_and_camera(**{state: {"N1": "Li"}})

    assert isinstance(make.decision(RELEASE, group, "Li"), NotReleasable)
