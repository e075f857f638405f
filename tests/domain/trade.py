"""The trade in memory: groups, a clock, people who act. Every command is held to the laws of the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain import commands as c
from domain import contacts, progress
from domain.access import Actor
from domain.commands import Command, Reads
from domain.decide import decide
from domain.decisions import Done, More, Refs
from domain.groups import Group, group_id
from domain.intake import read_order
from domain.journal import Context, Event, Journal, evolve
from domain.orders import Order, SubTask, sub_task_id
from domain.refusals import InvalidOrder, Refusal
from domain.tasks import Task, WorkItem
from domain.values import (
    GroupId,
    GroupState,
    ItemId,
    MemberId,
    OrderNumber,
    OrderState,
    ReportOutcome,
    Step,
    SubTaskKind,
    TaskState,
    UpdateKind,
)
from tests import arrivals as make
from tests.memory import Memory

Answer = Done | Refusal
R = TypeVar("R", bound=Refusal)


class Trade:
    """Holds groups as the store does: reads what a command names, decides, writes what the journals say."""

    def __init__(self) -> None:
        self.world = make.world()
        self.now: datetime = make.NOON
        self.groups: dict[GroupId, Group] = {}
        self.events: list[tuple[GroupId, Event]] = []
        self.last: list[Event] = []

    # what happens

    def execute(self, command: Command, actor: Actor = make.DISPATCHER) -> Answer:
        """The rules' answer, applied."""
        reads, decision = command.reads, None
        for _ in range(3):
            context = Context(actor, self.now, self.world, reads.keys, Memory(self.groups.values()))
            decision = decide(command, self._seen(reads), context)
            if not isinstance(decision, More):
                break
            reads = reads | decision.reads
        assert isinstance(decision, Done | Refusal)
        self.last = []
        for journal in decision.journals if isinstance(decision, Done) else ():
            self._apply(journal)
        return decision

    def done(self, command: Command, actor: Actor = make.DISPATCHER) -> Refs:
        """Refs of a command to which the rules say yes."""
        answer = self.execute(command, actor)
        assert isinstance(answer, Done), answer
        return answer.refs

    def refused(self, refusal: type[R], command: Command, actor: Actor = make.DISPATCHER) -> R:
        """The refusal of a command to which the rules say no, for that reason."""
        answer = self.execute(command, actor)
        assert isinstance(answer, refusal), answer
        assert answer.message
        return answer

    def intake(self, *orders: Mapping[str, Any]) -> Refs:
        """Orders arrive, one after the other; the answer to the last."""
        refs = Refs()
        for given in orders:
            refs = self.done(self.read(given), make.UPSTREAM)
        return refs

    def read(self, given: Mapping[str, Any]) -> c.IntakeOrder:
        """The command for a valid payload."""
        command = read_order(given, self.world)
        assert not isinstance(command, InvalidOrder), command
        return command

    def wait(self, **duration: float) -> None:
        """Time passes, and every group which is due is woken, as the timers do."""
        self.now += timedelta(**duration)
        for id_, group in list(self.groups.items()):
            if group.wake_at is not None and group.wake_at <= self.now:
                self.done(c.Wake(id_))

    def refresh(self, **moved: Iterable[Any]) -> None:
        """The world changed: every group is brought in line with it."""
        for id_ in list(self.groups):
            self.done(c.RefreshGroup(id_, frozenset(moved.get("moved", ()))))

    def claim(self, name: str, *numbers: str) -> None:
        """A member claims the items of those orders."""
        for number in numbers:
            self.done(c.ClaimWorkItem(self.item(number).id), self.actor(name))

    def book(self, name: str, number: str, *, hours: float = 2) -> Refs:
        """A member books the customer for the visit of an order."""
        starts = self.now + timedelta(hours=hours)
        command = c.BookAppointment(self.task(number).id, starts, starts + timedelta(hours=2))
        return self.done(command, self.actor(name))

    def start(self, number: str) -> None:
        """The claimant of an order is on site."""
        item = self.item(number)
        self.done(c.StartWork(item.id), self.actor(item.claimant or ""))

    def receipt(self, number: str, **fields: Any) -> Refs:
        """The claimant of an order receipts it with all its evidence."""
        item = self.item(number)
        command = c.SubmitReceipt(item.id, evidence=make.evidence(item), **fields)
        return self.done(command, self.actor(item.claimant or ""))

    def report(self, number: str, *kinds: str, outcome: str = "SUCCEEDED", **fields: Any) -> Refs:
        """The network management system reports on the present attempts of sub-tasks."""
        refs = Refs()
        for kind in kinds:
            refs = self.done(self.said(number, kind, outcome=outcome, **fields), make.NMS)
        return refs

    def said(
        self, number: str, kind: str, *, outcome: str = "SUCCEEDED", attempt: int | None = None, **fields: Any
    ) -> c.ReportSubTask:
        """A report on a sub-task, of its present attempt unless said otherwise."""
        present = attempt if attempt is not None else len(self.sub_task(number, kind).attempts)
        event = fields.pop("event_id", f"e{len(self.events)}")
        part = sub_task_id(OrderNumber(number), SubTaskKind(kind))
        return c.ReportSubTask(part, present, event, ReportOutcome(outcome), **fields)

    def finish(self, number: str) -> None:
        """Everything that an order with a visit still needs, the receipt by its claimant."""
        self.report(number, "ACTIVATION")
        self.receipt(number)
        self.report(number, "QUALITY_CHECK")

    # what is there

    def actor(self, name: str) -> Actor:
        """A member of this world as a caller."""
        return make.actor(name, self.world)

    def group(self, key: str = "FK-1", round_: int = 1) -> Group:
        """A round of a key."""
        return self.groups[group_id(key, round_)]

    def group_of(self, number: str) -> Group:
        """The one group that holds an order."""
        (found,) = (group for group in self.groups.values() if number in group.orders)
        return found

    def order(self, number: str) -> Order:
        """An order."""
        return self.group_of(number).orders[OrderNumber(number)]

    def item(self, number: str) -> WorkItem:
        """The work item of an order's present attempt."""
        item = self.group_of(number).item_of(self.order(number))
        assert item is not None
        return item

    def task(self, number: str) -> Task:
        """The visit of an order."""
        return self.group_of(number).tasks[self.item(number).task]

    def sub_task(self, number: str, kind: str) -> SubTask:
        """A sub-task of an order."""
        return self.order(number).sub_task(SubTaskKind(kind))

    def state(self, number: str) -> OrderState:
        """工单状态."""
        return progress.order_state(self.group_of(number), self.order(number))

    def step(self, number: str) -> Step:
        """当前环节."""
        return progress.order_step(self.group_of(number), self.order(number))

    def group_state(self, key: str = "FK-1", round_: int = 1) -> GroupState:
        """The state of a round."""
        return progress.group_state(self.group(key, round_))

    def task_state(self, number: str) -> TaskState:
        """The state of the visit of an order."""
        return progress.task_state(self.group_of(number), self.task(number))

    def first_contact(self, number: str) -> MemberId | None:
        """第一接口人 of the visit of an order."""
        contact = contacts.first_contact(self.group_of(number), self.task(number).id)
        return contact.member if contact is not None else None

    def visits(self, key: str = "FK-1", round_: int = 1) -> set[frozenset[str]]:
        """The visits of a round, each as the numbers of its orders; those without a present item are not told."""
        group = self.group(key, round_)
        shared: dict[str, set[str]] = {}
        for number, order in group.orders.items():
            item = group.item_of(order)
            if item is not None:
                shared.setdefault(item.task, set()).add(number)
        return {frozenset(numbers) for numbers in shared.values()}

    def kinds(self) -> Sequence[UpdateKind]:
        """What the last command wrote down."""
        return [event.kind for event in self.last]

    def item_id(self, number: str) -> ItemId:
        """The id of an order's item."""
        return self.item(number).id

    def _seen(self, reads: Reads) -> dict[GroupId, Group]:
        found = {
            id_: group
            for id_, group in self.groups.items()
            if id_ in reads.groups or group.key in reads.keys or reads.numbers & group.orders.keys()
        }
        return dict(reversed(found.items()))

    def _apply(self, journal: Journal) -> None:
        before = self.groups.get(journal.group.id, journal.before)
        assert journal.before == before
        replayed = before
        for event in journal.events:
            assert event.revision == replayed.revision + 1, "revisions have no gaps"
            replayed = evolve(replayed, event)
            self.events.append((journal.group.id, event))
        assert replayed == journal.group, "the group before, with the events applied, is the group after"
        if journal.events:
            self.groups[journal.group.id] = journal.group
        self.last += journal.events


def two_products(**shared: Any) -> list[dict[str, Any]]:
    """The case's own pair: 企宽 N1 and 千里眼 N2 at one door, spelled in two ways."""
    camera = {"address": make.CULTURE_ROAD_AGAIN, **shared}
    return make.fused_orders(make.order("N1", **shared), make.order("N2", "CAMERA", **camera))


def without_crew(trade: Trade, name: str) -> None:
    """A crew is no more."""
    crews = {id_: crew for id_, crew in trade.world.crews.items() if id_ != name}
    trade.world = replace(trade.world, crews=crews)
