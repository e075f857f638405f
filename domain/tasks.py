"""任务单 and 施工单: the visit, and each order's share in it, which is claimed, done and receipted.

Everything here is a fact. State and first contact are derived, in ``progress`` and ``contacts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.catalogue import EvidenceRequirement
from domain.orders import Hold, InstallAddress, Place
from domain.values import (
    AppointmentId,
    AppointmentState,
    CrewId,
    DistrictCode,
    ItemId,
    MemberId,
    OrderNumber,
    RecoveryOutcome,
    RescheduleReason,
    TaskId,
    WorkItemState,
)

NEXT: Mapping[WorkItemState, frozenset[WorkItemState]] = {
    WorkItemState.OPEN: frozenset({WorkItemState.CLAIMED, WorkItemState.CANCELLED}),
    WorkItemState.CLAIMED: frozenset(
        {
            WorkItemState.OPEN,
            WorkItemState.ON_SITE,
            WorkItemState.DONE,
            WorkItemState.RETURNED,
            WorkItemState.CANCELLED,
        }
    ),
    WorkItemState.ON_SITE: frozenset(
        {WorkItemState.OPEN, WorkItemState.DONE, WorkItemState.RETURNED, WorkItemState.CANCELLED}
    ),
    WorkItemState.DONE: frozenset({WorkItemState.CLAIMED}),
    WorkItemState.RETURNED: frozenset(),
    WorkItemState.CANCELLED: frozenset(),
}
"""The life of a work item (3.3). DONE → CLAIMED is a reopening after a failed check."""

FINAL_ITEM = frozenset({WorkItemState.DONE, WorkItemState.RETURNED, WorkItemState.CANCELLED})
HELD_BY_CLAIMANT = frozenset({WorkItemState.CLAIMED, WorkItemState.ON_SITE})
ACTIVE_APPOINTMENT = frozenset({AppointmentState.CONFIRMED, AppointmentState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """设备回收: one installed device of a terminated service. ``outcome`` is null while it is open."""

    serial: str
    outcome: RecoveryOutcome | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """施工单: one order's share in a visit. The claimant handles it, answers for it and receipts it.

    ``done`` is the group's revision at which it was last done, 0 before: a check with an earlier one is stale.
    """

    id: ItemId
    number: OrderNumber
    attempt: int
    task: TaskId
    created_at: datetime
    state: WorkItemState = WorkItemState.OPEN
    claimant: MemberId | None = None
    claimed_at: datetime | None = None
    offered_to: MemberId | None = None
    evidence: tuple[EvidenceRequirement, ...] = ()
    recovery: tuple[RecoveryLine, ...] = ()
    urgent: bool = False
    done: int = 0
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether work on it is still to come."""
        return self.state not in FINAL_ITEM


@dataclass(frozen=True, slots=True)
class Appointment:
    """When the crew meets the customer (TMF646, MEF 137). ``booked_by`` is null for a dispatcher."""

    id: AppointmentId
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState = AppointmentState.CONFIRMED
    booked_by: MemberId | None = None
    note: str | None = None
    reschedule_reason: RescheduleReason | None = None
    replaces: AppointmentId | None = None
    reschedule_count: int = 0

    @property
    def active(self) -> bool:
        """Confirmed or under way; a task has at most one."""
        return self.state in ACTIVE_APPOINTMENT


@dataclass(frozen=True, slots=True)
class Task:
    """任务单: one visit, the orders of a group at one installation address.

    ``hold`` is NO_DISTRICT, DISTRICT_CONFLICT or NO_CREW; ``follows`` the visit which this one repeats;
    ``customer`` the number of the one customer it serves. ``contacted`` says that it once had a first contact
    who was told to call the customer. ``appointments`` are oldest first.
    """

    id: TaskId
    customer: str
    address: InstallAddress
    place: Place
    created_at: datetime
    district_code: DistrictCode | None = None
    crew: CrewId | None = None
    hold: Hold | None = None
    follows: TaskId | None = None
    appointments: tuple[Appointment, ...] = ()
    contacted: bool = False
    version: int = 1

    @property
    def appointment(self) -> Appointment | None:
        """The active one."""
        for found in reversed(self.appointments):
            if found.active:
                return found
        return None
