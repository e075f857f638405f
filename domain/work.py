"""On site, held by the customer, or returned (退单): what a claimant says of an item besides its receipt."""

from __future__ import annotations

from dataclasses import replace

from domain.appointments import begun
from domain.claims import UNKNOWN_ITEM, visible_item
from domain.commands import HoldWorkItem, ReturnWorkItem, StartWork
from domain.decisions import Decision, Done, Groups, Refs
from domain.groups import Group
from domain.journal import Context, Journal
from domain.orders import Hold, Order, Receipt
from domain.progress import hold_of
from domain.refusals import (
    InvalidInput,
    NotClaimant,
    NotFound,
    NotHoldable,
    NotReturnable,
    NotStartable,
    Problem,
)
from domain.tasks import HELD_BY_CLAIMANT, WorkItem
from domain.texts import problem_of_text
from domain.values import (
    HoldCause,
    OrderAction,
    ReasonCode,
    ReceiptId,
    ReceiptKind,
    ReceiptOutcome,
    UpdateKind,
    WorkItemState,
)

HOLDABLE = (HoldCause.CUSTOMER_POSTPONED, HoldCause.BLOCKED)
RETURNABLE = frozenset({OrderAction.SURVEY, OrderAction.ACTIVATION})


def start_work(command: StartWork, groups: Groups, context: Context) -> Decision:
    """On site, with or without an appointment; an active one is under way from now on."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    if item.claimant is None or item.claimant != context.actor.scope.member:
        return NotClaimant("only its claimant starts the work", item.claimant)
    if (reason := _why_not_startable(group, item)) is not None:
        return NotStartable(reason)
    journal = Journal(group, context)
    if item.state is WorkItemState.CLAIMED:
        on_site = replace(item, state=WorkItemState.ON_SITE, offered_to=None, version=item.version + 1)
        journal.write(UpdateKind.WORK_STARTED, on_site, begun(group.tasks[item.task]), item=item.id)
    return Done((journal,), Refs((group.id,), item=item.id))


def _why_not_startable(group: Group, item: WorkItem) -> str | None:
    if not item.open:
        return f"the item is {item.state}"
    hold = group.tasks[item.task].hold or hold_of(group, group.orders[item.number])
    if hold is not None:
        return f"it is held ({hold.cause}: {hold.message}); a dispatcher can resolve it"
    return None


def hold_work_item(command: HoldWorkItem, groups: Groups, context: Context) -> Decision:
    """The customer postpones, or something blocks the work. Never a suspension or a termination."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    scope = context.actor.scope
    if not scope.dispatches and (item.claimant is None or item.claimant != scope.member):
        return NotClaimant("only its claimant or a dispatcher holds an item", item.claimant)
    order = group.orders[item.number]
    if order.unrefusable:
        return NotHoldable(f"a {order.action} is always carried out; nothing may hold it")
    problems = _hold_problems(command, context)
    if problems:
        return InvalidInput("the hold is not usable; nothing was changed", problems)
    if not item.open or order.hold is not None:
        why = f"the item is {item.state}" if not item.open else "the order is held already"
        return NotHoldable(why)
    journal = Journal(group, context)
    hold = Hold(command.cause, command.reason, context.now, command.until)
    journal.write(UpdateKind.ORDER_HELD, replace(order, hold=hold), item=item.id, cause=command.cause)
    return Done((journal,), Refs((group.id,), item=item.id, order=order.number))


def _hold_problems(command: HoldWorkItem, context: Context) -> tuple[Problem, ...]:
    found = []
    if command.cause not in HOLDABLE:
        found.append(Problem(("cause",), f"is {command.cause}; a person sets {' or '.join(HOLDABLE)} only"))
    if not command.reason.strip():
        found.append(Problem(("reason",), "is empty; say what the customer said"))
    if command.until is not None and command.until <= context.now:
        found.append(Problem(("until",), "lies in the past; give a later instant, or none"))
    text = problem_of_text(command.reason, ("reason",))
    return (*found, *([text] if text else []))


def return_work_item(command: ReturnWorkItem, groups: Groups, context: Context) -> Decision:
    """退单: give an order back upstream with a reason; of surveys and activations only."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    if item.claimant is None or item.claimant != context.actor.scope.member:
        return NotClaimant("only its claimant returns an item", item.claimant)
    order = group.orders[item.number]
    if (reason := _why_not_returnable(order, item, command)) is not None:
        return NotReturnable(reason)
    journal = Journal(group, context)
    receipt = Receipt(
        id=ReceiptId(f"{order.number}/{order.attempt}/{ReceiptKind.CONSTRUCTION}"),
        kind=ReceiptKind.CONSTRUCTION,
        attempt=order.attempt,
        outcome=ReceiptOutcome.RETURNED,
        at=context.now,
        by=item.claimant,
        reason=command.reason,
        note=command.note,
    )
    returned = replace(item, state=WorkItemState.RETURNED, offered_to=None, version=item.version + 1)
    journal.write(UpdateKind.ITEM_RETURNED, returned, item=item.id, reason=command.reason)
    receipted = replace(order, receipts=(*order.receipts, receipt))
    journal.write(
        UpdateKind.RECEIPT_FINAL, receipted, item=item.id, receipt=receipt.id, receipt_kind=receipt.kind
    )
    return Done((journal,), Refs((group.id,), item=item.id, receipt=receipt.id))


def _why_not_returnable(order: Order, item: WorkItem, command: ReturnWorkItem) -> str | None:
    if order.action not in RETURNABLE:
        return f"a {order.action} is always carried out; it cannot be returned"
    if item.state not in HELD_BY_CLAIMANT:
        return f"the item is {item.state}"
    if command.reason is ReasonCode.OTHER and not (command.note or "").strip():
        return "the reason OTHER needs a note that says what it is"
    problem = problem_of_text(command.note, ("note",))
    return f"the note {problem.message}" if problem is not None else None
