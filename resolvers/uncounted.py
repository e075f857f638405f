"""Reports of the network which did not count, kept beside its callbacks, so that somebody can find out why."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from domain.callbacks import CallbackSource, CallbackStatus, Finding, received, without_effect
from domain.commands import number_of
from domain.history import NETWORK
from domain.network import correlation_key
from domain.ports import Outcome
from domain.refusals import InvalidInput
from domain.values import SubTaskId, SubTaskKind
from resolvers.context import Context
from schema.dispatch_inputs import ReportSubTaskInput
from schema.node import decode_id

EVENT = "reportSubTask"


async def note_uncounted(context: Context, input: ReportSubTaskInput, outcome: Outcome) -> None:
    """Keep a report that had no effect."""
    if outcome.refs.counted and outcome.refusal is None:
        return
    body = json.dumps(_given(input), ensure_ascii=False)
    now, event_id = context.services.clock(), input.event_id
    report = received(
        CallbackSource.API, EVENT, body, now, event_id=event_id, finding=_finding(input, outcome)
    )
    await context.services.callbacks.record(report)


def _finding(input: ReportSubTaskInput, outcome: Outcome) -> Finding:
    _, own = decode_id(input.sub_task_id) or ("", input.sub_task_id)
    sub_task, key = SubTaskId(own), _key(SubTaskId(own), input.attempt)
    if isinstance(outcome.refusal, InvalidInput):
        problems = "; ".join(f"{'.'.join(p.path)} {p.message}" for p in outcome.refusal.problems)
        return Finding(CallbackStatus.UNREADABLE, problems, key)
    return without_effect(key, sub_task, input.attempt, outcome.groups)


def _key(sub_task: SubTaskId, attempt: int) -> str | None:
    kind = sub_task.rpartition("/")[2]
    return correlation_key(number_of(sub_task), SubTaskKind(kind), attempt) if kind in NETWORK else None


def _given(value: Any) -> Any:
    """An input as the client wrote it."""
    if dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value))
        return {to_camel_case(name): _given(getattr(value, name)) for name in names}
    return [_given(inner) for inner in value] if isinstance(value, list) else value
