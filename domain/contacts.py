"""第一接口人: who books the customer and leads the visit, derived from claims (D9), never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.groups import Group
from domain.tasks import WorkItem
from domain.values import MemberId, TaskId, WorkItemState

GONE = frozenset({WorkItemState.CANCELLED, WorkItemState.RETURNED})


@dataclass(frozen=True, slots=True)
class Contact:
    """The first contact and the rule by which it is this person."""

    member: MemberId
    reason: str


def line_item(group: Group, task: TaskId) -> WorkItem | None:
    """The best line-bearing item of a visit that is neither cancelled nor returned."""
    return _best_line(group, group.items_of(task))


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
    """The item whose claim will name the first contact, null when there is one already or nothing to claim."""
    if first_contact(group, task) is not None:
        return None
    return line_item(group, task) or next(iter(_present(group, task)), None)


def group_contact(group: Group) -> Contact | None:
    """The first contact of the whole group: that of the visit which holds its best line order.

    A group without a line has the earliest claimant of all. Of an order done again, its present visit counts.
    """
    present = [item for order in group.orders.values() if (item := group.item_of(order)) is not None]
    line = _best_line(group, present)
    if line is not None:
        return first_contact(group, line.task)
    return _earliest_claimant(item for item in present if item.state not in GONE)


def _present(group: Group, task: TaskId) -> list[WorkItem]:
    return [item for item in group.items_of(task) if item.state not in GONE]


def _best_line(group: Group, items: Iterable[WorkItem]) -> WorkItem | None:
    """By rank, then earliest received, then number."""
    ranked = [
        (order.line_rank, order.received_at, order.number, item)
        for item in items
        if item.state not in GONE and (order := group.orders[item.number]).line_rank is not None
    ]
    return min(ranked, key=lambda row: row[:3])[3] if ranked else None


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
