"""融合工单: the orders of one fusion key in one round. The unit of writing: one command changes one group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from domain.orders import Customer, Hold, Jeopardy, Order
from domain.tasks import Task, WorkItem
from domain.values import GroupId, HoldCause, ItemId, JeopardyLevel, OrderNumber, TaskId

WARNING_SHARE = 0.5
CRITICAL_SHARE = 0.8
"""Shares of the waiting time after which a group is in jeopardy (3.7)."""

Part = Order | Task | WorkItem


@dataclass(frozen=True, slots=True)
class Group:
    """A fusion group with everything in it, immutable; ``revision`` counts its events without gaps.

    ``fused`` is false for the group of one of an order that fuses with none. ``expected`` is the dispatcher's
    word on which numbers belong to it (EXPECT), null without one. ``waiting_since`` is the receipt of the first
    order that waits. ``tasks`` are in the order of their creation. ``founder`` is the customer of its first order.
    """

    id: GroupId
    key: str
    round: int
    fused: bool
    founder: Customer
    created_at: datetime
    revision: int = 0
    orders: Mapping[OrderNumber, Order] = field(default_factory=dict)
    tasks: Mapping[TaskId, Task] = field(default_factory=dict)
    items: Mapping[ItemId, WorkItem] = field(default_factory=dict)
    hold: Hold | None = None
    jeopardy: Jeopardy | None = None
    expected: tuple[OrderNumber, ...] | None = None
    waiting_since: datetime | None = None
    deadline_at: datetime | None = None
    dispatched_at: datetime | None = None
    partial_dispatch: bool = False
    closed_at: datetime | None = None

    @property
    def customer(self) -> Customer:
        """Of its first order."""
        first = min(self.orders.values(), key=lambda o: (o.received_at, o.number), default=None)
        return first.payload.customer if first else self.founder

    @property
    def wake_at(self) -> datetime | None:
        """When time alone next matters to it: jeopardy, deadline, end of an order's hold."""
        ends = [o.hold.until for o in self.orders.values() if o.hold is not None and o.hold.until is not None]
        alarm = self._alarm_at()
        return min([*ends, alarm] if alarm is not None else ends, default=None)

    def _alarm_at(self) -> datetime | None:
        """50 % and 80 % of the waiting time, then its end (D4)."""
        waits = self.dispatched_at is None and self.closed_at is None
        if not waits or self.waiting_since is None or self.deadline_at is None:
            return None
        patience = self.deadline_at - self.waiting_since
        if self.jeopardy is None:
            return self.waiting_since + patience * WARNING_SHARE
        if self.jeopardy.level is JeopardyLevel.WARNING:
            return self.waiting_since + patience * CRITICAL_SHARE
        held = self.hold is not None and self.hold.cause is not HoldCause.COUNT_MISMATCH
        return None if held else self.deadline_at

    def holding(self, *parts: Part) -> Group:
        """This group with those orders, tasks and items put in the place of their namesakes."""
        orders, tasks, items = dict(self.orders), dict(self.tasks), dict(self.items)
        for part in parts:
            if isinstance(part, Order):
                orders[part.number] = part
            elif isinstance(part, Task):
                tasks[part.id] = part
            else:
                items[part.id] = part
        return replace(self, orders=orders, tasks=tasks, items=items)

    def items_of(self, task: TaskId) -> tuple[WorkItem, ...]:
        """The work items of a visit, by order number, the cancelled ones among them."""
        found = [item for item in self.items.values() if item.task == task]
        if len(found) > 1:
            found.sort(key=_NUMBER)
        return tuple(found)

    def item_of(self, order: Order) -> WorkItem | None:
        """The work item of the order's present attempt, null where no visit is needed.

        An item that was reopened keeps its id, and goes with the attempt in which it is done again.
        """
        own = self.items.get(item_id(order.number, order.attempt))
        if own is not None and own.attempt == order.attempt:
            return own
        mine = (i for i in self.items.values() if i.number == order.number and i.attempt == order.attempt)
        return next(mine, None)

    def live_orders(self) -> Iterable[Order]:
        """Its orders which were not cancelled, by number."""
        return (order for _, order in sorted(self.orders.items()) if not order.cancelled)


_NUMBER = attrgetter("number")


def group_id(key: str, round_: int) -> GroupId:
    """Its identifier: the round, then the key, which may hold any character."""
    return GroupId(f"{round_}/{key}")


def item_id(number: OrderNumber, attempt: int) -> ItemId:
    """Its identifier: the order's number and attempt."""
    return ItemId(f"{number}/{attempt}")
