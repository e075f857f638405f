"""任务单 and 施工单: the visit, and each order's share in it."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain import access, values
from engine.fields import computed, related
from schema.appointments import Appointment
from schema.described import described
from schema.node import Node
from schema.orders import Address, Hold
from schema.products import EvidenceRequirement
from schema.refs import (
    CrewRef,
    DistrictRef,
    FirstContactRef,
    FusionGroupRef,
    MemberRef,
    OrderRef,
    TaskRef,
    WorkItemRef,
)
from schema.work_orders import work_order_key


@described
@strawberry.type
class RecoveryLine:
    """设备回收: one installed device of a terminated service."""

    serial: str
    """Its serial number, as upstream named it or as it was found on site."""

    outcome: values.RecoveryOutcome | None
    """What became of it; null while it is open."""

    note: str | None
    """Required where it was not recovered, and for a device that upstream did not name."""


@described
@strawberry.type
class Task(Node):
    """任务单: one visit, for the one crew of its district: the orders of a group at one installation address."""

    state: values.TaskState
    """Derived from its items, its appointment and its hold."""

    hold: Hold | None
    """NO_DISTRICT, DISTRICT_CONFLICT or NO_CREW; null when it is with a crew."""

    group: FusionGroupRef
    """The group that it was split from."""

    address: Address = computed(access.address)
    """Where the visit goes. Masked by role, see `Address`."""

    district: DistrictRef | None = related("district", by="district_code")
    """区县 that it was dispatched to; null while none is known."""

    crew: CrewRef | None = related("crew", by="crew_id")
    """施工班组: the only crew of the district; null while there is none."""

    items: list[WorkItemRef]
    """施工单, by order number, cancelled ones among them."""

    first_contact: FirstContactRef | None
    """第一接口人: who books the customer and leads the visit; null while pending."""

    appointment: Appointment | None
    """The one that is CONFIRMED or IN_PROGRESS, else null."""

    appointments: list[Appointment]
    """All of them, newest first."""

    appointment_required: bool
    """Whether somebody has yet to call the customer: an open item, and no active appointment."""

    possible_same_address: list[TaskRef] = computed(access.possible_same_address)
    """Visits of its group which may go to the same door, as a question for `mergeTasks`. For DISPATCHER,
    ADMIN and VIEWER; empty for others."""

    follows: TaskRef | None
    """The visit which this one repeats."""

    due_at: datetime | None
    """The earliest of its orders' due times."""

    work_order: JSON | None = related("work_order", by=work_order_key, when=access.may_see_work_order)
    """The visit as a work order of TMF697 version 5, the same that `GET {href}` answers. For everybody who sees
    the visit, masked as its other fields are, but not for the NMS: null."""

    version: int
    """Grows with each change of the visit itself."""

    created_at: datetime
    """When it was dispatched."""


@described
@strawberry.type
class WorkItem(Node):
    """施工单: an order's share in a visit. The unit that is claimed, done and receipted.

    谁接单谁处理谁负责谁回单: who claims it handles it, answers for it and submits its receipt.
    """

    state: values.WorkItemState
    """Where it is in its life."""

    order: OrderRef
    """The order that it is the share of."""

    task: TaskRef
    """The visit."""

    claimant: MemberRef | None = related("member_in_group", by="claimant")
    """接单人; null while it is free. Name and phone are open to all who see the group."""

    claimed_at: datetime | None
    """When it was claimed by the present claimant."""

    offered_to: MemberRef | None = related("member_in_group", by="offered_to")
    """To whom its claimant offers it; null without an offer."""

    evidence: list[EvidenceRequirement]
    """What the receipt must and may carry."""

    recovery: list[RecoveryLine]
    """Of TERMINATE: one for each installed device; empty for other actions."""

    version: int
    """Grows with each change; `expectedVersion` of a receipt compares it."""
