"""What holds whatever a crew, its leader and a dispatcher say in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain import values as v
from domain.access import Actor
from domain.contacts import first_contact
from domain.decide import decide
from domain.decisions import Done
from domain.groups import Group
from domain.journal import Journal, evolve
from domain.progress import appointment_required, task_under_way
from domain.refusals import Refusal
from domain.tasks import HELD_BY_CLAIMANT, NEXT
from tests import make

WORLD = make.world()
CALLERS: dict[str, Actor] = {
    **{name: make.actor(name, of=WORLD) for name in ("Li", "Zhao", "Wang", "Sun")},
    "dispatcher": make.DISPATCHER,
}
NUMBERS = ("N1", "N2", "N3")
TASKS = tuple(v.TaskId(f"1/FK-1/t{n}") for n in (1, 2))
EVIDENCE: dict[str, dict[str, Any]] = {
    "N1": {"ont_serial": "Z", "access_port": "0/3/7", "photo": "p", "customer_confirmation": "c"},
    "N2": {"serial": "S", "channel_count": 4, "picture_test": True},
    "N3": {"photo": "p"},
}
START = make.group(
    make.order("N1"),
    make.order("N2", product="CAMERA"),
    make.order("N3", action="TERMINATE", address=make.ERQI_DOOR),
    of=WORLD,
)

ITEMS = st.sampled_from(NUMBERS)
MEMBERS = st.sampled_from(sorted(WORLD.members))
REASONS = st.none() | st.sampled_from(v.RescheduleReason)


def _booking(task: v.TaskId, reason: v.RescheduleReason | None) -> c.Command:
    return c.BookAppointment(task, make.AFTERNOON, make.AFTERNOON + make.HOUR, reschedule_reason=reason)


def _hold(number: str) -> c.Command:
    until = make.NOON + timedelta(days=1)
    return c.HoldWorkItem(make.item(number), v.HoldCause.BLOCKED, "no key", until)


COMMANDS: st.SearchStrategy[c.Command] = st.one_of(
    ITEMS.map(lambda n: c.ClaimWorkItem(make.item(n))),
    st.sampled_from(TASKS).map(c.ClaimTask),
    ITEMS.map(lambda n: c.ReleaseWorkItem(make.item(n))),
    st.builds(
        lambda n, to, force: c.OfferHandOver(make.item(n), to, force=force), ITEMS, MEMBERS, st.booleans()
    ),
    ITEMS.map(lambda n: c.AcceptHandOver(make.item(n))),
    ITEMS.map(lambda n: c.StartWork(make.item(n))),
    ITEMS.map(lambda n: c.SubmitReceipt(make.item(n), evidence=EVIDENCE[n])),
    ITEMS.map(lambda n: c.ReturnWorkItem(make.item(n), v.ReasonCode.DATA_WRONG)),
    ITEMS.map(_hold),
    ITEMS.map(lambda n: c.ResolveHold(v.HoldResolution.RESUME, number=v.OrderNumber(n))),
    st.builds(_booking, st.sampled_from(TASKS), REASONS),
    st.builds(
        lambda task, n, outcome: c.CloseAppointment(v.AppointmentId(f"{task}/a{n}"), outcome),
        st.sampled_from(TASKS),
        st.integers(1, 3),
        st.sampled_from(v.AppointmentOutcome),
    ),
)
TURN = "whose turn it is"
"""Most commands come from whom they concern, else hardly any would get further than the first claim."""

STEPS = st.lists(st.tuples(COMMANDS, st.sampled_from([TURN] * 5 + sorted(CALLERS))), min_size=20, max_size=60)


def speaker(group: Group, command: c.Command, name: str) -> Actor:
    """Who gives a command: the one named, or whoever the item or the visit waits for."""
    if name != TURN:
        return CALLERS[name]
    item = group.items.get(getattr(command, "item", v.ItemId("")))
    if item is None:
        contact = first_contact(group, getattr(command, "task", TASKS[0]))
        return CALLERS[contact.member if contact is not None else "dispatcher"]
    waited_for = item.offered_to if isinstance(command, c.AcceptHandOver) else item.claimant
    return CALLERS[waited_for or ("Sun" if item.number == "N3" else "Li")]


def played(steps: list[tuple[c.Command, str]]) -> list[Journal]:
    """The journals of those commands to which the rules say yes, one after the other."""
    group, journals = START, []
    for command, name in steps:
        decision = decide(command, {group.id: group}, make.context(speaker(group, command, name), of=WORLD))
        if isinstance(decision, Done):
            (journal,) = decision.journals
            journals.append(journal)
            group = journal.group
        else:
            assert isinstance(decision, Refusal)
            assert decision.message
    return journals


def moments(journals: list[Journal]) -> list[tuple[Group, Group]]:
    """The group before and after each event."""
    found = []
    for journal in journals:
        present = journal.before
        for event in journal.events:
            found.append((present, evolve(present, event)))
            present = found[-1][1]
    return found


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_group_before_with_the_events_applied_is_the_group_after(steps: list[tuple[c.Command, str]]) -> None:
    for journal in played(steps):
        present = journal.before
        for event in journal.events:
            present = evolve(present, event)
        assert present == journal.group
        revisions = [event.revision for event in journal.events]
        assert revisions == list(range(journal.before.revision + 1, journal.group.revision + 1))


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_item_takes_only_the_steps_of_its_life_and_counts_each(steps: list[tuple[c.Command, str]]) -> None:
    for before, after in moments(played(steps)):
        for item_id, old in before.items.items():
            new = after.items[item_id]
            assert new.state is old.state or new.state in NEXT[old.state]
            assert new.version == old.version + (new != old)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_item_has_one_responsible_person_of_its_own_crew_from_claim_to_end(
    steps: list[tuple[c.Command, str]],
) -> None:
    for _, group in moments(played(steps)):
        for item in group.items.values():
            assert (item.claimant is None) == (item.state is v.WorkItemState.OPEN)
            assert (item.claimed_at is None) == (item.claimant is None)
            assert item.offered_to is None or item.state in HELD_BY_CLAIMANT
            crew = group.tasks[item.task].crew
            assert {WORLD.members[m].crew for m in (item.claimant, item.offered_to) if m} <= {crew}


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_order_is_receipted_once_and_by_its_claimant(steps: list[tuple[c.Command, str]]) -> None:
    journals = played(steps)
    group = journals[-1].group if journals else START
    for item in group.items.values():
        kinds = [receipt.kind for receipt in group.orders[item.number].receipts]
        assert len(kinds) == len(set(kinds))
        receipt = group.orders[item.number].receipt(v.ReceiptKind.CONSTRUCTION)
        assert (receipt is not None) == (item.state in {v.WorkItemState.DONE, v.WorkItemState.RETURNED})
        assert receipt is None or receipt.by == item.claimant


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_change_of_a_first_contact_is_told_and_nothing_else_is(
    steps: list[tuple[c.Command, str]],
) -> None:
    for journal in played(steps):
        changed = {
            task
            for task in journal.group.tasks
            if _contact(journal.before, task) != _contact(journal.group, task)
        }
        told = [e.task for e in journal.events if e.kind is v.UpdateKind.FIRST_CONTACT_CHANGED]
        assert sorted(map(str, told)) == sorted(changed)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_visit_has_one_appointment_and_who_should_call_the_customer_can_book(
    steps: list[tuple[c.Command, str]],
) -> None:
    journals = played(steps)
    group = journals[-1].group if journals else START
    for task in group.tasks.values():
        assert sum(appointment.active for appointment in task.appointments) <= 1
        contact = first_contact(group, task.id)
        if contact is not None and appointment_required(group, task) and not task_under_way(group, task):
            by = make.context(CALLERS[contact.member], of=WORLD)
            assert isinstance(decide(_booking(task.id, None), {group.id: group}, by), Done)


def _contact(group: Group, task: v.TaskId) -> v.MemberId | None:
    contact = first_contact(group, task)
    return contact.member if contact is not None else None
