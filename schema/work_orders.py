"""TMF697: a visit as a work order of TM Forum's Work Order Management API, version 5.

The shape is the one that ServiceNow's documentation publishes for TMF697 v5.0, and attributes of the standard where
that page has none (``action``, ``orderDate``, ``productOrderItem``, ``contactMedium`` of a party). What the viewer may
not know is masked by the very rules of ``access`` that mask the GraphQL fields. A value that is not there is left out;
a list never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from domain import access, progress
from domain.access import ERASED, Scope
from domain.people import MemberView
from domain.values import (
    EvidenceKind,
    MemberId,
    OrderAction,
    ReceiptKind,
    TaskId,
    TaskState,
    WorkItemState,
)
from domain.views import AppointmentView, ItemView, ReceiptView, TaskView
from domain.world import World
from schema.node import encode_id, global_id
from schema.scalars import write_instant

PATH: Final = "/tmf-api/workOrderManagement/v5/workOrder"
"""Where the gateway serves work orders; ``href`` is this path and the id, relative to whatever host was asked."""

STATE: Final[Mapping[TaskState, str]] = {
    TaskState.HELD: "held",
    TaskState.OPEN: "acknowledged",
    TaskState.PLANNED: "pending",
    TaskState.IN_PROGRESS: "inProgress",
    TaskState.COMPLETED: "completed",
    TaskState.UNABLE_TO_COMPLETE: "failed",
    TaskState.PARTIAL: "partial",
    TaskState.CANCELLED: "cancelled",
}
"""The state of a visit in the words of TMF697."""

ITEM_STATE: Final[Mapping[WorkItemState, str]] = {
    WorkItemState.OPEN: "acknowledged",
    WorkItemState.CLAIMED: "pending",
    WorkItemState.ON_SITE: "inProgress",
    WorkItemState.DONE: "completed",
    WorkItemState.RETURNED: "failed",
    WorkItemState.CANCELLED: "cancelled",
}
"""The state of a work item in the same words; an open one whose order is HELD is ``held``."""

ACTION: Final[Mapping[OrderAction, str]] = {
    OrderAction.SURVEY: "noChange",
    OrderAction.ACTIVATION: "add",
    OrderAction.SUSPEND: "modify",
    OrderAction.RESUME: "modify",
    OrderAction.TERMINATE: "delete",
}
"""What becomes of the service, in the words of TMF's order items."""

_PRIORITY: Final[Mapping[str, str]] = {"AAA": "1 - Critical", "AA": "2 - High", "A": "3 - Moderate"}
_URGENT, _ORDINARY = "1 - Critical", "4 - Low"
_FINISHED: Final = frozenset({TaskState.COMPLETED, TaskState.PARTIAL, TaskState.UNABLE_TO_COMPLETE})

Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkOrderKey:
    """What a loader finds a work order by: the visit itself; in one revision of its group it is one key."""

    id: TaskId
    revision: int
    task: TaskView = field(compare=False, repr=False)


def work_order_key(task: TaskView) -> WorkOrderKey:
    """The key of a visit's work order."""
    return WorkOrderKey(task.row.id, task.in_group.revision, task)


def work_order(task: TaskView, scope: Scope, world: World) -> Part:
    """The visit as a TMF697 work order, as far as the viewer may know it; JSON values alone."""
    return _Export(task, scope, world).work_order()


def href(id_: str) -> str:
    """The path of a work order by its global id."""
    return f"{PATH}/{quote(id_, safe='')}"


