"""Upstream takes an order back, or has a failed one done again; a dispatcher closes a partial one (3.1, 3.7)."""

from __future__ import annotations

from dataclasses import replace

from domain import subtasks
from domain.closing import close_order
from domain.commands import AcceptPartial, CancelOrder, ReopenOrder
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.dispatch import place
from domain.gathering import evaluate
from domain.history import NETWORK
from domain.journal import Context, Journal
from domain.orders import Cancellation, Order
from domain.progress import order_state
from domain.refusals import NotAcceptable, NotCancellable, NotFound, NotReopenable
from domain.values import (
    ExecutionState,
    OrderState,
    ReceiptKind,
    ReceiptOutcome,
    SubTaskKind,
    UpdateKind,
    Verdict,
    WorkItemState,
)


def cancel_order(command: CancelOrder, groups: Groups, context: Context) -> Decision:
    """Undo an order, its network part first; refused once its receipt is final."""
    group = group_with(groups, command.number)
    if group is None:
        return NotFound(f"order {command.number} is unknown")
    order = group.orders[command.number]
    if (reason := _why_not_cancellable(order)) is not None:
        return NotCancellable(f"order {order.number} {reason}")
    journal = Journal(group, context)
    if order.cancellation is None:
        _request(journal, order, command.reason)
    after = journal.group.orders[order.number]
    return Done((journal,), Refs((group.id,), order=order.number, pending=not after.cancelled))


def _why_not_cancellable(order: Order) -> str | None:
    if order.cancelled:
        return None
    if (
        order.receipt(ReceiptKind.COMPLETION) is not None
        or order.receipt(ReceiptKind.CONSTRUCTION) is not None
    ):
        return "has a final receipt; issue a termination instead"
    if not order.waits and order.sub_task(SubTaskKind.ACTIVATION).verdict is Verdict.SUCCEEDED:
        return "is already carried out in the network"
    return None


def _request(journal: Journal, order: Order, reason: str) -> None:
    cancellation = Cancellation(reason, journal.now)
    asked = replace(order, cancellation=cancellation, hold=None, jeopardy=None, amendment=None)
    active = order.sub_task(SubTaskKind.ACTIVATION).verdict is Verdict.SUCCEEDED
    stopped = subtasks.stopped(asked, *SubTaskKind)
    journal.write(UpdateKind.CANCELLATION_REQUESTED, stopped, order=order.number, pending=active)
    _cancel_item(journal, stopped)
    if active:
        subtasks.begin_attempt(journal, stopped, SubTaskKind.ACTIVATION, reset=True)
    else:
        finish_cancellation(journal, stopped, cancellation)


def _cancel_item(journal: Journal, order: Order) -> None:
    item = journal.group.item_of(order)
    if item is not None and item.open:
        gone = replace(item, state=WorkItemState.CANCELLED, offered_to=None, version=item.version + 1)
        journal.write(UpdateKind.ITEM_CANCELLED, gone, item=item.id, claimant=item.claimant)


def finish_cancellation(journal: Journal, order: Order, asked: Cancellation) -> None:
    """Everything of the order is undone; the rest of its group may now be complete."""
    done = replace(asked, done_at=journal.now)
    closed = replace(order, cancellation=done, closed_at=journal.now)
    journal.write(UpdateKind.ORDER_CANCELLED, closed, order=order.number)
    evaluate(journal)


def reopen_order(command: ReopenOrder, groups: Groups, context: Context) -> Decision:
    """The next attempt of a failed or partial order, in a visit that follows the first.

    Only an order with a visit fails or is accepted as partial, so there is always one to repeat.
    """
    group = group_with(groups, command.number)
    if group is None:
        return NotFound(f"order {command.number} is unknown")
    order = group.orders[command.number]
    state = order_state(group, order)
    if state not in {OrderState.FAILED, OrderState.PARTIAL}:
        return NotReopenable(f"order {order.number} is {state}; only FAILED and PARTIAL orders are reopened")
    journal = Journal(group, context)
    again = replace(order, attempt=order.attempt + 1, closed_at=None, hold=None, jeopardy=None)
    facts = {"closed_at": None}
    journal.write(UpdateKind.ORDER_REOPENED, again, order=order.number, facts=facts, attempt=again.attempt)
    for part in again.sub_tasks:
        if part.applies:
            again = subtasks.begin_attempt(journal, again, part.kind, reset=True, fresh=True)
    if again.sub_task(SubTaskKind.CONSTRUCTION).applies:
        place(journal, [order.number])
    return Done((journal,), Refs((group.id,), order=order.number))


def accept_partial(command: AcceptPartial, groups: Groups, context: Context) -> Decision:
    """Close an order whose construction is done and another part failed for good, as PARTIAL."""
    group = group_with(groups, command.number)
    if group is None:
        return NotFound(f"order {command.number} is unknown")
    order = group.orders[command.number]
    if (reason := _why_not_acceptable(order)) is not None:
        return NotAcceptable(f"order {order.number} {reason}")
    journal = Journal(group, context)
    receipt = close_order(journal, order, ReceiptOutcome.PARTIAL, note=command.reason)
    return Done((journal,), Refs((group.id,), order=order.number, receipt=receipt.id))


def _why_not_acceptable(order: Order) -> str | None:
    if order.final:
        return "is final"
    if order.unrefusable:
        return f"is a {order.action}, which is always carried out whole"
    if order.sub_task(SubTaskKind.CONSTRUCTION).verdict is not Verdict.SUCCEEDED:
        return "has no finished construction"
    others = [order.sub_task(kind) for kind in NETWORK]
    if not any(part.execution is ExecutionState.TERMINATED_WITH_ERROR for part in others):
        return "has no part which failed for good; wait, or retry the sub-task"
    return None
