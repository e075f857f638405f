"""停机 and 注销: nothing that anybody may say refuses, holds or fails them (the Henan case, last paragraph).

The walk gives every command in every wording to every state that is reached, by everyone who may give it, until no
new state appears. Two states are one when they differ in counters, instants and texts alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from domain import commands as c
from domain import values as v
from domain.access import MAY, SYSTEM, Actor
from domain.decide import RULES, decide
from domain.decisions import Done, Groups
from domain.groups import Group, group_id
from domain.journal import Context, evolve
from domain.orders import Order, sub_task_id
from domain.progress import hold_of, order_state
from domain.upstream import Mark
from domain.world import World
from tests import make
from tests.memory import Memory

NUMBER = v.OrderNumber("N1")
ITEM = make.item("N1")
LATER = make.NOON + timedelta(days=30)
CREW = make.actor("Li"), make.actor("Wang")
WORLDS = (make.world(), make.world(crews=[]), make.world(make.member("Li", active=False)))
ALLOWED = {
    v.OrderState.ACKNOWLEDGED,
    v.OrderState.IN_PROGRESS,
    v.OrderState.COMPLETED,
    v.OrderState.PENDING_CANCELLATION,  # upstream's own wish
    v.OrderState.CANCELLED,
}


def wordings(group: Group) -> Iterator[c.Command]:
    """Every command type, in the wordings which could matter to the order."""
    order = group.orders[NUMBER]
    yield from _of_upstream(order)
    yield from _of_the_dispatcher(group)
    yield from _of_the_crew(group, order)
    for kind in v.SubTaskKind:
        part, present = sub_task_id(NUMBER, kind), order.sub_task(kind).present
        attempt = present.number if present is not None else 1
        for outcome in v.ReportOutcome:
            yield c.ReportSubTask(part, attempt, f"e{group.revision}", outcome, failure="no route")
        yield c.RetrySubTask(part)
        yield c.ResendSubTask(part, 1)
    yield from (c.MarkReceipt(NUMBER, r.id, mark) for r in order.receipts for mark in Mark)


def _of_upstream(order: Order) -> Iterator[c.Command]:
    sent = order.payload
    changes: tuple[dict[str, object], ...] = (
        {},
        {"requirement": "later, please"},
        {"address": replace(sent.address, text=make.ERQI_DOOR)},
        {"address": replace(sent.address, text=make.CREWLESS_DOOR)},
        {"product": v.ProductCode("CAMERA")},
        {"customer": replace(sent.customer, number="K9")},
        {"fusion": None},
    )
    for change in changes:
        yield c.IntakeOrder(replace(sent, digest=repr(change), **change), {})  # type: ignore[arg-type]  # one field each
    for other in ("ACTIVATION", "SUSPEND", "TERMINATE"):
        yield c.IntakeOrder(make.payload("N7", action=other, key="FK-1", customer="K9"), {})
    yield c.CancelOrder(NUMBER, "sold twice")
    yield c.ReopenOrder(NUMBER, "again")


def _of_the_dispatcher(group: Group) -> Iterator[c.Command]:
    tasks = list(group.tasks)
    for resolution in v.HoldResolution:
        rest = {"expected_numbers": (NUMBER, v.OrderNumber("N2")), "district_code": make.JINSHUI}
        yield c.ResolveHold(resolution, number=NUMBER, **rest)  # type: ignore[arg-type]  # as the form has them
        yield c.ResolveHold(resolution, group=group.id, **rest)  # type: ignore[arg-type]  # as above
        yield from (c.ResolveHold(resolution, task=task, **rest) for task in tasks)  # type: ignore[arg-type]  # as above
    yield c.MergeTasks(tuple(tasks), "one visit")
    yield from (c.SplitTask(task, (ITEM,), "alone") for task in tasks)
    yield c.AcceptPartial(NUMBER, "good enough")
    yield c.DispatchGroup(group.key, None, "now")
    yield c.Wake(group.id)
    yield c.RefreshGroup(group.id)
    yield c.RefreshGroup(group.id, frozenset({make.JINSHUI_CREW}))


def _of_the_crew(group: Group, order: Order) -> Iterator[c.Command]:
    for task in group.tasks.values():
        yield c.ClaimTask(task.id)
        yield c.BookAppointment(task.id, make.AFTERNOON, make.AFTERNOON + make.HOUR)
        yield from (c.CloseAppointment(a.id, v.AppointmentOutcome.FAILED) for a in task.appointments[-1:])
    yield c.ClaimWorkItem(ITEM)
    yield c.ReleaseWorkItem(ITEM)
    yield c.OfferHandOver(ITEM, make.ZHAO)
    yield c.OfferHandOver(ITEM, make.WANG, force=True)
    yield c.AcceptHandOver(ITEM)
    yield c.StartWork(ITEM)
    lines = [
        c.Recovered(serial, v.RecoveryOutcome.LOST, "gone") for serial in order.payload.installed_serials
    ]
    yield c.SubmitReceipt(ITEM)
    yield c.SubmitReceipt(ITEM, evidence={"photo": "photo-1"}, recovery=tuple(lines))
    yield from (c.HoldWorkItem(ITEM, cause, "not today") for cause in v.HoldCause)
    yield c.HoldWorkItem(ITEM, v.HoldCause.BLOCKED, "not this month", LATER)
    yield from (
        c.ReturnWorkItem(ITEM, reason, "cannot") for reason in (v.ReasonCode.DATA_WRONG, v.ReasonCode.OTHER)
    )


def callers(command: c.Command) -> Iterator[Actor]:
    """Everyone who may give it."""
    for role in MAY.get(type(command), frozenset()):
        yield from CREW if role is v.Role.CREW else (make.caller(role),)
    if type(command) not in MAY:
        yield SYSTEM


@dataclass
class Walk:
    """What was reached from a group, and which commands were ever answered with yes."""

    reached: dict[Hashable, Group] = field(default_factory=dict)
    said_yes: set[type[c.Command]] = field(default_factory=set)

    def explore(self, start: Group) -> None:
        waiting = [start]
        while waiting:
            group = waiting.pop()
            if _likeness(group) not in self.reached:
                self.reached[_likeness(group)] = group
                waiting += self._next(group)

    def _next(self, group: Group) -> Iterator[Group]:
        for command in wordings(group):
            for by in callers(command):
                yield from self._after(group, command, by, make.NOON, WORLDS[0])
            if isinstance(command, c.Wake | c.RefreshGroup):
                for world in WORLDS:
                    yield from self._after(group, command, SYSTEM, LATER, world)

    def _after(
        self, group: Group, command: c.Command, by: Actor, now: datetime, world: World
    ) -> Iterator[Group]:
        groups: Groups = {group.id: group}
        decision = decide(command, groups, Context(by, now, world, frozenset({"FK-1", "N1", "N7"}), Memory()))
        if isinstance(decision, Done):
            self.said_yes.add(type(command))
            for journal in decision.journals:
                present = journal.before
                for event in journal.events:
                    present = evolve(present, event)
                    _is_carried_out(present, command)
                if NUMBER in journal.group.orders and len(journal.group.orders) <= 2:
                    yield journal.group


def _is_carried_out(group: Group, command: c.Command) -> None:
    for order in group.orders.values():
        if order.unrefusable:
            assert order_state(group, order) in ALLOWED, command
            assert order.hold is None, command
            assert hold_of(group, order) is None, command


def _likeness(group: Group) -> Hashable:
    order, item = group.orders[NUMBER], group.items.get(ITEM)
    visit = group.tasks[item.task] if item is not None else None
    activation, check = order.sub_task(v.SubTaskKind.ACTIVATION), order.sub_task(v.SubTaskKind.QUALITY_CHECK)
    return (
        (activation.execution, min(activation.failures, 3), check.verdict is v.Verdict.SUCCEEDED),
        (order.cancellation is not None, order_state(group, order)),
        item and (item.state, item.offered_to is not None),
        visit and (visit.hold and visit.hold.cause, visit.appointment and visit.appointment.state),
        frozenset(order_state(group, other) for other in group.orders.values() if other is not order),
    )


def alone(action: str, address: str) -> Group:
    order = make.order("N1", action=action, address=address, serials=["ONT-A"], key="FK-1", related=["N2"])
    return received(order)


def received(*orders: Order) -> Group:
    """The group as the rules make it of orders that arrive."""
    groups: dict[v.GroupId, Group] = {}
    for order in orders:
        command = c.IntakeOrder(order.payload, {})
        answer = decide(command, groups, make.context(make.UPSTREAM, keys="FK-1"))
        groups[group_id("FK-1", 1)] = make.done(answer).group
    return groups[group_id("FK-1", 1)]


STARTS = {
    "alone": lambda action: alone(action, make.DOOR),
    "without a district": lambda action: alone(action, make.NOWHERE),
    "beside an activation that waits": lambda action: received(
        make.order("N2", key="FK-1", related=["N1", "N3"]),
        make.order("N1", action=action, key="FK-1", related=["N2", "N3"]),
    ),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE"])
def test_nothing_anybody_says_refuses_holds_or_fails_it(action: str, start: str) -> None:
    walk = Walk()

    walk.explore(STARTS[start](action))

    items = {group.items[ITEM].state for group in walk.reached.values() if ITEM in group.items}
    states = {order_state(group, group.orders[NUMBER]) for group in walk.reached.values()}
    assert v.WorkItemState.RETURNED not in items
    assert states >= {v.OrderState.IN_PROGRESS, v.OrderState.COMPLETED, v.OrderState.CANCELLED}
    if start == "alone":
        assert items == set(v.WorkItemState) - {v.WorkItemState.RETURNED}
        assert walk.said_yes >= {
            c.ClaimWorkItem,
            c.StartWork,
            c.SubmitReceipt,
            c.CancelOrder,
            c.ReportSubTask,
        }


def test_walk_speaks_every_command_there_is() -> None:
    group = make.after(make.group(make.order("N1", action="TERMINATE")), (c.ClaimWorkItem(ITEM), "Li"))
    booked = make.with_appointment(group)
    receipted = make.with_item(booked, "N1", v.WorkItemState.DONE, "Li")

    spoken = {type(command) for command in wordings(receipted)}

    assert spoken == set(RULES)
