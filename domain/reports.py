"""What the network management system says of activation and check (3.4, D14, D16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain import subtasks
from domain.cancellation import finish_cancellation
from domain.catalogue import Threshold
from domain.commands import Reads, ReportSubTask, number_of
from domain.decisions import Decision, Done, Groups, More, Refs, group_with
from domain.failures import after_failure, alarm_inconclusive, patience
from domain.groups import Group
from domain.journal import Context, Journal
from domain.orders import Attempt, Order, SubTask
from domain.refusals import InvalidInput, NotFound, Problem
from domain.repairs import wanted_history
from domain.texts import problem_of_json, problem_of_text
from domain.values import (
    ExecutionState,
    ReportOutcome,
    SubTaskId,
    SubTaskKind,
    UpdateKind,
    Verdict,
)
from domain.verdicts import (
    ECHO_MISMATCH,
    echo_differs,
    judged,
    limits_of,
    subscribed_rate,
    verdict_of,
    why,
)

LONGEST_EVENT_ID = 200
LONGEST_FAILURE = 2000
MOST_MEASURES = 100


def report_sub_task(command: ReportSubTask, groups: Groups, context: Context) -> Decision:
    """Take a report. One of another attempt, or one that was taken already, has no effect."""
    found = part_with(command.sub_task, groups)
    if found is None:
        return NotFound(f"sub-task {command.sub_task} is unknown")
    group, order, part = found
    problems = _problems(command, part)
    if problems:
        return InvalidInput("the report is not usable; nothing of it was stored", problems)
    journal = Journal(group, context)
    counted = _counts(command, order, part)
    taken = _take(journal, order, part, command) if counted else Done((journal,))
    if isinstance(taken, More):
        return taken
    refs = Refs((group.id,), sub_task=command.sub_task, counted=counted or _taken(command, part))
    return replace(taken, refs=refs)


def part_with(sub_task: SubTaskId, groups: Groups) -> tuple[Group, Order, SubTask] | None:
    """The sub-task of an id with its group and its order; null where there is none."""
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


def _take(journal: Journal, order: Order, part: SubTask, command: ReportSubTask) -> Done | More:
    """Write the report down, and what follows from its verdict; more when a repair must look into the history."""
    limits = limits_of(journal, order, part.kind)
    order = _recorded(order, part, command, limits)
    verdict = verdict_of(order.sub_task(part.kind).attempts[-1], command, limits)
    if verdict is Verdict.FAILED:
        traces = wanted_history(order, part.kind)
        if traces not in journal.context.history:
            return More(Reads(history=frozenset({traces})))
    if verdict is None or verdict is Verdict.INCONCLUSIVE:
        _leave_open(journal, order, part.kind, verdict, unanswered=command.unanswered)
    else:
        _close(journal, order, part.kind, verdict)
    return Done((journal,))


def _recorded(order: Order, part: SubTask, command: ReportSubTask, limits: tuple[Threshold, ...]) -> Order:
    rate = subscribed_rate(order)
    last = part.attempts[-1]
    echoed = command.echoed if command.echoed is not None else last.echoed
    mismatch = command.outcome is ReportOutcome.SUCCEEDED and echo_differs(last.sent, echoed)
    attempt = replace(
        last,
        echoed=echoed,
        measures=tuple(judged(m, limits, rate) for m in command.measures) or last.measures,
        refused_fields=command.refused_fields,
        nms_verdict=command.nms_verdict or command.outcome,
        event_ids=(*last.event_ids, command.event_id),
        service=command.service or last.service,
    )
    failure = ECHO_MISMATCH if mismatch else why(attempt, command, limits)
    attempt = replace(attempt, failure=failure)
    return subtasks.with_part(order, replace(part, attempts=(*part.attempts[:-1], attempt)))


def _leave_open(
    journal: Journal, order: Order, kind: SubTaskKind, verdict: Verdict | None, *, unanswered: bool
) -> None:
    """The attempt goes on. INCONCLUSIVE is no failure and costs no repair: it is made again after a while."""
    part = order.sub_task(kind)
    attempt = replace(part.attempts[-1], verdict=verdict)
    part = replace(part, verdict=verdict, attempts=(*part.attempts[:-1], attempt))
    word = UpdateKind.SUB_TASK_STARTED
    if verdict is not None:
        word = UpdateKind.SUB_TASK_FINISHED
        pause = timedelta(0) if _was_early(order, attempt) else patience(order, part.inconclusive, journal)
        again = None if unanswered else journal.now + pause
        inconclusive = part.inconclusive + 1
        part = replace(part, settled=journal.next_revision, inconclusive=inconclusive, due_at=again)
    changed = subtasks.with_part(order, part)
    journal.write(word, changed, order=order.number, sub_task=kind, verdict=verdict, attempt=attempt.number)
    if verdict is not None:
        alarm_inconclusive(journal, order.number, kind)


def _was_early(order: Order, attempt: Attempt) -> bool:
    """Whether it was begun before the activation succeeded: then the next try has what this one lacked."""
    activation = order.sub_task(SubTaskKind.ACTIVATION)
    if activation.verdict is not Verdict.SUCCEEDED:
        return False
    ended = activation.attempts[-1].ended_at
    return ended is not None and attempt.started_at < ended


def _close(journal: Journal, order: Order, kind: SubTaskKind, verdict: Verdict) -> None:
    journal.group = journal.group.holding(order)
    number, attempt = order.number, order.sub_task(kind).attempts[-1].number
    subtasks.settle(journal, number, kind, verdict, attempt=attempt)
    if verdict is Verdict.FAILED:
        after_failure(journal, number, kind)
    elif order.cancellation is not None and kind is SubTaskKind.ACTIVATION:
        finish_cancellation(journal, journal.group.orders[number], order.cancellation)
