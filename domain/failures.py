"""What follows when the network fails: a repair from history, the visit again, the next try, or somebody's attention.

A suspension or termination is tried again and then made urgent; nothing of it ever fails for good (D14).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from domain import subtasks
from domain.dispatch import alarm, create_visit, new_item, raise_jeopardy
from domain.journal import Journal
from domain.orders import Order, SubTask
from domain.repairs import repairs_of, wanted_history
from domain.tasks import WorkItem
from domain.values import (
    ExecutionState,
    JeopardyLevel,
    OrderNumber,
    SubTaskKind,
    UpdateKind,
    Verdict,
    WorkItemState,
)
from domain.verdicts import Cause, cause_of

URGENT_SHARE: Final = 1 / 15
"""Of the usual pause: so soon a suspension, termination or deactivation is tried again."""


def after_failure(journal: Journal, number: OrderNumber, kind: SubTaskKind) -> None:
    """Whatever can still be done by ourselves is begun; what cannot is put before a person."""
    order = journal.group.orders[number]
    part = order.sub_task(kind)
    if (item := _to_reopen(journal, order, part)) is not None:
        _reopen(journal, order, item)
    elif not _repair(journal, order, part):
        _go_on(journal, order, part)


def _repair(journal: Journal, order: Order, part: SubTask) -> bool:
    """Whether something was found to send otherwise; it is sent, or proposed where the product asks for a word."""
    product = journal.context.world.products.get(order.payload.product)
    known = journal.context.history[wanted_history(order, part.kind)]
    repairs = repairs_of(order, part, known, product)
    if not repairs:
        return False
    if product is not None and product.confirm_repairs and not order.unrefusable:
        waiting = subtasks.with_part(order, replace(part, proposal=repairs))
        fields = ", ".join(repair.field for repair in repairs)
        text = f"{part.kind} failed, and a repair of {fields} waits: retry the sub-task to let it go"
        raise_jeopardy(journal, waiting, JeopardyLevel.WARNING, text)
        return True
    subtasks.begin_attempt(journal, order, part.kind, kind=UpdateKind.SUB_TASK_REPAIRED, repairs=repairs)
    return True


def _go_on(journal: Journal, order: Order, part: SubTask) -> None:
    """Without anything to send otherwise."""
    most = journal.context.world.policy.suspension_attempts
    if order.cancellation is not None or (order.unrefusable and part.failures < most):
        due = journal.now + patience(order, part.failures - 1, journal)
        subtasks.begin_attempt(journal, order, part.kind, due_at=due)
        if part.failures == most:
            text = f"{part.kind} failed {most} times while the order is taken back; it is tried again"
            raise_jeopardy(journal, journal.group.orders[order.number], JeopardyLevel.CRITICAL, text)
        return
    text = f"{part.kind} failed for good; retry it, or send somebody"
    raise_jeopardy(journal, order, JeopardyLevel.CRITICAL, text)
    _send_somebody(journal, order.number)


def patience(order: Order, tries: int, journal: Journal) -> timedelta:
    """How long to wait before the next try, after so many before it."""
    usual = journal.context.world.policy.retry_after(tries)
    return usual * URGENT_SHARE if order.unrefusable or order.cancellation is not None else usual


def alarm_inconclusive(journal: Journal, number: OrderNumber, kind: SubTaskKind) -> None:
    """Tries without a result become somebody's business: soon for what must be carried out, later for the rest."""
    order, policy = journal.group.orders[number], journal.context.world.policy
    part = order.sub_task(kind)
    why = part.attempts[-1].failure or "not ready"
    if order.unrefusable and part.inconclusive >= policy.suspension_attempts:
        text = f"{kind} has no result after {policy.suspension_attempts} tries ({why}); it is tried again"
        raise_jeopardy(journal, order, JeopardyLevel.CRITICAL, text)
        _send_somebody(journal, number)
    elif part.inconclusive == policy.hopeful_tries:
        text = f"{kind} has no result after {part.inconclusive} tries ({why}); it is tried again"
        raise_jeopardy(journal, order, JeopardyLevel.WARNING, text)


def _send_somebody(journal: Journal, number: OrderNumber) -> None:
    """An urgent item of its own for what the network could not do (D14); once, where no visit is made anyway."""
    order = journal.group.orders[number]
    if not order.unrefusable or journal.group.item_of(order) is not None:
        return
    part = order.sub_task(SubTaskKind.CONSTRUCTION)
    order = subtasks.with_part(order, replace(part, execution=ExecutionState.ACKNOWLEDGED, verdict=None))
    order = subtasks.begin_attempt(journal, order, SubTaskKind.CONSTRUCTION, kind=UpdateKind.SUB_TASK_STARTED)
    task = create_visit(journal, order, conflict=order.place.conflict)
    item = new_item(journal, order, task, urgent=True)
    journal.write(UpdateKind.ITEM_DISPATCHED, item, item=item.id, urgent=True, attempt=item.attempt)
    alarm(journal, number, task)


def _to_reopen(journal: Journal, order: Order, part: SubTask) -> WorkItem | None:
    """The item of a visit that was made though the line itself is at fault: somebody has to go there again (3.7)."""
    item = journal.group.item_of(order)
    done = item is not None and item.state is WorkItemState.DONE
    repairable = part.failures <= journal.context.world.policy.suspension_attempts and not order.unrefusable
    check = part.kind is SubTaskKind.QUALITY_CHECK and part.verdict is Verdict.FAILED
    on_site = check and cause_of(part.attempts[-1]) is Cause.ON_SITE
    return item if done and repairable and on_site else None


def _reopen(journal: Journal, order: Order, item: WorkItem) -> None:
    """DONE → CLAIMED: the same claimant goes again, in the order's next attempt, and the customer is called again.

    The receipt of the first visit stays as it is; the second visit has its own, of the next attempt.
    """
    member = journal.context.world.members.get(item.claimant) if item.claimant is not None else None
    stays = member is not None and member.active
    order = replace(order, attempt=order.attempt + 1, jeopardy=None)
    again = replace(
        item,
        state=WorkItemState.CLAIMED if stays else WorkItemState.OPEN,
        claimant=item.claimant if stays else None,
        claimed_at=item.claimed_at if stays else None,
        attempt=order.attempt,
        done=0,
        version=item.version + 1,
    )
    task = replace(journal.group.tasks[item.task], contacted=False)
    journal.write(UpdateKind.ITEM_REOPENED, order, again, task, item=item.id, attempt=order.attempt)
    subtasks.begin_attempt(journal, order, SubTaskKind.CONSTRUCTION)
