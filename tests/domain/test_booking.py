from __future__ import annotations

from datetime import timedelta

import pytest

from domain import commands as c
from domain.refusals import (
    AppointmentExists,
    FirstContactPending,
    InvalidWindow,
    NotBookable,
    NotClosable,
    NotFirstContact,
    NotFound,
)
from domain.values import (
    AppointmentId,
    AppointmentOutcome,
    AppointmentState,
    OrderNumber,
    ReasonCode,
    RescheduleReason,
    Step,
    TaskId,
    TaskState,
    UpdateKind,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def claimed() -> Trade:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Zhao", "N2")
    trade.claim("Li", "N1")
    return trade


def booking(
    trade: Trade, *, starts: float = 2, hours: float = 2, reason: RescheduleReason | None = None
) -> c.BookAppointment:
    begins = trade.now + timedelta(hours=starts)
    return c.BookAppointment(
        trade.task("N1").id, begins, begins + timedelta(hours=hours), reschedule_reason=reason
    )


def closing(trade: Trade, outcome: AppointmentOutcome, *, of: int = -1) -> c.CloseAppointment:
    return c.CloseAppointment(trade.task("N1").appointments[of].id, outcome)


def test_the_first_contact_books_one_appointment_for_the_whole_visit() -> None:
    trade = claimed()

    refs = trade.done(booking(trade), trade.actor("Li"))

    appointment = trade.task("N2").appointment
    assert appointment is not None
    assert (appointment.id, appointment.booked_by) == (refs.appointment, "Li")
    assert trade.task_state("N1") is TaskState.PLANNED
    assert trade.step("N2") is Step.APPOINTED


def test_nobody_else_calls_the_customer_but_leader_and_dispatcher_may() -> None:
    trade = claimed()

    refusal = trade.refused(NotFirstContact, booking(trade), trade.actor("Zhao"))

    assert refusal.first_contact.member == "Li"
    trade.done(booking(trade), trade.actor("Wang"))
    other = claimed()
    other.done(booking(other))
    appointment = other.task("N1").appointment
    assert appointment is not None
    assert appointment.booked_by is None


def test_while_the_line_is_unclaimed_only_leader_and_dispatcher_book() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Zhao", "N2")

    trade.refused(FirstContactPending, booking(trade), trade.actor("Zhao"))
    trade.done(booking(trade), trade.actor("Wang"))


def test_a_second_appointment_needs_a_reason_and_then_replaces_the_first() -> None:
    trade = claimed()
    first = trade.book("Li", "N1").appointment

    exists = trade.refused(AppointmentExists, booking(trade), trade.actor("Li"))
    assert exists.appointment.row.id == first
    trade.done(booking(trade, starts=24, reason=RescheduleReason.WEATHER), trade.actor("Li"))
    trade.done(booking(trade, starts=48, reason=RescheduleReason.CUSTOMER), trade.actor("Li"))

    old, _, now = trade.task("N1").appointments
    assert old.state is AppointmentState.CANCELLED
    assert (now.reschedule_count, now.reschedule_reason) == (2, RescheduleReason.CUSTOMER)
    assert now.replaces == trade.task("N1").appointments[1].id
    assert UpdateKind.APPOINTMENT_REQUIRED not in trade.kinds()


def test_a_reason_without_an_appointment_books_a_first_one() -> None:
    trade = claimed()

    trade.done(booking(trade, reason=RescheduleReason.CREW), trade.actor("Li"))

    (only,) = trade.task("N1").appointments
    assert (only.replaces, only.reschedule_reason, only.reschedule_count) == (None, None, 0)


@pytest.mark.parametrize(
    ("starts", "hours", "says"),
    [(0, 2, "in the past"), (-1, 2, "in the past"), (2, 0, "not after"), (2, 4.5, "longer than 4 hours")],
)
def test_a_window_lies_ahead_and_is_at_most_four_hours(starts: float, hours: float, says: str) -> None:
    trade = claimed()

    refusal = trade.refused(InvalidWindow, booking(trade, starts=starts, hours=hours), trade.actor("Li"))

    assert says in refusal.message


def test_a_window_of_exactly_four_hours_is_booked() -> None:
    trade = claimed()

    trade.done(booking(trade, hours=4), trade.actor("Li"))


def test_a_visit_that_has_begun_is_not_booked() -> None:
    trade = claimed()
    trade.start("N2")

    assert "begun" in trade.refused(NotBookable, booking(trade), trade.actor("Li")).message


def test_a_visit_from_which_an_item_was_returned_beforehand_is_booked_for_the_rest() -> None:
    trade = claimed()
    trade.done(c.ReturnWorkItem(trade.item_id("N2"), ReasonCode.DATA_WRONG), trade.actor("Zhao"))

    trade.done(booking(trade), trade.actor("Li"))

    assert trade.task_state("N1") is TaskState.PLANNED


def test_a_visit_that_is_over_is_not_booked() -> None:
    trade = claimed()
    trade.receipt("N1")
    trade.receipt("N2")

    assert "over" in trade.refused(NotBookable, booking(trade), trade.actor("Li")).message


def test_a_visit_of_which_nothing_is_left_is_not_booked() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    command = booking(trade)
    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    assert "no item left" in trade.refused(NotBookable, command, trade.actor("Li")).message


def test_a_held_visit_is_not_booked() -> None:
    trade = Trade()
    trade.intake(make.order("N1", district=make.JINSHUI, address=make.COLLEGE_ROAD))

    assert "DISTRICT_CONFLICT" in trade.refused(NotBookable, booking(trade)).message


def test_a_visit_that_is_not_there_or_not_theirs_is_not_found() -> None:
    trade = claimed()
    command = booking(trade)
    unknown = c.BookAppointment(TaskId("1/FK-1/t9"), command.starts_at, command.ends_at)

    trade.refused(NotFound, command, trade.actor("Sun"))
    trade.refused(NotFound, unknown, trade.actor("Li"))
    trade.refused(NotFound, c.BookAppointment(TaskId("1/FK-9/t1"), command.starts_at, command.ends_at))


def test_the_push_to_call_the_customer_comes_once_and_again_when_an_appointment_falls_through() -> None:
    trade = claimed()
    told = [event for _, event in trade.events if event.kind is UpdateKind.APPOINTMENT_REQUIRED]
    assert len(told) == 1
    trade.done(c.ReleaseWorkItem(trade.item_id("N1")), trade.actor("Li"))
    trade.claim("Zhao", "N1")
    assert UpdateKind.APPOINTMENT_REQUIRED not in trade.kinds()
    trade.book("Zhao", "N1")

    trade.done(closing(trade, AppointmentOutcome.MISSED), trade.actor("Zhao"))

    assert trade.kinds() == [UpdateKind.APPOINTMENT_CLOSED, UpdateKind.APPOINTMENT_REQUIRED]


@pytest.mark.parametrize("outcome", list(AppointmentOutcome))
def test_an_appointment_without_a_visit_is_closed_by_whose_fault_it_was(outcome: AppointmentOutcome) -> None:
    trade = claimed()
    trade.book("Li", "N1")

    trade.done(closing(trade, outcome), trade.actor("Li"))

    assert trade.task("N1").appointments[0].state == outcome.value
    assert trade.task_state("N1") is TaskState.OPEN
    again = trade.refused(NotClosable, closing(trade, outcome), trade.actor("Li"))
    assert outcome.value in again.message


def test_only_first_contact_leader_and_dispatcher_close() -> None:
    trade = claimed()
    trade.book("Li", "N1")
    command = closing(trade, AppointmentOutcome.CANCELLED)

    assert trade.refused(NotFirstContact, command, trade.actor("Zhao")).first_contact.member == "Li"
    trade.done(c.ReleaseWorkItem(trade.item_id("N1")), trade.actor("Li"))
    trade.refused(NotClosable, command, trade.actor("Zhao"))
    trade.done(command, trade.actor("Wang"))
    trade.book("Wang", "N1")
    trade.done(closing(trade, AppointmentOutcome.CANCELLED), make.DISPATCHER)


def test_an_appointment_that_is_not_there_is_not_found() -> None:
    trade = claimed()
    trade.book("Li", "N1")
    known = trade.task("N1").id

    for id_ in (f"{known}/a9", "1/FK-9/t1/a1"):
        command = c.CloseAppointment(AppointmentId(id_), AppointmentOutcome.MISSED)
        trade.refused(NotFound, command, trade.actor("Li"))


def test_work_on_site_is_the_point_of_no_return() -> None:
    trade = claimed()
    trade.book("Li", "N1")

    trade.start("N2")

    appointment = trade.task("N1").appointment
    assert appointment is not None
    assert appointment.state is AppointmentState.IN_PROGRESS
    trade.refused(NotClosable, closing(trade, AppointmentOutcome.CANCELLED), trade.actor("Li"))
    moved = booking(trade, reason=RescheduleReason.CREW)
    trade.refused(NotBookable, moved, trade.actor("Li"))
    trade.start("N1")
    assert trade.task_state("N1") is TaskState.IN_PROGRESS


def test_an_appointment_is_completed_with_the_last_item_of_its_visit() -> None:
    trade = claimed()
    trade.book("Li", "N1")
    trade.receipt("N1")
    assert trade.task("N1").appointment is not None

    trade.receipt("N2")

    assert trade.task("N1").appointments[0].state is AppointmentState.COMPLETED
    assert UpdateKind.APPOINTMENT_REQUIRED not in trade.kinds()


def test_an_appointment_stays_when_one_item_is_cancelled_and_goes_with_the_last() -> None:
    trade = claimed()
    trade.book("Li", "N1")

    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)
    assert trade.task("N2").appointment is not None
    assert trade.first_contact("N2") == "Zhao"
    trade.done(c.CancelOrder(OrderNumber("N2"), "not wanted"), make.UPSTREAM)

    assert trade.task("N2").appointments[0].state is AppointmentState.CANCELLED
    assert trade.task_state("N2") is TaskState.CANCELLED


def test_an_appointment_stays_when_the_first_contact_changes() -> None:
    trade = claimed()
    trade.book("Li", "N1")

    trade.done(c.OfferHandOver(trade.item_id("N1"), "Zhao", force=True))  # type: ignore[arg-type]  # a member's id

    assert trade.first_contact("N1") == "Zhao"
    assert trade.task("N1").appointment is not None