@dataclass(frozen=True, slots=True)
class _Export:
    """One visit, looked at by one viewer in one world."""

    task: TaskView
    scope: Scope
    world: World

    def work_order(self) -> Part:
        task, id_ = self.task, global_id(self.task, self.scope)
        items = task.items
        return _typed(
            "WorkOrder",
            id=id_,
            href=href(id_),
            externalIdentifier=[
                _typed("ExternalIdentifierRef", id=task.in_group.key, externalIdentifierType="fusionKey")
            ],
            state=STATE[task.state],
            priority=min(map(_priority, items), default=_ORDINARY),
            orderDate=write_instant(task.row.created_at),
            requestedCompletionDate=_instant(task.due_at),
            expectedCompletionDate=_instant(task.appointment.row.ends_at if task.appointment else None),
            completionDate=_instant(self._completed_at()),
            place=self._site(),
            appointment=self._appointment(task.appointment),
            relatedParty=[*self._customer(), *self._first_contact()],
            relatedProductOrder=[_typed("ProductOrderRef", id=item.row.number) for item in items],
            workOrderItem=[self._item(item) for item in items],
            workOrderRelationship=list(self._relationships()),
            note=list(self._notes()),
            attachment=list(self._photos()),
        )

    def _item(self, item: ItemView) -> Part:
        order = item.order.row
        return _typed(
            "WorkOrderItem",
            id=global_id(item, self.scope),
            action=ACTION[order.action],
            state=_item_state(item),
            description=order.payload.requirement,
            productOrderItem=[
                _typed("ProductOrderItemRef", productOrderId=order.number, productOrderItemId=order.number)
            ],
            work=self._work(item),
        )

    def _work(self, item: ItemView) -> Part:
        order, appointment = item.order.row, self.task.appointment
        product = self.world.products.get(order.payload.product)
        return _typed(
            "WorkRefOrValue",
            id=global_id(item, self.scope),
            name=product.name if product is not None else order.payload.product,
            workType=order.action.value,
            workPriority=_priority(item),
            scheduledStartDate=_instant(appointment.row.starts_at if appointment else None),
            expectedCompletionDate=_instant(appointment.row.ends_at if appointment else None),
            place=[_typed("RelatedPlaceRefOrValue", role="installation address", place=self._site())],
            relatedParty=list(self._crew()),
            workforceEmployeeAssignment=list(self._assignment(item)),
        )

    def _site(self) -> Part:
        """The door. Without a standard id it is known by its district and its canonical text, as the visit is."""
        seen = access.address(self.task, self.scope)
        known_as = f"{seen.district_code or ''}/{seen.canonical}" if seen.canonical != ERASED else None
        return _typed(
            "GeographicSite", id=seen.standard_id or known_as, name=seen.text, code=seen.district_code
        )

    def _customer(self) -> Iterator[Part]:
        """Whom the visit serves: every order of it is for the one customer."""
        for item in self.task.items[:1]:
            seen = access.customer(item.order, self.scope)
            yield _party(seen.number, "Consumer", seen.name)
            if seen.contact_name is not None or seen.contact_phone is not None:
                yield _party(seen.number, "Contact", seen.contact_name, seen.contact_phone)

    def _first_contact(self) -> Iterator[Part]:
        """第一接口人, by the role that MEF 137 has for it."""
        contact = self.task.first_contact
        member = self._member(contact.member) if contact is not None else None
        if member is not None:
            id_ = global_id(member, self.scope)
            yield _party(id_, "sellerAppointmentContact", member.name, access.phone(member, self.scope))

    def _crew(self) -> Iterator[Part]:
        crew = self.world.crews.get(self.task.row.crew) if self.task.row.crew is not None else None
        if crew is not None:
            yield _party(global_id(crew, self.scope), "support group", crew.name)

    def _assignment(self, item: ItemView) -> Iterator[Part]:
        """The claimant, with name and phone as the group shows them; nobody while it is free."""
        member = self._member(item.row.claimant)
        if member is not None:
            person = _typed(
                "Individual",
                id=global_id(member, self.scope),
                name=member.name,
                contactMedium=_phones(access.phone(member, self.scope)),
            )
            crew = encode_id("Crew", member.crew)
            yield _typed("WorkforceEmployeeAssignment", id=crew, workforceEmployee=person)

    def _member(self, id_: MemberId | None) -> MemberView | None:
        row = self.world.members.get(id_) if id_ is not None else None
        return MemberView(row, shared=True) if row is not None else None

    def _appointment(self, appointment: AppointmentView | None) -> Part | None:
        if appointment is None:
            return None
        return _typed("AppointmentRef", id=global_id(appointment, self.scope))

    def _relationships(self) -> Iterator[Part]:
        """The other visits of its group, and once more the one that it repeats."""
        for other in self.task.group.tasks:
            id_ = global_id(other, self.scope)
            if other.row.id != self.task.row.id:
                yield _typed("OrderRelationship", relationshipType="bundled", id=id_, href=href(id_))
            if other.row.id == self.task.row.follows:
                yield _typed("OrderRelationship", relationshipType="follows", id=id_, href=href(id_))

    def _notes(self) -> Iterator[Part]:
        """What was agreed for appointments, and what receipts say besides."""
        for appointment in reversed(self.task.appointments):
            if appointment.row.note is not None:
                yield _typed("Note", author=self._name(appointment.row.booked_by), text=appointment.row.note)
        for _, receipt in self._receipts():
            if receipt.row.note is not None:
                author, date = self._name(receipt.row.by), write_instant(receipt.row.at)
                yield _typed("Note", author=author, date=date, text=receipt.row.note)

    def _name(self, id_: MemberId | None) -> str:
        """Who wrote it; only a dispatcher books without being a member."""
        member = self._member(id_)
        return member.name if member is not None else "dispatcher"

    def _photos(self) -> Iterator[Part]:
        """The photos of receipts, by the reference under which the claimant filed them."""
        for item, receipt in self._receipts():
            for needed in item.row.evidence:
                filed = receipt.evidence.get(needed.name)
                if needed.kind is EvidenceKind.PHOTO and isinstance(filed, str):
                    yield _typed("AttachmentRef", id=filed, name=needed.name, attachmentType="photo")

    def _completed_at(self) -> datetime | None:
        """When its last item was receipted; null while one is open, and for whom the receipts are not."""
        done = [receipt.row.at for _, receipt in self._receipts()]
        return max(done, default=None) if self.task.state in _FINISHED else None

    def _receipts(self) -> Iterator[tuple[ItemView, ReceiptView]]:
        """Its items with the receipts of their construction, as far as these are for the viewer."""
        for item in self.task.items:
            for receipt in access.receipts(item.order, self.scope):
                if (receipt.row.kind, receipt.row.attempt) == (ReceiptKind.CONSTRUCTION, item.row.attempt):
                    yield item, receipt


def _item_state(item: ItemView) -> str:
    order = item.order.row
    present = item.in_group.item_of(order) == item.row
    held = present and item.row.open and progress.hold_of(item.in_group, order) is not None
    return "held" if held else ITEM_STATE[item.row.state]


def _priority(item: ItemView) -> str:
    return _URGENT if item.row.urgent else _PRIORITY.get(item.order.row.payload.assurance_level, _ORDINARY)


def _party(id_: str, role: str, name: str | None, phone: str | None = None) -> Part:
    media = _phones(phone) if phone is not None else None
    return _typed("RelatedPartyRef", id=id_, role=role, name=name, contactMedium=media)


def _phones(number: str) -> list[Part]:
    return [_typed("PhoneContactMedium", phoneNumber=number)]


def _instant(value: datetime | None) -> str | None:
    return write_instant(value) if value is not None else None


def _typed(name: str, /, **parts: Any) -> Part:
    """An object of TMF's, without what is not known."""
    return {"@type": name, **{key: part for key, part in parts.items() if part is not None}}
