"""An attempt is made again: by a dispatcher's word, with other data where given, or because its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain import subtasks
from domain.commands import ResendSubTask, RetrySubTask
from domain.decisions import Decision, Done, Groups, Refs
from domain.journal import Context, Journal
from domain.orders import Order, Repair, SubTask
from domain.refusals import NotFound, NotRetryable
from domain.repairs import approved
from domain.reports import part_with
from domain.texts import problem_of_json
from domain.values import ExecutionState, HoldCause, SubTaskKind, Verdict


def retry_sub_task(command: RetrySubTask, groups: Groups, context: Context) -> Decision:
    """Send a sub-task again, with other data where given; its provenance is the dispatcher."""
    found = part_with(command.sub_task, groups)
    if found is None:
        return NotFound(f"sub-task {command.sub_task} is unknown")
    group, order, part = found
    broken = problem_of_json([command.data, command.reason], ("data",))
    reason = _why_not_retryable(order, part) or (f"cannot be sent: data {broken.message}" if broken else None)
    if reason is not None:
        return NotRetryable(f"sub-task {command.sub_task} {reason}")
    journal = Journal(group, context)
    repairs = _said(command, part, context)
    subtasks.begin_attempt(journal, replace(order, jeopardy=None), part.kind, repairs=repairs, reset=True)
    return Done((journal,), Refs((group.id,), sub_task=command.sub_task))


def _said(command: RetrySubTask, part: SubTask, context: Context) -> tuple[Repair, ...]:
    """The fields to send otherwise: of a proposal, which this word approves, and over them the dispatcher's own."""
    sent = part.attempts[-1].sent
    present = sent if isinstance(sent, Mapping) else {}
    own = command.data or {}
    waiting = [repair for repair in part.proposal if repair.field not in own]
    source = f"{context.actor}: {command.reason or 'retry'}"
    given = tuple(Repair(name, present.get(name), value, source) for name, value in own.items())
    return (*approved(waiting, str(context.actor)), *given)


def _why_not_retryable(order: Order, part: SubTask) -> str | None:
    if order.final or order.dispatched_at is None:
        return f"belongs to order {order.number}, which is {'final' if order.final else 'not dispatched'}"
    if order.cancellation is not None:
        return f"belongs to order {order.number}, which is being cancelled"
    if order.hold is not None and order.hold.cause is HoldCause.SUPERSEDED:
        return f"belongs to order {order.number}, which is superseded; resume the order first"
    if part.kind is SubTaskKind.CONSTRUCTION or not part.applies:
        return "is nothing that the network does"
    if part.verdict is None and part.execution is ExecutionState.IN_PROGRESS:
        return "is under way; wait for its result"
    if part.verdict is Verdict.SUCCEEDED:
        return "succeeded"
    return None


def resend_sub_task(command: ResendSubTask, groups: Groups, context: Context) -> Decision:
    """Make an attempt without a result again, when its time has come; otherwise nothing."""
    found = part_with(command.sub_task, groups)
    if found is None:
        return NotFound(f"sub-task {command.sub_task} is unknown")
    group, order, part = found
    journal = Journal(group, context)
    if _is_due(order, part, command.attempt, context):
        subtasks.begin_attempt(journal, order, part.kind, inconclusive=part.inconclusive)
    return Done((journal,), Refs((group.id,), sub_task=command.sub_task))


def _is_due(order: Order, part: SubTask, attempt: int, context: Context) -> bool:
    open_ = not order.final and part.execution is ExecutionState.IN_PROGRESS
    waits = part.verdict is Verdict.INCONCLUSIVE and part.due_at is not None and part.due_at <= context.now
    return open_ and waits and part.present is not None and part.present.number == attempt
