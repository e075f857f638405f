"""预约: one appointment per visit, booked by its first contact (domain/appointments.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.access import Actor
from domain.appointments import book_appointment
from domain.commands import (
    BookAppointment,
)
from domain.groups import Group
from domain.orders import Hold
from domain.refusals import (
    AppointmentExists,
    FirstContactPending,
    InvalidWindow,
    NotBookable,
    NotFirstContact,
    NotFound,
)
from domain.tasks import Appointment
from domain.values import (
    AppointmentId,
    AppointmentState,
    HoldCause,
    RescheduleReason,
    TaskId,
    UpdateKind,
)
from domain.world import Policy
from tests import make

VISIT = TaskId("1/FK-1/t1")
FIRST = AppointmentId("1/FK-1/t1/a1")


def booking(
    starts_at: datetime = make.AFTERNOON,
    window: timedelta = make.HOUR,
    reason: RescheduleReason | None = None,
    note: str | None = None,
) -> BookAppointment:
    return BookAppointment(VISIT, starts_at, starts_at + window, note, reason)


def line_and_camera(**states: dict[str, str]) -> Group:
    return make.group(make.order("N1"), make.order("N2", product="CAMERA"), **states)  # type: ignore[arg-type]  # one state each


def only(group: Group) -> Appointment:
    (appointment,) = make.task_of(group).appointments
    return appointment


def test_first_contact_books_the_customer() -> None:
    group = line_and_camera(claimed={"N1": "Li"})

    decision = make.decision(booking(note="ring twice"), group, "Li")

    booked = only(make.done(decision).group)
    assert booked.id == FIRST
    assert (booked.starts_at, booked.ends_at) == (make.AFTERNOON, make.AFTERNOON + make.HOUR)
    assert (booked.state, booked.booked_by, booked.note) == (AppointmentState.CONFIRMED, "Li", "ring twice")
    assert make.kinds(decision) == [UpdateKind.APPOINTMENT_CONFIRMED]
    assert make.done(decision).events[0].detail == {"appointment": FIRST}


def test_visit_version_grows_with_its_appointment() -> None:
    group = make.group(claimed={"N1": "Li"})

    booked = make.after(group, (booking(), "Li"))

    assert make.task_of(booked).version == make.task_of(group).version + 1


def test_booking_waits_until_somebody_claims_the_line() -> None:
    group = line_and_camera(claimed={"N2": "Zhao"})

    refusal = make.refused(make.decision(booking(), group, "Zhao"))

    assert isinstance(refusal, FirstContactPending)
    assert refusal.waits_for.id == "N1/1"


def test_booking_without_any_claim_waits_for_the_first_item() -> None:
    group = make.group(make.order("N1", product="CAMERA"))

    refusal = make.refused(make.decision(booking(), group, "Li"))

    assert isinstance(refusal, FirstContactPending)
    assert refusal.waits_for.id == "N1/1"


def test_who_is_not_first_contact_learns_who_is() -> None:
    group = line_and_camera(claimed={"N1": "Li", "N2": "Zhao"})

    refusal = make.refused(make.decision(booking(), group, "Zhao"))

    assert isinstance(refusal, NotFirstContact)
    assert refusal.first_contact.member == "Li"


@pytest.mark.parametrize(("booker", "recorded"), [("Wang", "Wang"), (make.DISPATCHER, None)])
def test_leader_and_dispatcher_book_before_there_is_a_first_contact(
    booker: Actor | str, recorded: str | None
) -> None:
    booked = make.after(line_and_camera(), (booking(), booker))

    assert only(booked).booked_by == recorded


def test_visit_which_the_caller_may_not_see_is_not_found() -> None:
    group = make.group(claimed={"N1": "Li"})

    for by in ("Sun", "Li"):
        refusal = book_appointment(
            replace(booking(), task=TaskId("1/FK-1/t9")), {group.id: group}, make.context(by)
        )
        assert isinstance(refusal, NotFound)
    assert isinstance(make.decision(booking(), group, "Sun"), NotFound)
    assert isinstance(book_appointment(booking(), {}, make.context()), NotFound)


def test_held_visit_is_not_bookable() -> None:
    group = make.group(claimed={"N1": "Li"})
    hold = Hold(HoldCause.DISTRICT_CONFLICT, "code and text disagree", make.MORNING)
    held = group.holding(replace(make.task_of(group), hold=hold))

    refusal = make.refused(make.decision(booking(), held, "Li"))

    assert isinstance(refusal, NotBookable)
    assert "DISTRICT_CONFLICT" in refusal.message


def test_who_may_call_is_told_before_whether_there_is_anything_to_book() -> None:
    hold = Hold(HoldCause.DISTRICT_CONFLICT, "code and text disagree", make.MORNING)
    free = make.group()
    held = free.holding(replace(make.task_of(free), hold=hold))
    on_site = line_and_camera(claimed={"N1": "Li"}, on_site={"N2": "Zhao"})

    assert isinstance(make.decision(booking(), held, "Li"), FirstContactPending)
    assert isinstance(make.decision(booking(), on_site, "Zhao"), NotFirstContact)


def test_visit_on_site_is_not_bookable() -> None:
    group = line_and_camera(on_site={"N2": "Zhao"}, claimed={"N1": "Li"})

    assert isinstance(make.decision(booking(), group, "Li"), NotBookable)


def test_visit_that_is_over_is_not_bookable() -> None:
    group = make.group(done={"N1": "Li"})

    assert make.decision(booking(), group, "Li") == NotBookable("the visit is over")


def test_visit_with_nothing_left_is_not_bookable() -> None:
    assert isinstance(make.decision(booking(), make.group(cancelled=["N1"]), "Li"), NotBookable)


@pytest.mark.parametrize("state", ["done", "returned"])
def test_what_is_left_of_a_visit_can_still_be_booked(state: str) -> None:
    """Else the first contact would be told to call the customer and refused when he did."""
    group = line_and_camera(claimed={"N1": "Li"}, **{state: {"N2": "Zhao"}})

    assert only(make.after(group, (booking(), "Li"))).active


def test_second_appointment_needs_a_reason() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    refusal = make.refused(make.decision(booking(), group, "Li"))

    assert isinstance(refusal, AppointmentExists)
    assert refusal.appointment.id == FIRST


def test_existing_appointment_is_told_before_a_wrong_window() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    assert isinstance(make.decision(booking(make.MORNING), group, "Li"), AppointmentExists)


@pytest.mark.parametrize(
    ("starts_at", "window", "says"),
    [
        (make.MORNING, make.HOUR, "past"),
        (make.NOON, make.HOUR, "past"),
        (make.AFTERNOON, timedelta(), "not after"),
        (make.AFTERNOON, -make.HOUR, "not after"),
        (make.AFTERNOON, timedelta(hours=4, seconds=1), "longer than 4 hours"),
    ],
)
def test_wrong_window_is_refused_with_what_is_wrong(
    starts_at: datetime, window: timedelta, says: str
) -> None:
    group = make.group(claimed={"N1": "Li"})

    refusal = make.refused(make.decision(booking(starts_at, window), group, "Li"))

    assert isinstance(refusal, InvalidWindow)
    assert says in refusal.message


def test_longest_window_is_a_setting() -> None:
    group = make.group(claimed={"N1": "Li"})
    patient = make.world(policy=Policy(longest_window=timedelta(hours=8)))

    assert only(make.after(group, (booking(window=timedelta(hours=4)), "Li"))).active
    assert only(make.after(group, (booking(window=timedelta(hours=8)), "Li"), of=patient)).active


def test_rescheduling_cancels_the_old_and_links_the_new() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))
    tomorrow = booking(make.AFTERNOON + timedelta(days=1), reason=RescheduleReason.WEATHER)

    decision = make.decision(tomorrow, group, "Li")

    old, new = make.task_of(make.done(decision).group).appointments
    assert old.state is AppointmentState.CANCELLED
    assert (new.state, new.replaces, new.reschedule_reason) == (
        AppointmentState.CONFIRMED,
        FIRST,
        RescheduleReason.WEATHER,
    )
    assert new.reschedule_count == 1
    assert make.kinds(decision) == [UpdateKind.APPOINTMENT_CLOSED, UpdateKind.APPOINTMENT_CONFIRMED]


def test_each_rescheduling_is_counted() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))
    again = booking(reason=RescheduleReason.CUSTOMER)

    twice = make.after(group, (again, "Li"), (again, "Li"))

    states = [a.state for a in make.task_of(twice).appointments]
    assert states == [AppointmentState.CANCELLED, AppointmentState.CANCELLED, AppointmentState.CONFIRMED]
    assert make.task_of(twice).appointments[-1].reschedule_count == 2


def test_wrong_window_leaves_the_old_appointment_alone() -> None:
    group = make.with_appointment(make.group(claimed={"N1": "Li"}))

    refusal = make.decision(booking(make.MORNING, reason=RescheduleReason.CREW), group, "Li")

    assert isinstance(refusal, InvalidWindow)


def test_reason_without_an_appointment_is_a_first_booking() -> None:
    booked = make.after(make.group(claimed={"N1": "Li"}), (booking(reason=RescheduleReason.CREW), "Li"))

    assert (only(booked).reschedule_reason, only(booked).replaces) == (None, None)
