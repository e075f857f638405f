"""State, step and handler, derived upward from facts and never stored by hand (3.1 to 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.groups import Group
from domain.orders import Hold, Order, SubTask
from domain.tasks import FINAL_ITEM, HELD_BY_CLAIMANT, Task, WorkItem
from domain.values import (
    AppointmentState,
    ExecutionState,
    GroupState,
    MemberId,
    OrderState,
    ReceiptKind,
    ReceiptOutcome,
    Step,
    SubTaskKind,
    TaskState,
    Verdict,
    WorkItemState,
)

_FINAL_STATE = {
    ReceiptOutcome.SUCCEEDED: OrderState.COMPLETED,
    ReceiptOutcome.PARTIAL: OrderState.PARTIAL,
    ReceiptOutcome.FAILED: OrderState.FAILED,
    ReceiptOutcome.RETURNED: OrderState.FAILED,
}
_CLOSED = frozenset({ExecutionState.DONE, ExecutionState.TERMINATED_WITH_ERROR, ExecutionState.CANCELLED})


def order_state(group: Group, order: Order) -> OrderState:
    """工单状态. Suspensions and terminations are never PENDING, HELD or FAILED."""
    if order.cancellation is not None:
        return OrderState.CANCELLED if order.cancelled else OrderState.PENDING_CANCELLATION
    notice = order.receipt(ReceiptKind.COMPLETION)
    if notice is not None:
        return _FINAL_STATE[notice.outcome]
    if hold_of(group, order) is not None:
        return OrderState.HELD
    if order.dispatched_at is not None:
        return OrderState.IN_PROGRESS
    return OrderState.PENDING if group.fused and order.waits else OrderState.ACKNOWLEDGED


def hold_of(group: Group, order: Order) -> Hold | None:
    """Why an order is held: its own hold, its visit's, or its group's while that is not dispatched."""
    if order.final or order.unrefusable:
        return None
    if order.hold is not None:
        return order.hold
    item = group.item_of(order)
    if item is not None:
        return group.tasks[item.task].hold if item.open else None
    return group.hold if order.dispatched_at is None else None


def order_step(group: Group, order: Order) -> Step:
    """当前环节: the furthest step that holds."""
    if order.receipt(ReceiptKind.COMPLETION) is not None:
        return Step.RECEIPTED
    if order.dispatched_at is None:
        return Step.FUSING if group.fused or group.hold is not None else Step.RECEIVED
    item = group.item_of(order)
    if item is None:
        return Step.VERIFYING if _verifies(order) else Step.DISPATCHED
    return _visit_step(group, order, item)


def _visit_step(group: Group, order: Order, item: WorkItem) -> Step:
    if item.state is WorkItemState.DONE:
        return Step.VERIFYING if _verifies(order) else Step.CONSTRUCTED
    if item.state is WorkItemState.ON_SITE:
        return Step.ON_SITE
    if item.state is WorkItemState.CLAIMED:
        return Step.APPOINTED if group.tasks[item.task].appointment is not None else Step.CLAIMED
    return Step.DISPATCHED


def _verifies(order: Order) -> bool:
    """Whether activation or check is not final."""
    parts = (order.sub_task(SubTaskKind.ACTIVATION), order.sub_task(SubTaskKind.QUALITY_CHECK))
    return any(part.applies and part.execution not in _CLOSED for part in parts)


def handler_of(group: Group, order: Order) -> MemberId | None:
    """当前处理人: the claimant while the item is open."""
    item = group.item_of(order)
    return item.claimant if item is not None and item.state in HELD_BY_CLAIMANT else None


def is_stale(group: Group, order: Order, part: SubTask) -> bool:
    """Whether a check, passed or failed, is older than the last successful activation or construction (D16)."""
    settled = part.verdict in {Verdict.SUCCEEDED, Verdict.FAILED}
    if part.kind is not SubTaskKind.QUALITY_CHECK or not settled:
        return False
    activation = order.sub_task(SubTaskKind.ACTIVATION)
    activated = activation.settled if activation.verdict is Verdict.SUCCEEDED else 0
    item = group.item_of(order)
    return part.settled < max(activated, item.done if item is not None else 0)


def task_state(group: Group, task: Task) -> TaskState:
    """任务单's state, from its items, its appointment and its hold."""
    items = [item for item in group.items_of(task.id) if item.state is not WorkItemState.CANCELLED]
    if not items:
        return TaskState.CANCELLED
    if all(item.state in FINAL_ITEM for item in items):
        return _finished(items)
    if task.hold is not None:
        return TaskState.HELD
    if _begun(task, items):
        return TaskState.IN_PROGRESS
    return TaskState.PLANNED if task.appointment is not None else TaskState.OPEN


def _finished(items: list[WorkItem]) -> TaskState:
    states = {item.state for item in items}
    if states == {WorkItemState.DONE}:
        return TaskState.COMPLETED
    return TaskState.UNABLE_TO_COMPLETE if states == {WorkItemState.RETURNED} else TaskState.PARTIAL


def task_open(group: Group, task: Task) -> bool:
    """Whether an item of the visit is still to be done."""
    return any(item.open for item in group.items_of(task.id))


def task_begun(group: Group, task: Task) -> bool:
    """Whether the crew is or was on site: from then on no order joins and nothing is merged or moved.

    An item that was given back without going there (退单) begins nothing.
    """
    return _begun(task, group.items_of(task.id))


def _begun(task: Task, items: Sequence[WorkItem]) -> bool:
    return any(item.state is WorkItemState.DONE for item in items) or _under_way(task, items)


def task_under_way(group: Group, task: Task) -> bool:
    """Whether the crew is on site now: the point of no return of its appointment (3.5)."""
    return _under_way(task, group.items_of(task.id))


def _under_way(task: Task, items: Sequence[WorkItem]) -> bool:
    appointment = task.appointment
    if appointment is not None and appointment.state is AppointmentState.IN_PROGRESS:
        return True
    return any(item.state is WorkItemState.ON_SITE for item in items)


def appointment_required(group: Group, task: Task) -> bool:
    """Whether somebody has yet to call the customer: an open item and no active appointment."""
    return task_open(group, task) and task.appointment is None


def group_state(group: Group) -> GroupState:
    """The group's state: of its holds before dispatch, of its orders after it."""
    orders = list(group.orders.values())
    if all(order.final for order in orders):
        return _closed(group)
    waits = any(order.dispatched_at is None and not order.final for order in orders)
    if group.dispatched_at is None and waits:
        return GroupState.HELD if group.hold is not None else GroupState.COLLECTING
    if any(order.final for order in orders if not order.cancelled):
        return GroupState.IN_PROGRESS
    if any(
        item.claimant is not None
        for item in group.items.values()
        if item.state is not WorkItemState.CANCELLED
    ):
        return GroupState.IN_PROGRESS
    return GroupState.DISPATCHED


def _closed(group: Group) -> GroupState:
    states = {order_state(group, order) for order in group.orders.values()}
    if states <= {OrderState.CANCELLED}:
        return GroupState.CANCELLED
    return GroupState.COMPLETED if states == {OrderState.COMPLETED} else GroupState.PARTIAL


def visits_saved(group: Group) -> int:
    """Work items less visits, both without the cancelled; 0 before dispatch."""
    items = [item for item in group.items.values() if item.state is not WorkItemState.CANCELLED]
    return len(items) - len({item.task for item in items})
