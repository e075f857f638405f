"""The three parallel parts of an order (the patent): started together, each with its own verdict (D10, D16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.catalogue import Product, rule_for
from domain.history import NETWORK
from domain.journal import Journal
from domain.orders import UNREFUSABLE, Attempt, Order, Repair, SubTask
from domain.values import (
    ExecutionState,
    HoldCause,
    OrderAction,
    OrderNumber,
    SubTaskKind,
    UpdateKind,
    Verdict,
)

USUAL: Mapping[OrderAction, tuple[SubTaskKind, ...]] = {
    OrderAction.SURVEY: (SubTaskKind.CONSTRUCTION,),
    OrderAction.ACTIVATION: tuple(SubTaskKind),
    OrderAction.SUSPEND: NETWORK,
    OrderAction.RESUME: NETWORK,
    OrderAction.TERMINATE: tuple(SubTaskKind),
}
CLOSED = frozenset({ExecutionState.DONE, ExecutionState.CANCELLED, ExecutionState.TERMINATED_WITH_ERROR})


def planned(product: Product, action: OrderAction, scenario: str | None) -> tuple[SubTask, ...]:
    """All three sub-tasks of a new order; those that its product's rule does not need are NOT_APPLICABLE.

    A product without a rule for the action gets the usual ones, and a suspension or termination always reaches
    the network: no gap in the catalogue completes an order for which nothing was done.
    """
    rule = rule_for(product, action, scenario)
    needed = {*(rule.sub_tasks if rule is not None else USUAL[action])}
    if action in UNREFUSABLE:
        needed.add(SubTaskKind.ACTIVATION)
    return tuple(
        SubTask(kind) if kind in needed else SubTask(kind, ExecutionState.DONE, Verdict.NOT_APPLICABLE)
        for kind in SubTaskKind
    )


def start(journal: Journal, order: Order) -> None:
    """All applicable sub-tasks leave ACKNOWLEDGED together; none waits for another."""
    order = replace(order, dispatched_at=journal.now)
    if not any(part.applies for part in order.sub_tasks):
        journal.write(UpdateKind.SUB_TASK_STARTED, order, order=order.number)
    if order.hold is not None and order.hold.cause is HoldCause.SUPERSEDED:
        order = stopped(order, SubTaskKind.ACTIVATION)
    for part in order.sub_tasks:
        if part.applies and part.execution is not ExecutionState.CANCELLED:
            order = begin_attempt(journal, order, part.kind, kind=UpdateKind.SUB_TASK_STARTED)


def begin_attempt(
    journal: Journal,
    order: Order,
    part: SubTaskKind,
    *,
    kind: UpdateKind = UpdateKind.SUB_TASK_RETRIED,
    repairs: tuple[Repair, ...] = (),
    reset: bool = False,
    fresh: bool = False,
    inconclusive: int = 0,
    due_at: datetime | None = None,
) -> Order:
    """A further attempt of a sub-task is under way; the order after it.

    It is sent what the attempt before it was, with the ``repairs``; ``fresh`` keeps of earlier repairs those which
    led to a success. ``reset`` counts failures anew, and ``due_at`` is before when it is not sent.
    """
    present = order.sub_task(part)
    sent = _repaired(data_of(order, part), [*_lasting(present, fresh=fresh), *repairs])
    earlier = tuple(replace(a, ended_at=a.ended_at or journal.now) for a in present.attempts)
    attempt = Attempt(len(earlier) + 1, journal.now, sent=sent, repairs=repairs)
    renewed = SubTask(
        part,
        ExecutionState.IN_PROGRESS,
        failures=0 if reset else present.failures,
        attempts=(*earlier, attempt),
        inconclusive=inconclusive,
        due_at=due_at,
    )
    order = with_part(order, renewed)
    told = [{"field": repair.field, "source": repair.source} for repair in repairs]
    detail: dict[str, Any] = {"repairs": told} if told else {}
    journal.write(kind, order, order=order.number, sub_task=part, attempt=attempt.number, **detail)
    return order


def _lasting(part: SubTask, *, fresh: bool) -> list[Repair]:
    """Repairs which the next attempt keeps; when it begins afresh, up to the last attempt that succeeded."""
    succeeded = [attempt.number for attempt in part.attempts if attempt.verdict is Verdict.SUCCEEDED]
    last = max(succeeded, default=0) if fresh else len(part.attempts)
    return [repair for attempt in part.attempts[:last] for repair in attempt.repairs]


def _repaired(data: Any, repairs: Iterable[Repair]) -> Any:
    """The data with each repair whose field still holds what it replaced: a later word of upstream wins over it."""
    for repair in repairs:
        if isinstance(data, Mapping) and data.get(repair.field) == repair.before:
            data = {**data, repair.field: repair.after}
    return data


def settle(journal: Journal, number: OrderNumber, part: SubTaskKind, verdict: Verdict, **detail: Any) -> None:
    """Give a sub-task its verdict; SUCCEEDED ends it, FAILED ends it until it is retried."""
    order = journal.group.orders[number]
    execution = ExecutionState.DONE if verdict is Verdict.SUCCEEDED else ExecutionState.TERMINATED_WITH_ERROR
    present = order.sub_task(part)
    *before, last = present.attempts
    ended = (*before, replace(last, ended_at=journal.now, verdict=verdict))
    failures = present.failures + (verdict is Verdict.FAILED)
    settled = SubTask(part, execution, verdict, journal.next_revision, failures, ended)
    order = with_part(order, settled)
    journal.write(UpdateKind.SUB_TASK_FINISHED, order, order=number, sub_task=part, verdict=verdict, **detail)
    if verdict is Verdict.SUCCEEDED and calmed(order, part) is not order:
        journal.write(UpdateKind.JEOPARDY, calmed(order, part), order=number, level=None)


def calmed(order: Order, part: SubTaskKind) -> Order:
    """The order without the jeopardy which its sub-task brought upon it: the message begins with the kind."""
    risk = order.jeopardy
    return (
        replace(order, jeopardy=None) if risk is not None and risk.message.startswith(f"{part} ") else order
    )


def stopped(order: Order, *parts: SubTaskKind) -> Order:
    """The order with those of its open sub-tasks cancelled."""
    for kind in parts:
        part = order.sub_task(kind)
        if part.applies and part.execution not in CLOSED:
            order = with_part(order, replace(part, execution=ExecutionState.CANCELLED))
    return order


def with_part(order: Order, part: SubTask) -> Order:
    """The order with that sub-task in the place of its namesake."""
    return replace(order, sub_tasks=tuple(part if p.kind is part.kind else p for p in order.sub_tasks))


def data_of(order: Order, part: SubTaskKind) -> Any:
    """What is sent: first or second data of the payload; the action is said where it is not activation."""
    if part is SubTaskKind.CONSTRUCTION:
        return None
    action = order.action.lower() if order.cancellation is None else "deactivate"
    given = order.payload.activation_data if part is SubTaskKind.ACTIVATION else order.payload.check_data
    data = dict(given) if isinstance(given, Mapping) else {} if given is None else {"data": given}
    return data if action == OrderAction.ACTIVATION.lower() else {**data, "action": action}
