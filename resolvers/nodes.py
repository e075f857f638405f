"""Things by their global ids: one read for all groups that they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domain import access
from domain.callbacks import READERS
from domain.commands import group_of, number_of, task_of
from domain.groups import Group
from domain.people import MemberView
from domain.values import AppointmentId, GroupId, ItemId, OrderNumber, ReceiptId, SubTaskId, TaskId
from domain.views import (
    AppointmentView,
    GroupView,
    ItemView,
    OrderView,
    ReceiptView,
    SubTaskView,
    TaskView,
)
from resolvers.context import Context
from schema.node import decode_id

Found = Mapping[str, Any]

_BY_GROUP: Final[Mapping[str, Callable[[str], GroupId]]] = {
    "FusionGroup": GroupId,
    "Task": lambda id_: group_of(TaskId(id_)),
    "Appointment": lambda id_: group_of(task_of(AppointmentId(id_))),
}
_BY_NUMBER: Final[Mapping[str, Callable[[str], OrderNumber]]] = {
    "Order": OrderNumber,
    "WorkItem": lambda id_: number_of(ItemId(id_)),
    "SubTask": lambda id_: number_of(SubTaskId(id_)),
    "Receipt": lambda id_: OrderNumber(id_.rsplit("/", 2)[0]),
}
_LOADERS: Final = {"Crew": "crew", "District": "district", "Product": "product", "Member": "member"}


async def find_nodes(context: Context, ids: Sequence[str]) -> list[Any]:
    """What each id is of, null for each that belongs to nothing which the caller may see."""
    keys = [decode_id(id_) or ("", "") for id_ in ids]
    reads = context.services.reads
    in_groups = {_BY_GROUP[kind](id_) for kind, id_ in keys if kind in _BY_GROUP}
    numbers = {_BY_NUMBER[kind](id_) for kind, id_ in keys if kind in _BY_NUMBER}
    groups = await reads.groups(in_groups) if in_groups else {}
    of_orders = await reads.groups_of_orders(numbers) if numbers else {}
    found = []
    for kind, id_ in keys:
        if kind in _BY_GROUP:
            found.append(_in_group(context, groups.get(_BY_GROUP[kind](id_)), kind, id_))
        elif kind in _BY_NUMBER:
            found.append(_in_group(context, of_orders.get(_BY_NUMBER[kind](id_)), kind, id_))
        else:
            found.append(await _elsewhere(context, kind, id_))
    return found


async def _elsewhere(context: Context, kind: str, id_: str) -> Any:
    """What no group holds: reference data, exchanges and callbacks."""
    if kind in _LOADERS:
        found = await context.loaders[_LOADERS[kind]].load(id_)
        hidden = isinstance(found, MemberView) and not access.may_see_member(found, context.scope)
        return None if hidden else found
    if kind == "Exchange" and access.may_see_ledger(None, context.scope):
        return (await context.services.reads.exchange([id_])).get(id_)
    if kind == "Callback" and context.scope.role in READERS:
        return (await context.services.callbacks.find([id_])).get(id_)
    return None


def _in_group(context: Context, group: Group | None, kind: str, id_: str) -> Any:
    if group is None or not access.may_see_group(group, context.scope):
        return None
    found = _FINDERS[kind](group, id_)
    hidden = isinstance(found, ReceiptView) and not access.may_see_receipt(found, context.scope)
    return None if hidden else found


def order_in(group: Group, number: str) -> OrderView | None:
    """The order of that number."""
    order = group.orders.get(OrderNumber(number))
    return OrderView(group, order) if order is not None else None


def task_in(group: Group, id_: str) -> TaskView | None:
    """The visit of that id."""
    task = group.tasks.get(TaskId(id_))
    return TaskView(group, task) if task is not None else None


def item_in(group: Group, id_: str) -> ItemView | None:
    """The work item of that id."""
    item = group.items.get(ItemId(id_))
    return ItemView(group, item) if item is not None else None


def sub_task_in(group: Group, id_: str) -> SubTaskView | None:
    """The sub-task of that id."""
    number, _, kind = id_.rpartition("/")
    order = group.orders.get(OrderNumber(number))
    parts = [part for part in order.sub_tasks if part.kind == kind] if order is not None else []
    return SubTaskView(group, order, parts[0]) if order is not None and parts else None


def appointment_in(group: Group, id_: str) -> AppointmentView | None:
    """The appointment of that id."""
    task = group.tasks.get(task_of(AppointmentId(id_)))
    found = [a for a in task.appointments if a.id == id_] if task is not None else []
    return AppointmentView(group, task, found[0]) if task is not None and found else None


def receipt_in(group: Group, id_: str) -> ReceiptView | None:
    """The receipt of that id."""
    order = group.orders.get(OrderNumber(ReceiptId(id_).rsplit("/", 2)[0]))
    found = [r for r in order.receipts if r.id == id_] if order is not None else []
    return ReceiptView(group, order, found[0]) if order is not None and found else None


_FINDERS: Final[Mapping[str, Callable[[Group, str], Any]]] = {
    "FusionGroup": lambda group, _: GroupView(group),
    "Order": order_in,
    "Task": task_in,
    "WorkItem": item_in,
    "SubTask": sub_task_in,
    "Appointment": appointment_in,
    "Receipt": receipt_in,
}
