"""What follows from a command, found by comparing the group before and after: nobody has to remember it.

Verdict of the construction, stale checks, completion notices, ends of appointments, first contacts and the
group's own end. Each is a fact of the group as it now is, so it holds whichever rule brought it about.
"""

from __future__ import annotations

from dataclasses import replace

from domain import subtasks
from domain.closing import close_order
from domain.contacts import first_contact
from domain.journal import Journal
from domain.orders import Order, SubTask
from domain.progress import appointment_required, is_stale, task_open
from domain.subtasks import CLOSED
from domain.tasks import Task
from domain.values import (
    AppointmentState,
    OrderNumber,
    ReasonCode,
    ReceiptKind,
    ReceiptOutcome,
    SubTaskKind,
    UpdateKind,
    Verdict,
    WorkItemState,
)


def conclude(journal: Journal) -> None:
    """Write down everything that follows from what the journal holds; nothing when it is empty."""
    if not journal.events:
        return
    for number in sorted(journal.group.orders):
        _settle_order(journal, number)
    for task in list(journal.group.tasks.values()):
        _settle_appointment(journal, task)
        _tell_first_contact(journal, journal.group.tasks[task.id])
    _settle_group(journal)


def _settle_order(journal: Journal, number: OrderNumber) -> None:
    if journal.group.orders[number].final or journal.group.orders[number].dispatched_at is None:
        return
    _settle_construction(journal, number)
    _renew_check(journal, number)
    order = journal.group.orders[number]
    if order.cancellation is None:
        _close(journal, order)


def _settle_construction(journal: Journal, number: OrderNumber) -> None:
    """CONSTRUCTION's verdict comes from the work item (3.4)."""
    order = journal.group.orders[number]
    item, part = journal.group.item_of(order), order.sub_task(SubTaskKind.CONSTRUCTION)
    if item is None or not part.applies:
        return
    verdict = {WorkItemState.DONE: Verdict.SUCCEEDED, WorkItemState.RETURNED: Verdict.FAILED}.get(item.state)
    if verdict is not None and part.verdict is not verdict:
        subtasks.settle(journal, number, SubTaskKind.CONSTRUCTION, verdict)


def _renew_check(journal: Journal, number: OrderNumber) -> None:
    """A check that is older than what it checked is measured again; an inconclusive one gets its chance (D16)."""
    order = journal.group.orders[number]
    check = order.sub_task(SubTaskKind.QUALITY_CHECK)
    if is_stale(journal.group, order, check) or (
        check.verdict is Verdict.INCONCLUSIVE and _grew(journal, order, check.settled)
    ):
        calm = subtasks.calmed(order, SubTaskKind.QUALITY_CHECK)
        subtasks.begin_attempt(journal, calm, SubTaskKind.QUALITY_CHECK)


def _grew(journal: Journal, order: Order, since: int) -> bool:
    """Whether activation or construction succeeded after that revision."""
    activation, item = order.sub_task(SubTaskKind.ACTIVATION), journal.group.item_of(order)
    activated = activation.settled if activation.verdict is Verdict.SUCCEEDED else 0
    return max(activated, item.done if item is not None else 0) > since


def _close(journal: Journal, order: Order) -> None:
    """Completed when every applicable part succeeded; failed when the visit was returned (D10).

    An order without a visit has nobody who could accept a part of it: it fails when all of it is over and not all good.
    """
    parts = [part for part in order.sub_tasks if part.applies]
    if all(part.verdict is Verdict.SUCCEEDED for part in parts):
        close_order(journal, order, ReceiptOutcome.SUCCEEDED)
    elif order.sub_task(SubTaskKind.CONSTRUCTION).verdict is Verdict.FAILED and not order.unrefusable:
        returned = order.receipt(ReceiptKind.CONSTRUCTION)
        reason = returned.reason if returned is not None else None
        close_order(journal, order, ReceiptOutcome.FAILED, reason=reason)
    elif all(_is_over(part) for part in parts) and not order.unrefusable and _has_no_visit(order):
        activation = order.sub_task(SubTaskKind.ACTIVATION)
        failed = (
            ReasonCode.ACTIVATION_FAILED if activation.verdict is Verdict.FAILED else ReasonCode.CHECK_FAILED
        )
        close_order(journal, order, ReceiptOutcome.FAILED, reason=failed)


def _is_over(part: SubTask) -> bool:
    """Whether nothing more comes of it by itself: it has its verdict, and no repair waits for a word."""
    return (
        part.verdict in {Verdict.SUCCEEDED, Verdict.FAILED} and part.execution in CLOSED and not part.proposal
    )


def _has_no_visit(order: Order) -> bool:
    return not order.sub_task(SubTaskKind.CONSTRUCTION).applies


def _settle_appointment(journal: Journal, task: Task) -> None:
    """An appointment ends with the last item of its visit: completed, or cancelled when all of them were."""
    appointment = task.appointment
    if appointment is None or task_open(journal.group, task):
        return
    items = journal.group.items_of(task.id)
    visited = any(item.state is not WorkItemState.CANCELLED for item in items)
    state = AppointmentState.COMPLETED if visited else AppointmentState.CANCELLED
    ended = tuple(replace(a, state=state) if a.id == appointment.id else a for a in task.appointments)
    changed = replace(task, appointments=ended, version=task.version + 1)
    journal.write(
        UpdateKind.APPOINTMENT_CLOSED, changed, task=task.id, appointment=appointment.id, state=state
    )


def _tell_first_contact(journal: Journal, task: Task) -> None:
    """A new first contact is told, and once told to call the customer; again when an appointment fell through."""
    before = first_contact(journal.before, task.id) if task.id in journal.before.tasks else None
    after = first_contact(journal.group, task.id)
    was, now = before.member if before else None, after.member if after else None
    if was != now:
        journal.write(UpdateKind.FIRST_CONTACT_CHANGED, task=task.id, was=was, now=now)
    if not appointment_required(journal.group, task):
        return
    earlier = journal.before.tasks.get(task.id)
    fell_through = earlier is not None and earlier.appointment is not None
    if fell_through or (now is not None and not task.contacted):
        told = replace(task, contacted=task.contacted or now is not None)
        journal.write(UpdateKind.APPOINTMENT_REQUIRED, told, task=task.id, first_contact=now)


def _settle_group(journal: Journal) -> None:
    group = journal.group
    if group.closed_at is None and all(order.final for order in group.orders.values()):
        facts = {"closed_at": journal.now, "jeopardy": None, "hold": None}
        journal.write(UpdateKind.GROUP_CLOSED, facts=facts, orders=len(group.orders))
