"""回单, and what went over the line."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain import values
from engine.fields import related
from schema.described import described
from schema.node import Node
from schema.refs import MemberRef, OrderRef


@described
@strawberry.type
class Receipt(Node):
    """回单: what upstream is told of an order. Final and immutable but for its delivery.

    One for each order, attempt and kind. For UPSTREAM, DISPATCHER, ADMIN and VIEWER, and for the crew whose
    visit it is of.
    """

    kind: values.ReceiptKind
    """Of the construction, or of the whole order."""

    attempt: int
    """Of the order: 1, and one more each time it was reopened."""

    order: OrderRef
    """Its order."""

    outcome: values.ReceiptOutcome
    """What it says."""

    reason: values.ReasonCode | None
    """Why, where the work item was returned."""

    note: str | None
    """What the claimant or the dispatcher added."""

    evidence: JSON
    """What was recorded on site, by the names in `WorkItem.evidence`; an object, empty for a notice of the
    system."""

    delivery: values.DeliveryState
    """How far it is on its way: PENDING, SENT, then ACKNOWLEDGED or DEAD."""

    delivery_attempts: int
    """How often it was sent since it became final or was last replayed."""

    failure: str | None
    """What came of the last try that was not confirmed; null when none failed, and once it is ACKNOWLEDGED. Example:
    `HTTP 503`."""

    next_try_at: datetime | None
    """When it is sent again; null before the first try, and when no other follows."""

    by: MemberRef | None = related("member_in_group", by="by")
    """The claimant who submitted it; null for a notice of the system."""

    at: datetime
    """When the work was done: as the claimant said, or when the receipt came in."""


@described
@strawberry.type
class Exchange(Node):
    """One thing that went over the line: 派发 to us, 回复 from us. For UPSTREAM, DISPATCHER and ADMIN."""

    direction: values.ExchangeDirection
    """To us or from us."""

    kind: str
    """What it was. Example: `intakeOrders`."""

    body: JSON
    """Word for word."""

    status: str
    """What became of it. Example: `accepted`."""

    at: datetime
    """When."""
