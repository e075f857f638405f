"""What the network management system says of activation and check, and a dispatcher's retry (3.4, D14, D16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain import subtasks
from domain.cancellation import finish_cancellation
from domain.catalogue import Threshold
from domain.commands import Measured, ReportSubTask, RetrySubTask, number_of
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.dispatch import alarm, create_visit, new_item, raise_jeopardy
from domain.groups import Group
from domain.journal import Context, Journal
from domain.orders import Attempt, Measure, Order, SubTask
from domain.refusals import InvalidInput, NotFound, NotRetryable, Problem
from domain.texts import problem_of_json, problem_of_text
from domain.values import (
    ExecutionState,
    HoldCause,
    JeopardyLevel,
    OrderNumber,
    ReportOutcome,
    SubTaskId,
    SubTaskKind,
    UpdateKind,
    Verdict,
)

LONGEST_EVENT_ID = 200
LONGEST_FAILURE = 2000
MOST_MEASURES = 100
ECHO_MISMATCH = "ECHO_MISMATCH"

_KBITS: Mapping[str, float] = {"kbit/s": 1, "Mbit/s": 1000, "Gbit/s": 1_000_000}
_RATES: Mapping[str, float] = {"subscribedRateKbps": 1, "subscribedRateMbps": 1000}
"""Fields of "first data" which may hold the subscribed rate, in kbit/s each."""


def report_sub_task(command: ReportSubTask, groups: Groups, context: Context) -> Decision:
    """Take a report. One of another attempt, or one that was taken already, has no effect."""
    found = _part(command.sub_task, groups)
    if found is None:
        return NotFound(f"sub-task {command.sub_task} is unknown")
    group, order, part = found
    problems = _problems(command, part)
    if problems:
        return InvalidInput("the report is not usable; nothing of it was stored", problems)
    journal = Journal(group, context)
    counted = _counts(command, order, part)
    if counted:
        _take(journal, order, part, command)
    refs = Refs((group.id,), sub_task=command.sub_task, counted=counted or _taken(command, part))
    return Done((journal,), refs)


def _part(sub_task: SubTaskId, groups: Groups) -> tuple[Group, Order, SubTask] | None:
    number = number_of(sub_task)
    group, kind = group_with(groups, number), sub_task.rsplit("/", 1)[-1]
    if group is None or kind not in SubTaskKind.__members__:
        return None
    order = group.orders[number]
    return group, order, order.sub_task(SubTaskKind(kind))


def _problems(command: ReportSubTask, part: SubTask) -> tuple[Problem, ...]:
    found = []
    if part.kind is SubTaskKind.CONSTRUCTION:
        text = (
            "is the CONSTRUCTION, whose result is the claimant's receipt; report ACTIVATION or QUALITY_CHECK"
        )
        found.append(Problem(("subTaskId",), text))
    elif not part.applies:
        found.append(Problem(("subTaskId",), "is NOT_APPLICABLE to this order; nothing is to be reported"))
    if not command.event_id.strip():
        found.append(Problem(("eventId",), "is empty; give the event's own id"))
    if len(command.measures) > MOST_MEASURES:
        found.append(Problem(("measures",), f"holds {len(command.measures)}; at most {MOST_MEASURES}"))
    texts = (("eventId", command.event_id, LONGEST_EVENT_ID), ("failure", command.failure, LONGEST_FAILURE))
    for name, given, longest in texts:
        problem = problem_of_text(given or "", (name,), longest)
        found += [problem] if problem else []
    said = {"echoed": command.echoed, "refusedFields": command.refused_fields}
    said["measures"] = [(measure.metric, measure.unit) for measure in command.measures]
    found += [p for name, value in said.items() if (p := problem_of_json(value, (name,))) is not None]
    return tuple(found)


def _taken(command: ReportSubTask, part: SubTask) -> bool:
    """Whether this very event had its effect already: then it is answered as it was."""
    return any(a.number == command.attempt and command.event_id in a.event_ids for a in part.attempts)


def _counts(command: ReportSubTask, order: Order, part: SubTask) -> bool:
    present = part.present
    if present is None or present.number != command.attempt or order.final:
        return False
    return part.execution is ExecutionState.IN_PROGRESS and command.event_id not in present.event_ids


def _take(journal: Journal, order: Order, part: SubTask, command: ReportSubTask) -> None:
    order = _recorded(journal, order, part, command)
    present = order.sub_task(part.kind).attempts[-1]
    verdict = _verdict(present, command, _decisive(journal, order, part.kind))
    if verdict is None or verdict is Verdict.INCONCLUSIVE:
        _leave_open(journal, order, part.kind, verdict)
        return
    journal.group = journal.group.holding(order)
    subtasks.settle(journal, order.number, part.kind, verdict, attempt=command.attempt)
    if verdict is Verdict.FAILED:
        _after_failure(journal, order.number, part.kind)
    elif order.cancellation is not None and part.kind is SubTaskKind.ACTIVATION:
        finish_cancellation(journal, journal.group.orders[order.number], order.cancellation)


def _recorded(journal: Journal, order: Order, part: SubTask, command: ReportSubTask) -> Order:
    limits, rate = _limits(journal, order, part.kind), _subscribed_rate(order)
    last = part.attempts[-1]
    echoed = command.echoed if command.echoed is not None else last.echoed
    mismatch = command.outcome is ReportOutcome.SUCCEEDED and echo_differs(last.sent, echoed)
    attempt = replace(
        last,
        echoed=echoed,
        measures=tuple(judged(m, limits, rate) for m in command.measures) or last.measures,
        failure=ECHO_MISMATCH if mismatch else command.failure,
        refused_fields=command.refused_fields,
        nms_verdict=command.outcome,
        event_ids=(*last.event_ids, command.event_id),
    )
    return subtasks.with_part(order, replace(part, attempts=(*part.attempts[:-1], attempt)))


def _limits(journal: Journal, order: Order, kind: SubTaskKind) -> tuple[Threshold, ...]:
    """The limits of a check of a live service; one that is to be down, or gone, keeps to none."""
    product = journal.context.world.products.get(order.payload.product)
    measured = kind is SubTaskKind.QUALITY_CHECK and not order.unrefusable
    return product.thresholds if product is not None and measured else ()


def _decisive(journal: Journal, order: Order, kind: SubTaskKind) -> frozenset[str]:
    """The metrics whose limits decide; others are recorded beside theirs and decide nothing."""
    return frozenset(limit.metric for limit in _limits(journal, order, kind) if limit.mandatory)


def judged(measured: Measured, limits: tuple[Threshold, ...], rate: float | None) -> Measure:
    """A figure beside the limits of its metric, in its own unit. ``rate`` is the subscribed one in kbit/s."""
    limit = next((t for t in limits if t.metric == measured.metric), None)
    lower, upper = _bounds(limit, measured.unit, rate) if limit is not None else (None, None)
    passed = (lower is None or measured.value >= lower) and (upper is None or measured.value <= upper)
    return Measure(measured.metric, measured.value, measured.unit, lower, upper, passed)


def _bounds(limit: Threshold, unit: str, rate: float | None) -> tuple[float | None, float | None]:
    if limit.of_subscribed_rate:
        factor = rate / _KBITS.get(unit, 1) if rate is not None else None
    else:
        factor = _KBITS.get(limit.unit, 1) / _KBITS.get(unit, 1)
    if factor is None:
        return None, None
    return (
        limit.lower * factor if limit.lower is not None else None,
        limit.upper * factor if limit.upper is not None else None,
    )


def _subscribed_rate(order: Order) -> float | None:
    """The rate that the customer pays for, in kbit/s, from "first data"."""
    data = order.payload.activation_data
    for name, kbits in _RATES.items():
        rate = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(rate, (int, float)) and not isinstance(rate, bool):
            return float(rate) * kbits
    return None


def _verdict(attempt: Attempt, command: ReportSubTask, decisive: frozenset[str]) -> Verdict | None:
    if command.outcome is ReportOutcome.ACCEPTED:
        return None
    if command.outcome is ReportOutcome.NOT_READY:
        return Verdict.INCONCLUSIVE
    if command.outcome is ReportOutcome.FAILED:
        return Verdict.FAILED
    if attempt.failure == ECHO_MISMATCH:
        return Verdict.INCONCLUSIVE
    missed = [m for m in attempt.measures if not m.passed and m.metric in decisive]
    return Verdict.FAILED if missed else Verdict.SUCCEEDED


def echo_differs(sent: Any, echoed: Any) -> bool:
    """Whether the network answered with other data than it was sent ; no echo says nothing."""
    if echoed is None or not isinstance(sent, Mapping):
        return False
    if not isinstance(echoed, Mapping):
        return True
    return any(echoed.get(name, value) != value for name, value in sent.items())


def _leave_open(journal: Journal, order: Order, kind: SubTaskKind, verdict: Verdict | None) -> None:
    """The attempt goes on. INCONCLUSIVE is no failure and costs no repair."""
    revision = journal.next_revision
    part = replace(order.sub_task(kind), verdict=verdict, settled=revision if verdict else 0)
    word = UpdateKind.SUB_TASK_FINISHED if verdict else UpdateKind.SUB_TASK_STARTED
    changed = subtasks.with_part(order, part)
    attempt = part.attempts[-1].number
    journal.write(word, changed, order=order.number, sub_task=kind, verdict=verdict, attempt=attempt)


def _after_failure(journal: Journal, number: OrderNumber, kind: SubTaskKind) -> None:
    """A suspension or termination is tried again, then made urgent; any other waits for a person's word."""
    order = journal.group.orders[number]
    part = order.sub_task(kind)
    if order.cancellation is not None or (
        order.unrefusable and part.failures < journal.context.world.policy.suspension_attempts
    ):
        subtasks.begin_attempt(journal, order, kind)
        return
    raise_jeopardy(
        journal, order, JeopardyLevel.CRITICAL, f"{kind} failed for good; retry it, or send somebody"
    )
    if order.unrefusable and journal.group.item_of(order) is None:
        _send_somebody(journal, number)


