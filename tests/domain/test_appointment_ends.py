"""How an appointment ends: closed by a person, or with its visit (domain/appointments.py)."""

from __future__ import annotations

import pytest

from domain.access import Actor
from domain.appointments import close_appointment
from domain.commands import (
    BookAppointment,
    CloseAppointment,
    OfferHandOver,
    ReleaseWorkItem,
    ReturnWorkItem,
    StartWork,
)
from domain.groups import Group
from domain.refusals import NotBookable, NotClosable, NotFirstContact, NotFound
from domain.tasks import Appointment
from domain.values import (
    AppointmentId,
    AppointmentOutcome,
    AppointmentState,
    ReasonCode,
    RescheduleReason,
    TaskId,
    UpdateKind,
)
from tests import make

FIRST = AppointmentId("1/FK-1/t1/a1")


def booking(reason: RescheduleReason | None = None) -> BookAppointment:
    ends_at = make.AFTERNOON + make.HOUR
    return BookAppointment(TaskId("1/FK-1/t1"), make.AFTERNOON, ends_at, reschedule_reason=reason)


def closing(outcome: AppointmentOutcome = AppointmentOutcome.MISSED) -> CloseAppointment:
    return CloseAppointment(FIRST, outcome, "nobody answered the door")


def line_and_camera(**states: dict[str, str]) -> Group:
    return make.group(make.order("N1"), make.order("N2", product="CAMERA"), **states)  # type: ignore[arg-type]  # one state each


def only(group: Group) -> Appointment:
    (appointment,) = make.task_of(group).appointments
    return appointment


@pytest.mark.parametrize("outcome", list(AppointmentOutcome))
def test_closing_an_appointment_asks_for_another(outcome: AppointmentOutcome) -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    decision = make.decision(closing(outcome), group, "Li")

    closed = only(make.done(decision).group)
    assert closed.state.value == outcome.value
    assert make.kinds(decision) == [UpdateKind.APPOINTMENT_CLOSED, UpdateKind.APPOINTMENT_REQUIRED]


def test_after_a_missed_appointment_the_next_needs_no_reason() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    again = make.after(group, (closing(), "Li"), (booking(), "Li"))

    assert [a.id for a in make.task_of(again).appointments] == [FIRST, "1/FK-1/t1/a2"]


@pytest.mark.parametrize("state", [state for state in AppointmentState if state != "CONFIRMED"])
def test_only_a_confirmed_appointment_is_closed(state: AppointmentState) -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}), state=state)

    refusal = make.refused(make.decision(closing(), group, "Li"))

    assert isinstance(refusal, NotClosable)
    assert state in refusal.message


def test_who_is_not_first_contact_closes_nothing() -> None:
    group = make.with_appointment(line_and_camera(claimed={"N1": "Li", "N2": "Zhao"}))

    refusal = make.refused(make.decision(closing(), group, "Zhao"))

    assert isinstance(refusal, NotFirstContact)
    assert refusal.first_contact.member == "Li"


@pytest.mark.parametrize("closer", ["Wang", make.DISPATCHER])
def test_leader_and_dispatcher_close_for_the_first_contact(closer: Actor | str) -> None:
    group = make.with_appointment(make.group())

    assert not only(make.after(group, (closing(), closer))).active


def test_without_a_first_contact_a_member_asks_the_leader_to_close() -> None:
    group = make.with_appointment(make.group())

    refusal = make.refused(make.decision(closing(), group, "Li"))

    assert isinstance(refusal, NotClosable)
    assert "leader" in refusal.message


def test_unknown_or_hidden_appointment_is_not_found() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    for appointment in ("1/FK-1/t1/a2", "1/FK-1/t2/a1", "1"):
        command = CloseAppointment(AppointmentId(appointment), AppointmentOutcome.MISSED)
        assert isinstance(close_appointment(command, {group.id: group}, make.context()), NotFound)
    assert isinstance(make.decision(closing(), group, "Sun"), NotFound)


def test_appointment_is_under_way_when_the_first_of_the_crew_arrives() -> None:
    group = make.with_appointment(line_and_camera(claimed={"N1": "Li", "N2": "Zhao"}))

    started = make.after(group, (StartWork(make.item("N2")), "Zhao"))

    assert only(started).state is AppointmentState.IN_PROGRESS
    assert isinstance(make.decision(closing(), started, "Li"), NotClosable)
    assert isinstance(make.decision(booking(RescheduleReason.CREW), started, "Li"), NotBookable)


def test_appointment_stays_when_the_first_contact_changes() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))
    force = OfferHandOver(make.item("N1"), make.ZHAO, force=True)

    handed = make.after(group, (force, "Wang"))

    assert only(handed).active
    assert isinstance(make.decision(closing(), handed, "Li"), NotFirstContact)
    assert not only(make.after(handed, (closing(), "Zhao"))).active


def test_appointment_ends_with_the_last_item_of_its_visit() -> None:
    group = make.with_appointment(line_and_camera(claimed={"N1": "Li"}, done={"N2": "Zhao"}))
    give_back = ReturnWorkItem(make.item("N1"), ReasonCode.NO_RESOURCE_PORT)

    assert only(make.after(group, (ReleaseWorkItem(make.item("N1")), "Li"))).active
    assert only(make.after(group, (give_back, "Li"))).state is AppointmentState.COMPLETED
