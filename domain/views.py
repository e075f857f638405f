"""A group's parts with their group at hand: the rows that queries, updates and refusals show.

An attribute of a view has the name and the meaning of the field in the public schema; what a view does not
define is the attribute of the ``row`` in it. What depends on the viewer is not here but in ``access``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import contacts, fusing, progress
from domain.contacts import Contact
from domain.groups import Group
from domain.orders import Hold, Order, OrderPayload, Receipt, SubTask, sub_task_id
from domain.rows import View, shows
from domain.tasks import Appointment, Task, WorkItem
from domain.values import (
    CrewId,
    GroupState,
    MemberId,
    OrderNumber,
    OrderState,
    ProductCode,
    Step,
    SubTaskId,
    TaskState,
)


@shows(Group)
@dataclass(frozen=True, slots=True)
class GroupView(View):
    """A fusion group as a row. ``row`` is the group."""

    row: Group

    @property
    def state(self) -> GroupState:
        """Derived from its orders."""
        return progress.group_state(self.row)

    @property
    def expected_numbers(self) -> list[OrderNumber]:
        """All that belong to it, by number."""
        return sorted(fusing.expected_numbers(self.row))

    @property
    def missing_numbers(self) -> list[OrderNumber]:
        """Those of them that were not received."""
        return sorted(fusing.missing_numbers(self.row))

    @property
    def orders(self) -> list[OrderView]:
        """By number."""
        return [OrderView(self.row, order) for _, order in sorted(self.row.orders.items())]

    @property
    def tasks(self) -> list[TaskView]:
        """In the order of creation."""
        return [TaskView(self.row, task) for task in self.row.tasks.values()]

    @property
    def first_contact(self) -> Contact | None:
        """The first contact of the group, null while pending."""
        return contacts.group_contact(self.row)

    @property
    def visits_saved(self) -> int:
        """Work items less visits."""
        return progress.visits_saved(self.row)


@shows(OrderPayload, "row.payload")
@shows(Order)
@dataclass(frozen=True, slots=True)
class OrderView(View):
    """An order as a row. What is no fact of ours is read from its payload."""

    in_group: Group
    row: Order

    @property
    def id(self) -> OrderNumber:
        """The order's number."""
        return self.row.number

    @property
    def product_code(self) -> ProductCode:
        """业务类型."""
        return self.row.payload.product

    @property
    def state(self) -> OrderState:
        """Derived."""
        return progress.order_state(self.in_group, self.row)

    @property
    def step(self) -> Step:
        """Derived."""
        return progress.order_step(self.in_group, self.row)

    @property
    def handler(self) -> MemberId | None:
        """The claimant while the item is open."""
        return progress.handler_of(self.in_group, self.row)

    @property
    def hold(self) -> Hold | None:
        """Its own, its visit's or its group's."""
        return progress.hold_of(self.in_group, self.row)

    @property
    def related_count(self) -> int:
        """关联工单数量, the others."""
        return fusing.own_count(self.row.payload) or 0

    @property
    def related_numbers(self) -> list[OrderNumber]:
        """关联工单号, as upstream listed them."""
        return list(self.row.payload.fusion.related_numbers) if self.row.payload.fusion is not None else []

    @property
    def group(self) -> GroupView:
        """Its fusion group."""
        return GroupView(self.in_group)

    @property
    def work_item(self) -> ItemView | None:
        """Of the present attempt."""
        item = self.in_group.item_of(self.row)
        return ItemView(self.in_group, item) if item is not None else None

    @property
    def sub_tasks(self) -> list[SubTaskView]:
        """Construction, activation, quality check."""
        return [SubTaskView(self.in_group, self.row, part) for part in self.row.sub_tasks]

    @property
    def receipts(self) -> list[ReceiptView]:
        """Newest first."""
        return [ReceiptView(self.in_group, self.row, receipt) for receipt in reversed(self.row.receipts)]


