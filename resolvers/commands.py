"""How a mutation gives its command: role, input, idempotence, and what of the outcome is shown."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from domain import access, commands
from domain.ports import Outcome, RepeatKey, Submission
from domain.refusals import NotFound, Problem, Refusal
from domain.texts import problem_of_text
from domain.values import Role
from domain.views import AppointmentView, GroupView, ItemView, OrderView, ReceiptView, SubTaskView, TaskView
from resolvers.context import Context, context_of
from resolvers.errors import forbidden
from resolvers.nodes import (
    appointment_in,
    item_in,
    order_in,
    receipt_in,
    sub_task_in,
    task_in,
)
from resolvers.pages import row
from schema.ids import NoSuchThingError
from schema.scalars import bad_input

LONGEST_REPEAT = 200
LONGEST_TEXT = 4000


class CommandInput(Protocol):
    """An input that is one command."""

    client_mutation_id: str | None

    def to_command(self) -> commands.Command:
        """The command. Raises NoSuchThingError."""
        ...


async def perform(info: Any, input: CommandInput, kind: type[commands.Command]) -> Outcome:
    """The outcome of a mutation's one command.

    Whoever may not give it is FORBIDDEN, whatever the input. An id of the wrong kind is NotFound, a text
    that nothing can hold BAD_USER_INPUT.
    """
    context = context_of(info)
    require(context, access.MAY[kind], info.field_name)
    check_texts(input)
    try:
        command = input.to_command()
    except NoSuchThingError as wrong:
        return Outcome(refusal=NotFound(str(wrong)))
    repeat, began = repeat_of(info, input), time.monotonic()
    outcome = await context.services.store.execute(command, context.actor, repeat)
    context.forget(began)
    return outcome


async def perform_all(
    info: Any, input: Any, batch: Sequence[commands.Command | Refusal]
) -> Sequence[Outcome]:
    """The outcome of each command of a mutation which has several; what could not be one is refused already."""
    context, repeat = context_of(info), repeat_of(info, input)
    submissions = [
        Submission(command, _part_of(repeat, place))
        for place, command in enumerate(batch)
        if isinstance(command, commands.Command)
    ]
    executed = iter(await context.services.store.execute_all(submissions, context.actor))
    context.forget()
    return [next(executed) if isinstance(own, commands.Command) else Outcome(refusal=own) for own in batch]


def require(context: Context, roles: Iterable[Role], what: str) -> None:
    """Raise FORBIDDEN for a caller of another role."""
    if context.scope.role not in roles:
        raise forbidden(what, context.scope.role)


def repeat_of(info: Any, input: Any) -> RepeatKey | None:
    """Under which name the answer is kept, null without one."""
    given = input.client_mutation_id
    if given is None:
        return None
    if not given or len(given) > LONGEST_REPEAT or problem_of_text(given, ()) is not None:
        raise bad_input(f"`clientMutationId` is empty, longer than {LONGEST_REPEAT} characters, or holds NUL")
    fields = dataclasses.asdict(input)
    text = json.dumps({**fields, "client_mutation_id": None}, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return RepeatKey(str(context_of(info).actor), info.field_name, given, digest)


def _part_of(repeat: RepeatKey | None, place: int) -> RepeatKey | None:
    """Under which name the answer to one command of a batch is kept."""
    return dataclasses.replace(repeat, mutation=f"{repeat.mutation}/{place}") if repeat is not None else None


def check_texts(input: Any) -> None:
    """Raise BAD_USER_INPUT for a text that is too long, or that no database can hold."""
    problems = list(problems_in(dataclasses.asdict(input), ()))
    if problems:
        raise bad_input("; ".join(f"`{'.'.join(p.path)}` {p.message}" for p in problems[:5]))


def problems_in(value: object, path: tuple[str, ...]) -> Iterable[Problem]:
    """What is wrong with the texts in a value, however deep."""
    if isinstance(value, str):
        problem = problem_of_text(value, path, LONGEST_TEXT)
        if problem is not None:
            yield problem
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from problems_in(str(name), (*path, "key"))
            yield from problems_in(inner, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from problems_in(inner, (*path, str(index)))


def shown_order(outcome: Outcome) -> OrderView:
    """The order that the answer names."""
    return _in_groups(outcome, order_in, outcome.refs.order)


def shown_task(outcome: Outcome) -> TaskView:
    """The visit that the answer names."""
    return _in_groups(outcome, task_in, outcome.refs.task)


def created_task(outcome: Outcome) -> TaskView:
    """The visit that was made."""
    return _in_groups(outcome, task_in, outcome.refs.created)


def shown_item(outcome: Outcome) -> ItemView:
    """The work item that the answer names."""
    return _in_groups(outcome, item_in, outcome.refs.item)


def shown_items(outcome: Outcome) -> list[ItemView]:
    """The work items that the answer names."""
    return [_in_groups(outcome, item_in, item) for item in outcome.refs.items]


def shown_appointment(outcome: Outcome) -> AppointmentView:
    """The appointment that the answer names."""
    return _in_groups(outcome, appointment_in, outcome.refs.appointment)


def shown_receipt(outcome: Outcome) -> ReceiptView:
    """The receipt that the answer names."""
    return _in_groups(outcome, receipt_in, outcome.refs.receipt)


def shown_sub_task(outcome: Outcome) -> SubTaskView:
    """The sub-task that the answer names."""
    return _in_groups(outcome, sub_task_in, outcome.refs.sub_task)


def shown_groups(outcome: Outcome) -> list[GroupView]:
    """The groups that the answer names."""
    return [GroupView(outcome.groups[id_]) for id_ in outcome.refs.groups if id_ in outcome.groups]


def _in_groups(outcome: Outcome, find: Any, id_: str | None) -> Any:
    found = (find(group, id_) for group in outcome.groups.values() if id_ is not None)
    return next((view for view in found if view is not None), None)


def refused(outcome: Outcome) -> Any:
    """The refusal as a row of the payload's union."""
    return row(outcome.refusal)