def _send_somebody(journal: Journal, number: OrderNumber) -> None:
    """An urgent item of its own for what the network could not do (D14)."""
    order = journal.group.orders[number]
    part = order.sub_task(SubTaskKind.CONSTRUCTION)
    order = subtasks.with_part(order, replace(part, execution=ExecutionState.ACKNOWLEDGED, verdict=None))
    order = subtasks.begin_attempt(journal, order, SubTaskKind.CONSTRUCTION, kind=UpdateKind.SUB_TASK_STARTED)
    task = create_visit(journal, order, conflict=order.place.conflict)
    item = new_item(journal, order, task, urgent=True)
    journal.write(UpdateKind.ITEM_DISPATCHED, item, item=item.id, urgent=True, attempt=item.attempt)
    alarm(journal, number, task)


def retry_sub_task(command: RetrySubTask, groups: Groups, context: Context) -> Decision:
    """Send a sub-task again, with other data where given; its provenance is the dispatcher."""
    found = _part(command.sub_task, groups)
    if found is None:
        return NotFound(f"sub-task {command.sub_task} is unknown")
    group, order, part = found
    broken = problem_of_json([command.data, command.reason], ("data",))
    reason = _why_not_retryable(order, part) or (f"cannot be sent: data {broken.message}" if broken else None)
    if reason is not None:
        return NotRetryable(f"sub-task {command.sub_task} {reason}")
    journal = Journal(group, context)
    order = replace(order, jeopardy=None)
    subtasks.begin_attempt(
        journal,
        order,
        part.kind,
        changes=command.data,
        source=f"{context.actor}: {command.reason or 'retry'}",
        reset=True,
    )
    return Done((journal,), Refs((group.id,), sub_task=command.sub_task))


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
