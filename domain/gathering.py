"""What becomes of a group as its orders gather: held, still collecting, or ready and dispatched (3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.dispatch import dispatch_orders, place
from domain.fusing import hold_for, is_complete, missing_numbers, still_missing
from domain.groups import Group, group_id
from domain.journal import Context, Journal
from domain.orders import Customer, Hold, Order
from domain.values import HoldCause, OrderNumber, UpdateKind


def found_group(
    key: str, rounds: Iterable[Group], customer: Customer, context: Context, *, fused: bool
) -> Journal:
    """The journal of a new group: the next round of its key. It writes GROUP_CREATED with its first order."""
    round_ = 1 + max((group.round for group in rounds), default=0)
    group = Group(group_id(key, round_), key, round_, fused, customer, context.now)
    journal = Journal(group, context)
    journal.write(UpdateKind.GROUP_CREATED, fused=fused, round=round_)
    return journal


def evaluate(journal: Journal) -> None:
    """Hold, release, or dispatch an undispatched group by what it holds now. Cause re-evaluated, not overwritten."""
    if journal.group.dispatched_at is not None:
        return
    if not waiting_orders(journal.group):
        _dispatch_unwaited(journal)
        return
    _set_hold(journal)
    if journal.group.hold is None and is_complete(journal.group):
        make_ready(journal)
    elif journal.group.deadline_at is not None and journal.group.deadline_at <= journal.now:
        pass_deadline(journal)


def waiting_orders(group: Group) -> list[Order]:
    """Its orders that are not dispatched and not cancelled."""
    return [order for order in group.live_orders() if order.dispatched_at is None]


def make_ready(journal: Journal, *, partial: bool = False) -> None:
    """Dispatch every waiting order: visits for those at one address, sub-tasks at once."""
    numbers = [order.number for order in waiting_orders(journal.group)]
    facts = {"hold": None, "partial_dispatch": partial}
    journal.write(UpdateKind.GROUP_READY, facts=facts, partial=partial, orders=len(numbers))
    risk = journal.group.jeopardy if partial else None
    done = {"dispatched_at": journal.now, "jeopardy": risk}
    dispatch_orders(journal, numbers)
    tasks = len(journal.group.tasks)
    journal.write(
        UpdateKind.GROUP_DISPATCHED, facts=done, tasks=tasks, missing=sorted(missing_numbers(journal.group))
    )


def pass_deadline(journal: Journal) -> None:
    """The fusion deadline has come: dispatch what is there, unless a conflict forbids one visit (D4)."""
    hold = journal.group.hold
    if hold is not None and hold.cause is not HoldCause.COUNT_MISMATCH:
        return
    missing = still_missing(journal.group)
    journal.write(UpdateKind.GROUP_DEADLINE, missing=sorted(missing_numbers(journal.group)), count=missing)
    make_ready(journal, partial=True)


def receive(journal: Journal, order: Order) -> None:
    """An order's place in its group: dispatched at once, late, or waiting with the others."""
    late = journal.group.dispatched_at is not None
    held = late and (order.hold is not None or _held_apart(journal, order))
    if not order.waits or (late and not held):
        dispatch_orders(journal, [order.number], late=late)
    _set_deadline(journal)
    if late:
        _complete_late(journal)
    evaluate(journal)


def _held_apart(journal: Journal, order: Order) -> bool:
    """A late order of another customer waits for a dispatcher: one key never visits two customers."""
    customers = {o.payload.customer.number for o in journal.group.live_orders()}
    if not order.waits or len(customers) == 1:
        return False
    text = f"the customer is not that of group {journal.group.key}; split the group by customer"
    hold = Hold(HoldCause.KEY_CONFLICT, text, journal.now)
    journal.write(UpdateKind.ORDER_HELD, replace(order, hold=hold), order=order.number, cause=hold.cause)
    return True


def _complete_late(journal: Journal) -> None:
    """The last missing order came late: nothing is in jeopardy for it any more."""
    if journal.group.jeopardy is not None and is_complete(journal.group):
        journal.note(jeopardy=None)


def _dispatch_unwaited(journal: Journal) -> None:
    """A group of orders which never wait is dispatched at once; its missing numbers are for display (D13)."""
    if any(not order.cancelled for order in journal.group.orders.values()):
        missing = sorted(missing_numbers(journal.group))
        facts = {"dispatched_at": journal.now, "hold": None, "jeopardy": None}
        tasks = len(journal.group.tasks)
        journal.write(UpdateKind.GROUP_DISPATCHED, facts=facts, tasks=tasks, missing=missing)


def _set_hold(journal: Journal) -> None:
    hold, present = hold_for(journal.group, journal.now), journal.group.hold
    if hold is None and present is not None:
        journal.write(UpdateKind.GROUP_RELEASED, facts={"hold": None}, cause=present.cause)
    elif hold is not None and (
        present is None or (present.cause, present.message) != (hold.cause, hold.message)
    ):
        journal.write(UpdateKind.GROUP_HELD, facts={"hold": hold}, cause=hold.cause)


def _set_deadline(journal: Journal) -> None:
    """The strictest level of the waiting orders counts, from the receipt of the first of them (D4)."""
    waiting = waiting_orders(journal.group)
    if journal.group.dispatched_at is None and waiting:
        since = min(order.received_at for order in waiting)
        journal.note(waiting_since=since, deadline_at=_deadline(journal, since, waiting))


def _deadline(journal: Journal, since: datetime, waiting: Iterable[Order]) -> datetime:
    policy = journal.context.world.policy
    return since + min(policy.patience(order.payload.assurance_level) for order in waiting)


def withdraw(journal: Journal, numbers: Iterable[OrderNumber]) -> None:
    """Take orders out of a group which they leave for another. Their visits stay behind, empty."""
    gone = frozenset(numbers)
    facts = {
        "orders": {n: o for n, o in journal.group.orders.items() if n not in gone},
        "items": {k: i for k, i in journal.group.items.items() if i.number not in gone},
        "hold": None,
    }
    journal.write(UpdateKind.GROUP_RELEASED, facts=facts, moved=sorted(gone))


def join(journal: Journal, orders: Iterable[Order], left: Group) -> None:
    """Take in orders which another group gave up, with what was done of them."""
    joining = list(orders)
    for order in joining:
        items = [item for item in left.items.values() if item.number == order.number]
        facts = {"closed_at": None}
        journal.write(
            UpdateKind.ORDER_ACKNOWLEDGED, order, *items, order=order.number, facts=facts, came_from=left.id
        )
    for order in joining:
        if order.dispatched_at is not None and journal.group.item_of(order) is not None:
            place(journal, [order.number])
        if journal.group.orders[order.number].dispatched_at is None:
            receive(journal, order)
    evaluate(journal)
