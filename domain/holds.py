"""How a hold ends: a dispatcher's resolution, the cause re-evaluated and not just overwritten (3.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain import subtasks
from domain.acceptance import apply_amendment, hold_for_amendment, transferred
from domain.commands import Reads, ResolveHold
from domain.decisions import Decision, Done, Groups, More, Refs, group_with
from domain.dispatch import alarm, assigned, calm
from domain.fusing import is_complete
from domain.gathering import evaluate, found_group, join, make_ready, withdraw
from domain.groups import Group
from domain.journal import Context, Journal
from domain.orders import Hold, Order
from domain.refusals import InvalidInput, NotFound, NotHeld, Problem, WrongResolution
from domain.tasks import Task
from domain.values import (
    ExecutionState,
    HoldCause,
    HoldResolution,
    OrderNumber,
    SubTaskKind,
    TaskId,
    UpdateKind,
)

ALLOWED: Mapping[HoldCause, tuple[HoldResolution, ...]] = {
    HoldCause.COUNT_MISMATCH: (HoldResolution.EXPECT, HoldResolution.DISPATCH),
    HoldCause.FLAG_CONFLICT: (HoldResolution.FUSE, HoldResolution.SEPARATE),
    HoldCause.KEY_CONFLICT: (HoldResolution.SPLIT_BY_CUSTOMER,),
    HoldCause.NO_DISTRICT: (HoldResolution.SET_DISTRICT,),
    HoldCause.DISTRICT_CONFLICT: (HoldResolution.SET_DISTRICT,),
    HoldCause.NO_CREW: (HoldResolution.SET_DISTRICT,),
    HoldCause.AMENDED_AFTER_CLAIM: (HoldResolution.APPLY_AMENDMENT, HoldResolution.KEEP),
    HoldCause.SUPERSEDED: (HoldResolution.RESUME,),
    HoldCause.CUSTOMER_POSTPONED: (HoldResolution.RESUME,),
    HoldCause.BLOCKED: (HoldResolution.RESUME,),
}
"""Which resolution serves which cause."""


def resolve_hold(command: ResolveHold, groups: Groups, context: Context) -> Decision:
    """End a hold of a group, a visit or an order by the dispatcher's word."""
    found = _held(command, groups)
    if found is None:
        return NotFound("there is no such group, task or order")
    group, hold = found
    if hold is None:
        return NotHeld("it has no hold of its own; look at the hold of its group and of its task")
    if command.resolution not in ALLOWED[hold.cause]:
        allowed = ALLOWED[hold.cause]
        text = f"{command.resolution} does not end {hold.cause}; use {' or '.join(allowed)}"
        return WrongResolution(text, allowed)
    problems = _problems(command, context)
    if problems:
        return InvalidInput("the resolution lacks what it needs", problems)
    return _RESOLVE[command.resolution](command, group, groups, context)


def _held(command: ResolveHold, groups: Groups) -> tuple[Group, Hold | None] | None:
    if command.number is not None:
        group = group_with(groups, command.number)
        return (group, group.orders[command.number].hold) if group is not None else None
    group = next((group for id_ in command.reads.groups if (group := groups.get(id_))), None)
    if group is None or command.task is None:
        return (group, group.hold) if group is not None else None
    task = group.tasks.get(command.task)
    return (group, task.hold) if task is not None else None


def _problems(command: ResolveHold, context: Context) -> tuple[Problem, ...]:
    if command.resolution is HoldResolution.EXPECT and not command.expected_numbers:
        return (Problem(("expectedNumbers",), "is empty; give every number that belongs to the group"),)
    if command.resolution is not HoldResolution.SET_DISTRICT:
        return ()
    if command.district_code is None:
        return (Problem(("districtCode",), "is missing; give the code of a known district"),)
    if command.district_code not in context.world.districts:
        return (
            Problem(
                ("districtCode",), f"{command.district_code} is no known district; saveDistrict adds one"
            ),
        )
    return ()


