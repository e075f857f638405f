"""What a crew sends: claims, appointments, work, receipts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain import commands, values
from domain.values import AppointmentId, ItemId, MemberId, TaskId
from schema.described import described
from schema.ids import own_id
from schema.repeats import Repeatable


@described
@strawberry.input
class ClaimTaskInput(Repeatable):
    """接单 of a whole visit."""

    task_id: strawberry.ID
    """`Task.id`."""

    def to_command(self) -> commands.ClaimTask:
        """The command."""
        return commands.ClaimTask(own_id("Task", TaskId, self.task_id))


@described
@strawberry.input
class ClaimWorkItemInput(Repeatable):
    """接单 of one work item."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    def to_command(self) -> commands.ClaimWorkItem:
        """The command."""
        return commands.ClaimWorkItem(own_id("WorkItem", ItemId, self.item_id))


@described
@strawberry.input
class ReleaseWorkItemInput(Repeatable):
    """A work item goes back to the crew."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    reason: str | None = None
    """Why, for the others."""

    def to_command(self) -> commands.ReleaseWorkItem:
        """The command."""
        return commands.ReleaseWorkItem(own_id("WorkItem", ItemId, self.item_id), self.reason)


@described
@strawberry.input
class OfferHandOverInput(Repeatable):
    """A work item is offered to another member of the crew, or with force handed over."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    to_member_id: strawberry.ID
    """`Member.id` of who shall take it."""

    note: str | None = None
    """A word to that person."""

    force: bool | None = False
    """true: handed over at once, without being accepted. For the crew's leader and the dispatcher."""

    def to_command(self) -> commands.OfferHandOver:
        """The command."""
        item = own_id("WorkItem", ItemId, self.item_id)
        return commands.OfferHandOver(
            item, own_id("Member", MemberId, self.to_member_id), self.note, bool(self.force)
        )


@described
@strawberry.input
class AcceptHandOverInput(Repeatable):
    """The member to whom a work item is offered takes it."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    def to_command(self) -> commands.AcceptHandOver:
        """The command."""
        return commands.AcceptHandOver(own_id("WorkItem", ItemId, self.item_id))


@described
@strawberry.input
class BookAppointmentInput(Repeatable):
    """When the crew meets the customer."""

    task_id: strawberry.ID
    """`Task.id`."""

    starts_at: datetime
    """When the window begins; in the future."""

    ends_at: datetime
    """When the window ends; behind its begin, at most four hours."""

    note: str | None = None
    """What was agreed besides the time."""

    reschedule_reason: values.RescheduleReason | None = None
    """Why the active appointment is replaced; without it an active one is APPOINTMENT_EXISTS."""

    def to_command(self) -> commands.BookAppointment:
        """The command."""
        task = own_id("Task", TaskId, self.task_id)
        return commands.BookAppointment(task, self.starts_at, self.ends_at, self.note, self.reschedule_reason)


@described
@strawberry.input
class CloseAppointmentInput(Repeatable):
    """An appointment ends without a visit."""

    appointment_id: strawberry.ID
    """`Appointment.id`."""

    outcome: values.AppointmentOutcome
    """Called off, missed by us, or failed by the customer."""

    reason: str | None = None
    """What happened."""

    def to_command(self) -> commands.CloseAppointment:
        """The command."""
        appointment = own_id("Appointment", AppointmentId, self.appointment_id)
        return commands.CloseAppointment(appointment, self.outcome, self.reason)


@described
@strawberry.input
class StartWorkInput(Repeatable):
    """The claimant is on site."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    def to_command(self) -> commands.StartWork:
        """The command."""
        return commands.StartWork(own_id("WorkItem", ItemId, self.item_id))


@described
@strawberry.input
class RecoveryInput:
    """What became of one installed device."""

    serial: str
    """Its serial number."""

    outcome: values.RecoveryOutcome
    """What became of it."""

    note: str | None = None
    """Required unless it was recovered, and for a device that upstream did not name."""

    def recovered(self) -> commands.Recovered:
        """For the rules."""
        return commands.Recovered(self.serial, self.outcome, self.note)


@described
@strawberry.input
class ItemReceiptInput:
    """回单 of one work item."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    expected_version: int | None = None
    """`WorkItem.version` as the client saw it; another one is STALE_VERSION. Absent: not compared."""

    evidence: JSON | None = None
    """An object by the names in `WorkItem.evidence`. Example: `{"ont_serial": "HWTC1234", "access_port":
    "0/3/7"}`."""

    recovery: list[RecoveryInput] | None = None
    """Of TERMINATE: what became of the devices."""

    note: str | None = None
    """A word to upstream."""

    occurred_at: datetime | None = None
    """When it was done, for a receipt written offline; absent: now."""

    def to_command(self) -> commands.SubmitReceipt:
        """The command."""
        evidence: Any = self.evidence
        return commands.SubmitReceipt(
            item=own_id("WorkItem", ItemId, self.item_id),
            expected_version=self.expected_version,
            evidence=evidence if isinstance(evidence, Mapping) else {},
            recovery=tuple(line.recovered() for line in self.recovery or ()),
            note=self.note,
            occurred_at=self.occurred_at,
        )


@described
@strawberry.input
class SubmitReceiptInput(Repeatable):
    """合单回单: one form for several work items.

    Each makes a receipt of its own, and one that is refused stops no other.
    """

    items: list[ItemReceiptInput]
    """1 to 200 work items; each is answered by itself, in this order."""


@described
@strawberry.input
class HoldWorkItemInput(Repeatable):
    """A claimed work item cannot go on. Never of SUSPEND and TERMINATE."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    cause: values.HoldCause
    """CUSTOMER_POSTPONED or BLOCKED."""

    reason: str
    """What stops it."""

    until: datetime | None = None
    """When it goes on by itself; absent: when the dispatcher says so."""

    def to_command(self) -> commands.HoldWorkItem:
        """The command."""
        return commands.HoldWorkItem(
            own_id("WorkItem", ItemId, self.item_id), self.cause, self.reason, self.until
        )


@described
@strawberry.input
class ReturnWorkItemInput(Repeatable):
    """退单: a work item is given back upstream. Of SURVEY and ACTIVATION alone."""

    item_id: strawberry.ID
    """`WorkItem.id`."""

    reason: values.ReasonCode
    """Why."""

    note: str | None = None
    """More about it; required for OTHER."""

    def to_command(self) -> commands.ReturnWorkItem:
        """The command."""
        return commands.ReturnWorkItem(own_id("WorkItem", ItemId, self.item_id), self.reason, self.note)
