"""What a filter, a sort and a viewer mean, said by the rows themselves and without a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from domain import access
from domain.access import ERASED, Scope, may_see_group
from domain.filters import (
    BoardFilter,
    FusionGroupFilter,
    FusionGroupSort,
    OrderFilter,
    OrderSort,
    ReceiptFilter,
    TaskFilter,
    TaskSort,
)
from domain.groups import Group
from domain.values import Role
from domain.views import GroupView, OrderView, ReceiptView, TaskView

LAST = datetime.max.replace(tzinfo=UTC)


def orders_of(groups: Iterable[Group]) -> list[OrderView]:
    return [order for group in groups for order in GroupView(group).orders]


def tasks_of(groups: Iterable[Group]) -> list[TaskView]:
    return [task for group in groups for task in GroupView(group).tasks]


def receipts_of(groups: Iterable[Group]) -> list[ReceiptView]:
    return [receipt for order in orders_of(groups) for receipt in order.receipts]


def is_wanted_order(order: OrderView, wanted: OrderFilter, scope: Scope) -> bool:
    item, visit = order.work_item, order.work_item.task.row if order.work_item is not None else None
    received = order.row.received_at
    return (
        may_see_group(order.in_group, scope)
        and _any(wanted.states, order.state)
        and _any(wanted.steps, order.step)
        and _any(wanted.actions, order.row.action)
        and _any(wanted.district_codes, visit.district_code if visit else order.row.place.district_code)
        and _any(wanted.crew_ids, visit.crew if visit else None)
        and _any(wanted.claimant_ids, item.row.claimant if item else None)
        and _any(wanted.products, order.product_code)
        and _any(wanted.assurance_levels, order.row.payload.assurance_level)
        and _any(wanted.hold_causes, order.hold.cause if order.hold else None)
        and _before(order.row.payload.due_at, wanted.due_before)
        and (wanted.received_from is None or received >= wanted.received_from)
        and _before(received, wanted.received_to)
        and (wanted.text is None or _tells(order, wanted.text, scope))
    )


def is_wanted_group(row: GroupView, wanted: FusionGroupFilter, scope: Scope) -> bool:
    group, visits = row.row, list(row.row.tasks.values())
    places = [order.row.place.district_code for order in row.orders if order.work_item is None]
    return (
        may_see_group(group, scope)
        and _any(wanted.states, row.state)
        and _any(wanted.district_codes, *(visit.district_code for visit in visits), *places)
        and _any(wanted.crew_ids, *(visit.crew for visit in visits))
        and _any(wanted.products, *(order.product_code for order in row.orders))
        and _any(wanted.hold_causes, group.hold.cause if group.hold else None)
        and (not wanted.fused_only or group.fused)
        and _before(group.deadline_at, wanted.deadline_before)
        and (wanted.text is None or _names(group, wanted.text, scope))
    )


def is_wanted_task(task: TaskView, wanted: TaskFilter, scope: Scope) -> bool:
    return (
        may_see_group(task.in_group, scope)
        and _any(wanted.states, task.state)
        and _any(wanted.district_codes, task.row.district_code)
        and _any(wanted.crew_ids, task.row.crew)
        and _any(wanted.claimant_ids, *(item.row.claimant for item in task.items))
        and wanted.appointment_required in {None, task.appointment_required}
        and _any(wanted.hold_causes, task.row.hold.cause if task.row.hold else None)
        and _before(task.due_at, wanted.due_before)
        and (wanted.text is None or any(_tells(i.order, wanted.text, scope) for i in task.items))
    )


def is_wanted_receipt(receipt: ReceiptView, wanted: ReceiptFilter, _scope: Scope) -> bool:
    return (
        _any(wanted.deliveries, receipt.row.delivery)
        and _any(wanted.kinds, receipt.row.kind)
        and _any(wanted.order_numbers, receipt.of_order.number)
    )


def is_counted(order: OrderView, wanted: BoardFilter, scope: Scope) -> bool:
    same = OrderFilter(
        district_codes=wanted.district_codes,
        products=wanted.products,
        assurance_levels=wanted.assurance_levels,
        received_from=wanted.received_from,
        received_to=wanted.received_to,
    )
    return is_wanted_order(order, same, scope)


def _any(values: Collection[Any] | None, *present: Any) -> bool:
    return values is None or any(value in values for value in present)


def _before(instant: datetime | None, end: datetime | None) -> bool:
    return end is None or (instant is not None and instant < end)


def _tells(order: OrderView, text: str, scope: Scope) -> bool:
    """Whether what the viewer is shown of an order holds the text."""
    shown: list[str] = [order.id]
    address, customer = access.address(order, scope), access.customer(order, scope)
    if scope.role is not Role.CREW or address.text != ERASED:
        shown += [address.text, address.canonical, customer.number, customer.name]
    return any(text.lower() in part.lower() for part in shown if part != ERASED)


def _names(group: Group, text: str, scope: Scope) -> bool:
    return text.lower() in group.key.lower() or any(_tells(o, text, scope) for o in GroupView(group).orders)


def in_order(rows: Sequence[Any], sort: OrderSort | FusionGroupSort | TaskSort | None) -> list[Any]:
    """The rows as the sort has them: ties by id in the same direction, those without the instant last."""
    sought = _SOUGHT[sort]
    down = sort is None or sort.endswith("_DESC")
    return sorted(rows, key=lambda row: (sought(row) or LAST, row.id), reverse=down)


_SOUGHT: dict[Any, Callable[[Any], datetime | None]] = {
    OrderSort.RECEIVED_AT_DESC: lambda order: order.row.received_at,
    OrderSort.RECEIVED_AT_ASC: lambda order: order.row.received_at,
    OrderSort.DUE_AT_ASC: lambda order: order.row.payload.due_at,
    OrderSort.NUMBER_ASC: lambda _: None,
    FusionGroupSort.CREATED_AT_DESC: lambda group: group.row.created_at,
    FusionGroupSort.CREATED_AT_ASC: lambda group: group.row.created_at,
    FusionGroupSort.DEADLINE_AT_ASC: lambda group: group.row.deadline_at,
    TaskSort.CREATED_AT_DESC: lambda task: task.row.created_at,
    TaskSort.CREATED_AT_ASC: lambda task: task.row.created_at,
    TaskSort.DUE_AT_ASC: lambda task: task.due_at,
    TaskSort.APPOINTMENT_ASC: lambda task: task.row.appointment.starts_at if task.row.appointment else None,
    None: lambda receipt: receipt.row.at,
}