def _expect(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del groups
    journal = Journal(group, context)
    facts = {"expected": tuple(sorted(command.expected_numbers or ())), "hold": None}
    journal.write(UpdateKind.GROUP_RELEASED, facts=facts, cause=HoldCause.COUNT_MISMATCH)
    evaluate(journal)
    return _resolved(journal)


def _dispatch(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del command, groups
    journal = Journal(group, context)
    journal.write(UpdateKind.GROUP_RELEASED, facts={"hold": None}, cause=HoldCause.COUNT_MISMATCH)
    make_ready(journal, partial=not is_complete(group))
    return _resolved(journal)


def _separate(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del command, groups
    journal = Journal(group, context)
    alone = {"hold": None, "expected": tuple(sorted(group.orders))}
    journal.write(UpdateKind.GROUP_RELEASED, facts=alone, cause=HoldCause.FLAG_CONFLICT)
    make_ready(journal)
    return _resolved(journal)


def _fuse(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    """The order joins the group of its fusion key; its group of one stays behind, empty and closed."""
    del command
    order = next(o for o in group.live_orders() if o.payload.fusion is not None)
    fusion = order.payload.fusion
    if fusion is None or fusion.key not in context.keys:
        return More(Reads(keys=frozenset({fusion.key if fusion else group.key})))
    fused = replace(order, payload=replace(order.payload, fusion=replace(fusion, fused=True)))
    journal = Journal(group, context)
    return _resolved(journal, transferred(journal, fused, groups, context))


def _split(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    """The first customer keeps the round, each other gets the next."""
    if group.key not in context.keys:
        return More(Reads(keys=frozenset({group.key})))
    journal, others = Journal(group, context), []
    rounds = [g for g in groups.values() if g.key == group.key]
    for orders in _leaving(command, group):
        freed = [replace(o, hold=None if _is_conflict(o.hold) else o.hold) for o in orders]
        withdraw(journal, [order.number for order in orders])
        other = found_group(group.key, rounds, orders[0].payload.customer, context, fused=group.fused)
        join(other, freed, group)
        rounds.append(other.group)
        others.append(other)
    evaluate(journal)
    return _resolved(journal, *others)


def _leaving(command: ResolveHold, group: Group) -> list[list[Order]]:
    if command.number is not None:
        customer = group.orders[command.number].payload.customer.number
        late = (o for o in group.orders.values() if _is_conflict(o.hold))
        return [[order for order in late if order.payload.customer.number == customer]]
    by_customer: dict[str, list[Order]] = {}
    for order in sorted(group.orders.values(), key=lambda o: (o.received_at, o.number)):
        by_customer.setdefault(order.payload.customer.number, []).append(order)
    return list(by_customer.values())[1:]


def _is_conflict(hold: Hold | None) -> bool:
    return hold is not None and hold.cause is HoldCause.KEY_CONFLICT


def _set_district(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del groups
    journal = Journal(group, context)
    task = group.tasks[command.task or TaskId("")]
    settle_district(journal, replace(task, district_code=command.district_code))
    return _resolved(journal)


def settle_district(journal: Journal, task: Task) -> None:
    """A visit goes to the crew of its district as it now is; still held where that has none."""
    placed = replace(task, place=replace(task.place, district_code=task.district_code, conflict=False))
    changed = replace(assigned(journal, placed), version=task.version + 1)
    items = journal.group.items_of(task.id)
    orders = [journal.group.orders[item.number] for item in items]
    parts = [
        replace(o, place=replace(o.place, district_code=task.district_code, conflict=False)) for o in orders
    ]
    word = UpdateKind.TASK_RELEASED if changed.hold is None else UpdateKind.TASK_HELD
    cause = changed.hold.cause if changed.hold is not None else None
    journal.write(
        word, changed, *parts, task=task.id, crew=changed.crew, district=changed.district_code, cause=cause
    )
    for item in items:
        if item.open:
            alarm(journal, item.number, changed)
            calm(journal, item.number, changed)


def _apply(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del groups
    journal, order = _released(command, group, context)
    apply_amendment(journal, order, order.amendment or order.payload)
    _send_stopped(journal, order.number)
    return _resolved(journal)


def _keep(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    del groups
    journal, order = _released(command, group, context)
    journal.note(orders={**journal.group.orders, order.number: replace(order, amendment=None)})
    _send_stopped(journal, order.number)
    return _resolved(journal)


def _resume(command: ResolveHold, group: Group, groups: Groups, context: Context) -> Decision:
    """Work goes on; an activation that was stopped by a suspension is sent again."""
    del groups
    journal, order = _released(command, group, context)
    _send_stopped(journal, order.number)
    if order.amendment is not None:
        hold_for_amendment(journal, order.number, order.amendment)
    return _resolved(journal)


def _send_stopped(journal: Journal, number: OrderNumber) -> None:
    order = journal.group.orders[number]
    if order.sub_task(SubTaskKind.ACTIVATION).execution is ExecutionState.CANCELLED:
        subtasks.begin_attempt(journal, replace(order, jeopardy=None), SubTaskKind.ACTIVATION)


def _released(command: ResolveHold, group: Group, context: Context) -> tuple[Journal, Order]:
    journal = Journal(group, context)
    return journal, release_order(journal, group.orders[command.number or OrderNumber("")])


def release_order(journal: Journal, order: Order) -> Order:
    """The order without its hold."""
    cause = order.hold.cause if order.hold is not None else None
    free = replace(order, hold=None)
    journal.write(UpdateKind.ORDER_RELEASED, free, order=order.number, cause=cause)
    return free


def _resolved(*journals: Journal) -> Done:
    order = journals[1:] + journals[:1] if len(journals) > 1 and not journals[0].group.orders else journals
    return Done(tuple(order), Refs(tuple(journal.group.id for journal in order)))


_RESOLVE: Mapping[HoldResolution, Callable[[ResolveHold, Group, Groups, Context], Decision]] = {
    HoldResolution.EXPECT: _expect,
    HoldResolution.DISPATCH: _dispatch,
    HoldResolution.FUSE: _fuse,
    HoldResolution.SEPARATE: _separate,
    HoldResolution.SPLIT_BY_CUSTOMER: _split,
    HoldResolution.SET_DISTRICT: _set_district,
    HoldResolution.APPLY_AMENDMENT: _apply,
    HoldResolution.KEEP: _keep,
    HoldResolution.RESUME: _resume,
}