@shows(Task)
@dataclass(frozen=True, slots=True)
class TaskView(View):
    """A visit as a row."""

    in_group: Group
    row: Task

    @property
    def state(self) -> TaskState:
        """Derived."""
        return progress.task_state(self.in_group, self.row)

    @property
    def group(self) -> GroupView:
        """Its fusion group."""
        return GroupView(self.in_group)

    @property
    def crew_id(self) -> CrewId | None:
        """The crew of its district."""
        return self.row.crew

    @property
    def items(self) -> list[ItemView]:
        """By order number."""
        return [ItemView(self.in_group, item) for item in self.in_group.items_of(self.row.id)]

    @property
    def first_contact(self) -> Contact | None:
        """The first contact of the visit, null while pending."""
        return contacts.first_contact(self.in_group, self.row.id)

    @property
    def appointment(self) -> AppointmentView | None:
        """The active one."""
        active = self.row.appointment
        return AppointmentView(self.in_group, self.row, active) if active is not None else None

    @property
    def appointments(self) -> list[AppointmentView]:
        """All, newest first."""
        return [AppointmentView(self.in_group, self.row, a) for a in reversed(self.row.appointments)]

    @property
    def appointment_required(self) -> bool:
        """An open item and no active appointment."""
        return progress.appointment_required(self.in_group, self.row)

    @property
    def follows(self) -> TaskView | None:
        """The visit which this one repeats."""
        earlier = self.in_group.tasks.get(self.row.follows) if self.row.follows is not None else None
        return TaskView(self.in_group, earlier) if earlier is not None else None

    @property
    def due_at(self) -> datetime | None:
        """The earliest of its orders."""
        numbers = {item.number for item in self.in_group.items_of(self.row.id)}
        return min((due for n in numbers if (due := self.in_group.orders[n].payload.due_at)), default=None)


@shows(WorkItem)
@dataclass(frozen=True, slots=True)
class ItemView(View):
    """A work item as a row."""

    in_group: Group
    row: WorkItem

    @property
    def order(self) -> OrderView:
        """The order that it is the share of."""
        return OrderView(self.in_group, self.in_group.orders[self.row.number])

    @property
    def task(self) -> TaskView:
        """The visit."""
        return TaskView(self.in_group, self.in_group.tasks[self.row.task])


@shows(SubTask)
@dataclass(frozen=True, slots=True)
class SubTaskView(View):
    """A sub-task as a row."""

    in_group: Group
    of_order: Order
    row: SubTask

    @property
    def id(self) -> SubTaskId:
        """The sub-task's id."""
        return sub_task_id(self.of_order.number, self.row.kind)

    @property
    def next_try_at(self) -> datetime | None:
        """Before when the network is not asked again."""
        return self.row.due_at

    @property
    def stale(self) -> bool:
        """Whether a check is older than what it checked."""
        return progress.is_stale(self.in_group, self.of_order, self.row)

    @property
    def order(self) -> OrderView:
        """Its order."""
        return OrderView(self.in_group, self.of_order)


@shows(Appointment)
@dataclass(frozen=True, slots=True)
class AppointmentView(View):
    """An appointment as a row."""

    in_group: Group
    in_task: Task
    row: Appointment

    @property
    def task(self) -> TaskView:
        """Its visit."""
        return TaskView(self.in_group, self.in_task)

    @property
    def replaces(self) -> AppointmentView | None:
        """The one that it replaced."""
        earlier = next((a for a in self.in_task.appointments if a.id == self.row.replaces), None)
        return AppointmentView(self.in_group, self.in_task, earlier) if earlier is not None else None


@shows(Receipt)
@dataclass(frozen=True, slots=True)
class ReceiptView(View):
    """A receipt as a row."""

    in_group: Group
    of_order: Order
    row: Receipt

    @property
    def order(self) -> OrderView:
        """Its order."""
        return OrderView(self.in_group, self.of_order)

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What the claimant sent."""
        return self.row.evidence or {}
