"""第一接口人: who books the customer and leads the visit, derived from claims (D9), never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.groups import Group
from domain.orders import Order
from domain.tasks import WorkItem
from domain.values import MemberId, OrderNumber, TaskId, WorkItemState

GONE = frozenset({WorkItemState.CANCELLED, WorkItemState.RETURNED})


@dataclass(frozen=True, slots=True)
class Contact:
    """The first contact and the rule by which it is this person."""

    member: MemberId
    reason: str


def rank(order: Order) -> tuple[int, datetime, OrderNumber]:
    """The order's place among line-bearing ones: rank, then earliest received, then number."""
    return (order.line_rank if order.line_rank is not None else 1 << 30, order.received_at, order.number)


def line_item(group: Group, task: TaskId) -> WorkItem | None:
    """The best line-bearing item of a visit that is neither cancelled nor returned."""
    lines = [i for i in _present(group, task) if group.orders[i.number].line_rank is not None]
    return min(lines, key=lambda i: rank(group.orders[i.number]), default=None)


def first_contact(group: Group, task: TaskId) -> Contact | None:
    """The first contact of a visit, null while it is pending.

    The claimant of the best line-bearing item; without such an item the earliest claimant.
    """
    line = line_item(group, task)
    if line is None:
        return _earliest_claimant(_present(group, task))
    if line.claimant is None:
        return None
    order = group.orders[line.number]
    return Contact(
        line.claimant, f"claimed {order.number}, the best line of the visit (rank {order.line_rank})"
    )


def waits_for(group: Group, task: TaskId) -> WorkItem | None:
    """The item whose claim names the first contact where there is none yet, null when nothing is to be claimed."""
    return line_item(group, task) or next(iter(_present(group, task)), None)


def group_contact(group: Group) -> Contact | None:
    """The first contact of the whole group: that of the visit which holds its best line order.

    A group without a line has the earliest claimant of all.
    """
    lines = [
        item
        for item in group.items.values()
        if item.state not in GONE and group.orders[item.number].line_rank is not None
    ]
    if not lines:
        return _earliest_claimant(item for item in group.items.values() if item.state not in GONE)
    best = min(lines, key=lambda item: rank(group.orders[item.number]))
    return first_contact(group, best.task)


def _present(group: Group, task: TaskId) -> list[WorkItem]:
    return [item for item in group.items_of(task) if item.state not in GONE]


def _earliest_claimant(items: Iterable[WorkItem]) -> Contact | None:
    claims = [
        (item.claimed_at, item.number, item.claimant)
        for item in items
        if item.claimant is not None and item.claimed_at is not None
    ]
    if not claims:
        return None
    _, number, member = min(claims)
    return Contact(member, f"claimed first ({number}); no line in this visit")
