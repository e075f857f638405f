"""The rows by which a group and its parts are found: a pure function of the group.

Only rows that differ from those of the group before are written.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Any

from domain.errands import Open, open_errands
from domain.groups import Group
from domain.history import successes
from domain.network import correlation_key
from domain.orders import Order, Receipt
from domain.progress import (
    appointment_required,
    group_state,
    hold_of,
    order_state,
    order_step,
    task_state,
    visits_saved,
)
from domain.tasks import Task, WorkItem
from domain.traces import Success
from domain.values import ItemId, OrderNumber, TaskId, WorkItemState
from domain.views import TaskView
from persistence.documents import dump_group, json_text

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """A group's own row, and those of its parts by table and by key."""

    group: Row
    parts: dict[str, dict[str, Row]]


@dataclass(frozen=True, slots=True)
class Share:
    """Some orders and some visits of a group; of these the orders, and the items, which are looked at themselves."""

    orders: AbstractSet[OrderNumber]
    tasks: AbstractSet[TaskId]
    own_orders: AbstractSet[OrderNumber]
    own_items: AbstractSet[ItemId]


def project(group: Group) -> Rows:
    """Every row of a group, save those of the log."""
    return Rows(group_row(group), part_rows(group))


def part_rows(group: Group, part: Share | None = None) -> dict[str, dict[str, Row]]:
    """The rows of its orders, visits, work items and receipts, of what it has to send and what it leaves for later.

    With a share, those alone which depend on it.
    """
    every = group.orders.keys(), group.tasks.keys(), group.orders.keys(), group.items.keys()
    wanted = part or Share(*every)
    orders = [order for number, order in group.orders.items() if number in wanted.orders]
    own = [order for number, order in group.orders.items() if number in wanted.own_orders]
    tasks = [(seq, task) for seq, task in enumerate(group.tasks.values()) if task.id in wanted.tasks]
    items = [item for id_, item in group.items.items() if id_ in wanted.own_items]
    return {
        "orders": {order.number: _order_row(group, order) for order in orders},
        "tasks": {task.id: _task_row(group, task, seq) for seq, task in tasks},
        "work_items": {item.id: _item_row(group, item) for item in items},
        "receipts": {r.id: _receipt_row(group, order, r) for order in own for r in order.receipts},
        "outbox": {e.id: _outbox_row(group, e) for order in own for e in open_errands(order)},
        "history": {
            row["id"]: row for order in own for row in map(partial(_history_row, group), successes(order))
        },
    }


def group_row(group: Group) -> Row:
    """The group's own row, its document among it."""
    return {
        "id": group.id,
        "key": group.key,
        "round": group.round,
        "fused": group.fused,
        "revision": group.revision,
        "state": group_state(group).value,
        "hold_cause": group.hold.cause.value if group.hold is not None else None,
        "jeopardy": group.jeopardy.level.value if group.jeopardy is not None else None,
        "visits_saved": visits_saved(group),
        "partial": group.partial_dispatch,
        "deadline_at": group.deadline_at,
        "wake_at": group.wake_at,
        "created_at": group.created_at,
        "closed_at": group.closed_at,
        "body": dump_group(group),
    }


def _order_row(group: Group, order: Order) -> Row:
    hold, item = hold_of(group, order), group.item_of(order)
    task = group.tasks.get(item.task) if item is not None else None
    return {
        "number": order.number,
        "group_id": group.id,
        "state": order_state(group, order).value,
        "step": order_step(group, order).value,
        "action": order.action.value,
        "product": order.payload.product,
        "assurance_level": order.payload.assurance_level,
        "district_code": task.district_code if task is not None else order.place.district_code,
        "crew_id": task.crew if task is not None else None,
        "claimant_id": item.claimant if item is not None else None,
        "hold_cause": hold.cause.value if hold is not None else None,
        "jeopardy": order.jeopardy.level.value if order.jeopardy is not None else None,
        "visits": visits_of(group, order),
        "due_at": order.payload.due_at,
        "received_at": order.received_at,
        "closed_at": order.closed_at,
        "search": searched(order),
    }


def visits_of(group: Group, order: Order) -> int:
    """In how many visits the order has had a share, without the cancelled ones."""
    return sum(
        item.number == order.number and item.state is not WorkItemState.CANCELLED
        for item in group.items.values()
    )


def searched(order: Order) -> str:
    """The text that a free search looks through: number, customer and address, in lower case."""
    customer, address = order.payload.customer, order.payload.address
    parts = (order.number, customer.number, customer.name, address.text, order.place.canonical)
    return "\n".join(dict.fromkeys(parts)).replace("\0", "").lower()


def _task_row(group: Group, task: Task, seq: int) -> Row:
    numbers = [item.number for item in group.items_of(task.id)]
    return {
        "id": task.id,
        "group_id": group.id,
        "seq": seq,
        "state": task_state(group, task).value,
        "district_code": task.district_code,
        "crew_id": task.crew,
        "appointment_required": appointment_required(group, task),
        "appointment_at": task.appointment.starts_at if task.appointment is not None else None,
        "hold_cause": task.hold.cause.value if task.hold is not None else None,
        "revisit": task.follows is not None,
        "due_at": TaskView(group, task).due_at,
        "created_at": task.created_at,
        "search": "\n".join(searched(group.orders[number]) for number in dict.fromkeys(numbers)),
    }


def _item_row(group: Group, item: WorkItem) -> Row:
    return {
        "id": item.id,
        "group_id": group.id,
        "task_id": item.task,
        "order_number": item.number,
        "state": item.state.value,
        "claimant_id": item.claimant,
    }


def _receipt_row(group: Group, order: Order, receipt: Receipt) -> Row:
    return {
        "id": receipt.id,
        "order_number": order.number,
        "group_id": group.id,
        "kind": receipt.kind.value,
        "attempt": receipt.attempt,
        "outcome": receipt.outcome.value,
        "delivery": receipt.delivery.value,
        "at": receipt.at,
    }


def _outbox_row(group: Group, errand: Open) -> Row:
    """The workers' own columns are as of an errand that nobody took yet."""
    return {
        "id": errand.id,
        "group_id": group.id,
        "order_number": errand.number,
        "topic": errand.topic.value,
        "lane": errand.lane,
        "seq": errand.seq,
        "urgent": errand.urgent,
        "due_at": errand.due_at,
        "leased_until": None,
        "holder": None,
        "tries": 0,
        "progress": "{}",
    }


def _history_row(group: Group, success: Success) -> Row:
    traces = success.traces
    return {
        "id": correlation_key(traces.number, traces.kind, success.attempt),
        "group_id": group.id,
        "order_number": traces.number,
        "attempt": success.attempt,
        "kind": traces.kind.value,
        "product": traces.product,
        "place": traces.place,
        "standard_id": traces.standard_id,
        "port": traces.port,
        "device": traces.device,
        "service": success.service,
        "data": json_text(success.data),
        "at": success.at,
    }
