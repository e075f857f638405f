"""A claimant who leaves the crew, or is disabled, gives back what was open; and small words of commands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.commands import CloseAppointment, RefreshGroup
from domain.groups import Group
from domain.ports import Outcome
from domain.values import AppointmentId, AppointmentOutcome, CrewId, GroupId, UpdateKind, WorkItemState
from domain.world import World
from tests import make


def after_refresh(group: Group, world: World) -> tuple[Group, list[UpdateKind]]:
    decision = make.decision(RefreshGroup(group.id), group, make.DISPATCHER, of=world)
    return make.done(decision).group, make.kinds(decision)


@pytest.mark.parametrize("state", ["claimed", "on_site"])
@pytest.mark.parametrize("change", [{"active": False}, {"crew": CrewId("c-elsewhere")}])
def test_open_items_of_a_claimant_who_left_go_back_to_the_crew(state: str, change: dict[str, object]) -> None:
    world = make.world()
    gone = replace(world.members[make.LI], **change)  # type: ignore[arg-type]  # fields of a member
    world = replace(world, members={**world.members, make.LI: gone})
    group = make.group(make.order("N1"), **{state: {"N1": "Li"}})  # type: ignore[arg-type]  # one of its words

    changed, kinds = after_refresh(group, world)

    assert make.item_of(changed).state is WorkItemState.OPEN
    assert make.item_of(changed).claimant is None
    assert UpdateKind.ITEM_RELEASED in kinds


def test_a_claimant_who_stays_keeps_what_was_claimed() -> None:
    group = make.group(make.order("N1"), claimed={"N1": "Li"})

    changed, kinds = after_refresh(group, make.world())

    assert make.item_of(changed).claimant == make.LI
    assert UpdateKind.ITEM_RELEASED not in kinds


def test_an_appointment_is_closed_in_the_group_that_its_id_names() -> None:
    command = CloseAppointment(AppointmentId("1/FK-1/t1/a1"), AppointmentOutcome.MISSED)

    assert command.reads.groups == {GroupId("1/FK-1")}


def test_the_group_of_an_outcome_is_the_one_that_was_changed() -> None:
    group = make.group(make.order("N1"))

    assert Outcome({group.id: group}).group is group
