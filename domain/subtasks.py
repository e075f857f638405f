"""The three parallel parts of an order (the patent): started together, each with its own verdict (D10, D16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    changes: Mapping[str, Any] | None = None,
    source: str = "",
    reset: bool = False,
) -> Order:
    """A further attempt of a sub-task is under way; the order after it. ``changes`` are fields sent otherwise."""
    present = order.sub_task(part)
    data = _data(order, part)
    sent = {**data, **(changes or {})} if changes else data
    repairs = tuple(
        Repair(name, data.get(name) if isinstance(data, dict) else None, value, source)
        for name, value in (changes or {}).items()
    )
    attempt = Attempt(len(present.attempts) + 1, journal.now, sent=sent, repairs=repairs)
    failures = 0 if reset else present.failures
    renewed = SubTask(part, ExecutionState.IN_PROGRESS, None, 0, failures, (*present.attempts, attempt))
    order = with_part(order, renewed)
    journal.write(kind, order, order=order.number, sub_task=part, attempt=attempt.number)
    return order


def settle(journal: Journal, number: OrderNumber, part: SubTaskKind, verdict: Verdict, **detail: Any) -> None:
    """Give a sub-task its verdict; SUCCEEDED ends it, FAILED ends it until it is retried."""
    order = journal.group.orders[number]
    execution = ExecutionState.DONE if verdict is Verdict.SUCCEEDED else ExecutionState.TERMINATED_WITH_ERROR
    present = order.sub_task(part)
    ended = tuple(replace(a, ended_at=a.ended_at or journal.now) for a in present.attempts)
    failures = present.failures + (verdict is Verdict.FAILED)
    settled = SubTask(part, execution, verdict, journal.next_revision, failures, ended)
    order = with_part(order, settled)
    journal.write(UpdateKind.SUB_TASK_FINISHED, order, order=number, sub_task=part, verdict=verdict, **detail)


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


def _data(order: Order, part: SubTaskKind) -> Any:
    """What is sent: first or second data of the payload; the action is said where it is not activation."""
    if part is SubTaskKind.CONSTRUCTION:
        return None
    action = order.action.lower() if order.cancellation is None else "deactivate"
    given = order.payload.activation_data if part is SubTaskKind.ACTIVATION else order.payload.check_data
    data = dict(given) if isinstance(given, Mapping) else {} if given is None else {"data": given}
    return data if action == OrderAction.ACTIVATION.lower() else {**data, "action": action}
