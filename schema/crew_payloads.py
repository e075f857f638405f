"""What the mutations of crews and of the network management system may answer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.values import MemberId
from engine.fields import related
from schema.appointments import Appointment
from schema.bare_refusals import (
    InvalidWindow,
    NoOffer,
    NotBookable,
    NotClaimable,
    NotClosable,
    NotFound,
    NotHoldable,
    NotReceiptable,
    NotReleasable,
    NotRetryable,
    NotReturnable,
    NotStartable,
)
from schema.crews import Member
from schema.described import described
from schema.orders import Order
from schema.receipts import Receipt
from schema.refusals import (
    AlreadyClaimed,
    AlreadyReceipted,
    AppointmentExists,
    EvidenceMissing,
    FirstContactPending,
    InvalidInput,
    NotClaimant,
    NotFirstContact,
    NotInCrew,
    RecoveryIncomplete,
    SerialMismatch,
    StaleVersion,
)
from schema.repeats import Repeated
from schema.subtasks import SubTask
from schema.tasks import Task, WorkItem


def _offered_to(row: HandOverOffered) -> MemberId | None:
    """The key of the member to whom the item is offered."""
    return row.item.offered_to  # type: ignore[return-value]  # the row holds an id where the type has the member


@described
@strawberry.type
class TaskClaimed(Repeated):
    """The caller holds all items of the visit which were free."""

    task: Task
    """The visit."""

    items: list[WorkItem]
    """The items of the visit which the caller holds."""


ClaimTaskPayload = Annotated[
    TaskClaimed | AlreadyClaimed | NotInCrew | NotClaimable | NotFound,
    strawberry.union("ClaimTaskPayload", description="The answer of `claimTask`."),
]


@described
@strawberry.type
class WorkItemClaimed(Repeated):
    """The caller holds the item."""

    item: WorkItem
    """The item."""


ClaimWorkItemPayload = Annotated[
    WorkItemClaimed | AlreadyClaimed | NotInCrew | NotClaimable | NotFound,
    strawberry.union("ClaimWorkItemPayload", description="The answer of `claimWorkItem`."),
]


@described
@strawberry.type
class WorkItemReleased(Repeated):
    """The item is free for the crew."""

    item: WorkItem
    """The item."""


ReleaseWorkItemPayload = Annotated[
    WorkItemReleased | NotClaimant | NotReleasable | NotFound,
    strawberry.union("ReleaseWorkItemPayload", description="The answer of `releaseWorkItem`."),
]


@described
@strawberry.type
class HandOverOffered(Repeated):
    """The item is offered, and stays with its claimant until that is accepted."""

    item: WorkItem
    """The item."""

    to: Member = related("member_in_group", by=_offered_to)
    """To whom."""


@described
@strawberry.type
class WorkItemHandedOver(Repeated):
    """The item has another claimant."""

    item: WorkItem
    """The item."""


OfferHandOverPayload = Annotated[
    HandOverOffered | WorkItemHandedOver | NotClaimant | NotInCrew | NotReleasable | NotFound,
    strawberry.union("OfferHandOverPayload", description="The answer of `offerHandOver`."),
]

AcceptHandOverPayload = Annotated[
    WorkItemHandedOver | NoOffer | NotFound,
    strawberry.union("AcceptHandOverPayload", description="The answer of `acceptHandOver`."),
]


@described
@strawberry.type
class AppointmentBooked(Repeated):
    """The customer expects the crew."""

    appointment: Appointment
    """The appointment."""


BookAppointmentPayload = Annotated[
    AppointmentBooked
    | FirstContactPending
    | NotFirstContact
    | AppointmentExists
    | InvalidWindow
    | NotBookable
    | NotFound,
    strawberry.union("BookAppointmentPayload", description="The answer of `bookAppointment`."),
]


@described
@strawberry.type
class AppointmentClosed(Repeated):
    """The appointment is over."""

    appointment: Appointment
    """The appointment."""


CloseAppointmentPayload = Annotated[
    AppointmentClosed | NotFirstContact | NotClosable | NotFound,
    strawberry.union("CloseAppointmentPayload", description="The answer of `closeAppointment`."),
]


@described
@strawberry.type
class WorkStarted(Repeated):
    """The claimant is on site."""

    item: WorkItem
    """The item."""


StartWorkPayload = Annotated[
    WorkStarted | NotClaimant | NotStartable | NotFound,
    strawberry.union("StartWorkPayload", description="The answer of `startWork`."),
]


@described
@strawberry.type
class ReceiptAccepted:
    """The receipt is final."""

    receipt: Receipt
    """The receipt."""

    item: WorkItem
    """The item, which is done."""


ReceiptResult = Annotated[
    ReceiptAccepted
    | NotClaimant
    | EvidenceMissing
    | RecoveryIncomplete
    | SerialMismatch
    | StaleVersion
    | AlreadyReceipted
    | NotReceiptable
    | InvalidInput
    | NotFound,
    strawberry.union("ReceiptResult", description="The answer to one item of a form."),
]


@described
@strawberry.type
class SubmitReceiptPayload(Repeated):
    """The answers to a form."""

    results: list[ReceiptResult]
    """One answer for each item, in the order of the input."""


@described
@strawberry.type
class WorkItemHeld(Repeated):
    """The order is HELD."""

    item: WorkItem
    """The item."""

    order: Order
    """Its order."""


HoldWorkItemPayload = Annotated[
    WorkItemHeld | NotClaimant | NotHoldable | InvalidInput | NotFound,
    strawberry.union("HoldWorkItemPayload", description="The answer of `holdWorkItem`."),
]


@described
@strawberry.type
class WorkItemReturned(Repeated):
    """The item was given back upstream."""

    item: WorkItem
    """The item."""

    receipt: Receipt
    """The receipt which says so."""


ReturnWorkItemPayload = Annotated[
    WorkItemReturned | NotClaimant | NotReturnable | NotFound,
    strawberry.union("ReturnWorkItemPayload", description="The answer of `returnWorkItem`."),
]


@described
@strawberry.type
class SubTaskReported(Repeated):
    """The report is recorded."""

    sub_task: SubTask
    """The sub-task."""

    counted: bool
    """Whether it changed anything: not if it is of an earlier attempt."""


ReportSubTaskPayload = Annotated[
    SubTaskReported | InvalidInput | NotFound,
    strawberry.union("ReportSubTaskPayload", description="The answer of `reportSubTask`."),
]


@described
@strawberry.type
class SubTaskRetried(Repeated):
    """The sub-task was sent again."""

    sub_task: SubTask
    """The sub-task."""


RetrySubTaskPayload = Annotated[
    SubTaskRetried | NotRetryable | NotFound,
    strawberry.union("RetrySubTaskPayload", description="The answer of `retrySubTask`."),
]
