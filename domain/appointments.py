"""预约: one appointment per visit, booked by its first contact, so that the customer is called once (3.5)."""

from __future__ import annotations

from dataclasses import replace

from domain.access import may_see_group
from domain.claims import UNKNOWN_TASK, leads_visit
from domain.commands import BookAppointment, CloseAppointment, group_of, task_of
from domain.contacts import first_contact, waits_for
from domain.decisions import Decision, Done, Groups, Refs
from domain.groups import Group
from domain.journal import Context, Journal
from domain.progress import task_open, task_under_way
from domain.refusals import (
    AppointmentExists,
    FirstContactPending,
    InvalidWindow,
    NotBookable,
    NotClosable,
    NotFirstContact,
    NotFound,
    Refusal,
)
from domain.tasks import Appointment, Task
from domain.values import AppointmentId, AppointmentState, TaskId, UpdateKind
from domain.views import AppointmentView, ItemView


def book_appointment(command: BookAppointment, groups: Groups, context: Context) -> Decision:
    """Book the customer; with a reason, in the place of the active appointment."""
    found = _visible_task(command.task, groups, context)
    if found is None:
        return NotFound(UNKNOWN_TASK)
    group, task = found
    refusal = _why_not_caller(group, task, context) or _why_not_bookable(group, task, command, context)
    if refusal is not None:
        return refusal
    journal = Journal(group, context)
    booked = _book(journal, task, command)
    return Done((journal,), Refs((group.id,), task=task.id, appointment=booked.id))


def _visible_task(task: TaskId, groups: Groups, context: Context) -> tuple[Group, Task] | None:
    group = groups.get(group_of(task))
    if group is None or task not in group.tasks or not may_see_group(group, context.actor.scope):
        return None
    return group, group.tasks[task]


def _why_not_caller(group: Group, task: Task, context: Context) -> Refusal | None:
    """The first contact books; the crew's leader and a dispatcher may as well."""
    if leads_visit(task, context):
        return None
    contact = first_contact(group, task.id)
    if contact is None:
        item = waits_for(group, task.id)
        if item is None:
            return NotBookable("the visit has no item left")
        text = f"the first contact will be who claims {item.number}; nobody has yet"
        return FirstContactPending(text, ItemView(group, item))
    if contact.member != context.actor.scope.member:
        return NotFirstContact("the first contact of the visit calls the customer; call them", contact)
    return None


def _why_not_bookable(group: Group, task: Task, command: BookAppointment, context: Context) -> Refusal | None:
    if task.hold is not None:
        return NotBookable(f"the task is held ({task.hold.cause}); a dispatcher can resolve it")
    if not task_open(group, task):
        return NotBookable("the visit is over")
    if task_under_way(group, task):
        return NotBookable("the visit has begun; there is nothing to book any more")
    active = task.appointment
    if active is not None and command.reschedule_reason is None:
        text = "the visit has an appointment; give a rescheduleReason to replace it"
        return AppointmentExists(text, AppointmentView(group, task, active))
    return _why_not_window(command, context)


def _why_not_window(command: BookAppointment, context: Context) -> Refusal | None:
    if command.starts_at <= context.now:
        return InvalidWindow(
            f"startsAt lies in the past (it is {context.now:%Y-%m-%dT%H:%M:%SZ}); give a later one"
        )
    if command.ends_at <= command.starts_at:
        return InvalidWindow("endsAt is not after startsAt")
    longest = context.world.policy.longest_window
    if command.ends_at - command.starts_at > longest:
        return InvalidWindow(f"the window is longer than {longest.total_seconds() / 3600:g} hours")
    return None


def _book(journal: Journal, task: Task, command: BookAppointment) -> Appointment:
    active = task.appointment
    if active is not None:
        task = _with_state(task, active, AppointmentState.CANCELLED)
        closed = AppointmentState.CANCELLED
        journal.write(
            UpdateKind.APPOINTMENT_CLOSED,
            task,
            task=task.id,
            appointment=active.id,
            state=closed,
            rescheduled=True,
        )
    booked = Appointment(
        id=AppointmentId(f"{task.id}/a{len(task.appointments) + 1}"),
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        booked_by=journal.context.actor.scope.member,
        note=command.note,
        reschedule_reason=command.reschedule_reason if active is not None else None,
        replaces=active.id if active is not None else None,
        reschedule_count=active.reschedule_count + 1 if active is not None else 0,
    )
    changed = replace(task, appointments=(*task.appointments, booked), version=task.version + 1)
    journal.write(UpdateKind.APPOINTMENT_CONFIRMED, changed, task=task.id, appointment=booked.id)
    return booked


def _with_state(task: Task, appointment: Appointment, state: AppointmentState) -> Task:
    changed = replace(appointment, state=state)
    rows = tuple(changed if row.id == appointment.id else row for row in task.appointments)
    return replace(task, appointments=rows, version=task.version + 1)


def begun(task: Task) -> Task:
    """The visit with its active appointment under way: the point of no return."""
    active = task.appointment
    if active is None or active.state is AppointmentState.IN_PROGRESS:
        return task
    return _with_state(task, active, AppointmentState.IN_PROGRESS)


def close_appointment(command: CloseAppointment, groups: Groups, context: Context) -> Decision:
    """Close a confirmed appointment: cancelled, missed by us, or failed by the customer."""
    found = _visible_task(task_of(command.appointment), groups, context)
    rows = [a for a in found[1].appointments if a.id == command.appointment] if found is not None else []
    if found is None or not rows:
        return NotFound("there is no such appointment")
    group, task = found
    appointment = rows[0]
    contact = first_contact(group, task.id)
    mine = contact is not None and contact.member == context.actor.scope.member
    if not leads_visit(task, context) and not mine:
        if contact is None:
            return NotClosable("the visit has no first contact now; ask the crew's leader or a dispatcher")
        return NotFirstContact("the first contact of the visit closes its appointment; call them", contact)
    if appointment.state is not AppointmentState.CONFIRMED:
        return NotClosable(f"the appointment is {appointment.state}; only a CONFIRMED one is closed")
    journal = Journal(group, context)
    state = AppointmentState(command.outcome.value)
    changed = _with_state(task, appointment, state)
    journal.write(
        UpdateKind.APPOINTMENT_CLOSED, changed, task=task.id, appointment=appointment.id, state=state
    )
    return Done((journal,), Refs((group.id,), task=task.id, appointment=appointment.id))
