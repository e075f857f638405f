"""融合工单: the orders that belong together."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import access, values
from domain.ports import Cursor
from domain.values import GroupId
from domain.views import GroupView
from engine.fields import computed, related
from schema.described import described
from schema.node import Node
from schema.orders import Customer, Hold, Jeopardy, Order
from schema.paging import LARGEST_FEED, bounded
from schema.refs import MemberRef, UpdateConnectionRef
from schema.tasks import Task


@described
@strawberry.type
class FirstContact:
    """第一接口人: who books the customer and leads the visit, and by which rule it is this person."""

    member: MemberRef = related("member_in_group", by="member")
    """The person, with a phone to call for all who see the group."""

    reason: str
    """The rule in a sentence. Example: `claimed N1, the best line of the visit (rank 20)`."""


def events_of(
    group: GroupView, after: Cursor | None = None, first: int | None = 100
) -> tuple[GroupId, Cursor | None, int]:
    """The key of a group's events.

    Args:
        group: The group.
        after: The cursor of the last update handled; from the beginning when absent. CURSOR_EXPIRED if of
        another log.
        first: How many updates, at most 1,000.
    """
    return group.row.id, after, bounded("first", 100 if first is None else first, LARGEST_FEED)


@described
@strawberry.type
class FusionGroup(Node):
    """融合工单: the orders of one fusion key in one round; an order that fuses with none is a group of one.

    A crew member sees the groups in which its crew has a visit, every other role all.
    """

    key: str
    """融合工单主键; of an order without one, its number. Example: `FK-1`."""

    round: int
    """1, and one more each time the key comes back after its last round was dispatched."""

    state: values.GroupState
    """Derived from its orders and its hold."""

    hold: Hold | None
    """COUNT_MISMATCH, FLAG_CONFLICT or KEY_CONFLICT; null when nothing is to be decided."""

    jeopardy: Jeopardy | None
    """How near its deadline is while it waits; null before half of the time, and after dispatch."""

    explain: str = computed(access.explanation)
    """One sentence for people: what it waits for and what happens then, or what became of it.

    Example: `2 of 3 received, waiting for N3 until 2026-11-23 14:20 UTC, then dispatched without it`.
    """

    expected_numbers: list[str]
    """The numbers of all orders that belong to it as far as they are named, received ones among them."""

    missing_numbers: list[str]
    """Those of them that were not received. A count may announce more."""

    deadline_at: datetime | None
    """When it stops waiting; null where it never had to wait."""

    partial_dispatch: bool
    """Whether it was dispatched before all its orders were there; stays true."""

    customer: Customer = computed(access.customer)
    """Of its first order. Masked by role, see `Customer`."""

    orders: list[Order]
    """Its orders, by number; at most 200."""

    tasks: list[Task]
    """Its visits, in the order of their creation."""

    first_contact: FirstContact | None
    """第一接口人 of the whole group: that of the visit with its best line; null while pending."""

    revision: int
    """Counts this group's events without gaps."""

    visits_saved: int
    """Work items less visits, both without the cancelled; 0 before dispatch. Two orders at one door save
    one visit."""

    events: UpdateConnectionRef | None = related("group_events", by=events_of)
    """What happened to it, oldest first: the same as the subscription `groupUpdates`, for clients that
    poll."""

    created_at: datetime
    """When its first order was received."""

    closed_at: datetime | None
    """When its last order became final; null while anything is open."""
