"""What the mutations of upstream and of the dispatcher may answer: a success, or the refusals of the rule.

A success holds rows, a refusal is one: ``domain.refusals`` and ``schema.refusals`` name the same reasons.
"""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.bare_refusals import (
    NotAcceptable,
    NotCancellable,
    NotCollecting,
    NotFound,
    NotHeld,
    NotMergeable,
    NotReopenable,
    NotSplittable,
)
from schema.described import described
from schema.groups import FusionGroup
from schema.orders import Order
from schema.receipts import Receipt
from schema.refusals import InvalidInput, InvalidOrder, OrderConflict, WrongResolution
from schema.repeats import Repeated
from schema.tasks import Task


@described
@strawberry.type
class OrderAccepted:
    """The order is stored; or it was known with the same contents, and nothing changed."""

    order: Order
    """The order, in its group as it is now."""

    duplicate: bool
    """Whether it was known with the same contents."""

    amended: bool
    """Whether it was known with other contents, which were taken over or noted."""

    warnings: list[str]
    """What upstream should look at, in sentences for people; no warning stops an order."""


IntakeResult = Annotated[
    OrderAccepted | InvalidOrder | OrderConflict,
    strawberry.union("IntakeResult", description="The answer to one order of a batch."),
]


@described
@strawberry.type
class IntakeOrdersPayload(Repeated):
    """The answers to a batch."""

    results: list[IntakeResult]
    """One answer for each order, in the order of the input."""


@described
@strawberry.type
class OrderCancelled(Repeated):
    """The order is cancelled, and everything of it undone."""

    order: Order
    """The order."""


@described
@strawberry.type
class CancellationPending(Repeated):
    """The order is being cancelled: the network has to be undone first.

    ORDER_CANCELLED tells when that is done.
    """

    order: Order
    """The order."""


CancelOrderPayload = Annotated[
    OrderCancelled | CancellationPending | NotCancellable | NotFound,
    strawberry.union("CancelOrderPayload", description="The answer of `cancelOrder`."),
]


@described
@strawberry.type
class OrderReopened(Repeated):
    """The order has a further attempt."""

    order: Order
    """The order."""


ReopenOrderPayload = Annotated[
    OrderReopened | NotReopenable | NotFound,
    strawberry.union("ReopenOrderPayload", description="The answer of `reopenOrder`."),
]


@described
@strawberry.type
class AcknowledgeReceiptsPayload(Repeated):
    """What became of the receipts."""

    receipts: list[Receipt]
    """Those which are acknowledged now, in the order of the input."""

    not_found: list[strawberry.ID]
    """The ids which belong to no receipt."""


@described
@strawberry.type
class ReplayReceiptsPayload(Repeated):
    """What became of the receipts."""

    receipts: list[Receipt]
    """Those which were found, in the order of the input; the dead ones are PENDING again."""

    not_found: list[strawberry.ID]
    """The ids which belong to no receipt."""


@described
@strawberry.type
class GroupDispatched(Repeated):
    """The group was dispatched without waiting for the rest."""

    group: FusionGroup
    """The group."""

    tasks: list[Task]
    """Its visits."""


DispatchGroupPayload = Annotated[
    GroupDispatched | NotCollecting | NotFound,
    strawberry.union("DispatchGroupPayload", description="The answer of `dispatchGroup`."),
]


@described
@strawberry.type
class HoldResolved(Repeated):
    """The hold is decided."""

    groups: list[FusionGroup]
    """The groups as they are now; more than one where orders moved."""


ResolveHoldPayload = Annotated[
    HoldResolved | NotHeld | WrongResolution | InvalidInput | NotFound,
    strawberry.union("ResolveHoldPayload", description="The answer of `resolveHold`."),
]


@described
@strawberry.type
class TasksMerged(Repeated):
    """The visits are one."""

    task: Task
    """The visit which took in the others."""


MergeTasksPayload = Annotated[
    TasksMerged | NotMergeable | NotFound,
    strawberry.union("MergeTasksPayload", description="The answer of `mergeTasks`."),
]


@described
@strawberry.type
class TaskSplit(Repeated):
    """The items have a visit of their own."""

    task: Task
    """The visit which they left."""

    created: Task
    """The visit which they got."""


SplitTaskPayload = Annotated[
    TaskSplit | NotSplittable | NotFound,
    strawberry.union("SplitTaskPayload", description="The answer of `splitTask`."),
]


@described
@strawberry.type
class PartialAccepted(Repeated):
    """The order is closed as PARTIAL."""

    order: Order
    """The order."""

    receipt: Receipt
    """The completion notice which says so."""


AcceptPartialPayload = Annotated[
    PartialAccepted | NotAcceptable | NotFound,
    strawberry.union("AcceptPartialPayload", description="The answer of `acceptPartial`."),
]
