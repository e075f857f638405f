"""Commands of every kind, sensible or not, for whatever the trade holds at the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from domain import commands as c
from domain.access import Actor
from domain.commands import Command
from domain.holds import ALLOWED
from domain.orders import Hold, sub_task_id
from domain.upstream import Mark
from domain.values import (
    AppointmentId,
    AppointmentOutcome,
    GroupId,
    HoldCause,
    HoldResolution,
    ItemId,
    MemberId,
    OrderNumber,
    ReasonCode,
    ReceiptId,
    RecoveryOutcome,
    ReportOutcome,
    RescheduleReason,
    SubTaskId,
    SubTaskKind,
    TaskId,
)
from tests import arrivals as make
from tests.domain.trade import Trade

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]
IDENTITIES = (
    ("N0", "ENT_BROADBAND", "ACTIVATION", "FK-1", "K1"),
    ("N1", "CAMERA", "ACTIVATION", "FK-1", "K1"),
    ("N2", "ENT_BROADBAND", "SUSPEND", "FK-1", "K1"),
    ("N3", "CAMERA", "TERMINATE", "FK-1", "K1"),
    ("N4", "CAMERA", "RESUME", "FK-1", "K1"),
    ("N5", "CLOUD_VIDEO", "ACTIVATION", "FK-1", "K2"),
    ("N6", "CAMERA", "SURVEY", "FK-2", "K1"),
    ("N7", "INTERNET_LINE", "ACTIVATION", "FK-2", "K1"),
    ("N7", "INTERNET_LINE", "ACTIVATION", "FK-1", "K1"),
)
"""Number, product, action, key, customer; N7 is issued under two keys, which is a conflict."""
NUMBERS = tuple(f"N{index}" for index in range(8))
NAMES = ("Wang", "Zhao", "Li", "Sun")
KEYS = ("FK-1", "FK-2")
ADDRESSES = (make.CULTURE_ROAD, make.GARDEN_ROAD, make.COLLEGE_ROAD, "平舆县人民路1号", "火星大道1号")


class Wild:
    """Draws commands. What it names mostly exists, so that the rules are reached and not only their doors."""

    def __init__(self, choose: Choose, trade: Trade) -> None:
        self._choose = choose
        self.trade = trade

    def one(self, *options: T) -> T:
        """One of them."""
        chosen: T = self._choose(options)
        return chosen

    def perhaps(self) -> bool:
        """Yes or no."""
        return self.one(1, 2) == 1

    def mostly(self) -> bool:
        """Yes, three times out of four."""
        return self.one(1, 2, 3, 4) < 4

    def order(self) -> dict[str, object]:
        """A payload of a known identity, so that the same number again is an amendment more often than a conflict."""
        number, product, action, key, customer = self.one(*IDENTITIES)
        partner = self.one(*(other for other, _, _, of, _ in IDENTITIES if of == key))
        return make.order(
            number,
            product,
            action,
            address=self.one(*ADDRESSES),
            district=self.one(None, None, make.JINSHUI),
            customer=customer,
            level=self.one("AAA", "STANDARD"),
            key=key,
            fused=self.mostly(),
            count=self.one(None, 0, 1, 2),
            numbers=self.one(None, [partner]),
            redList=self.perhaps(),
        )

    def number(self) -> OrderNumber:
        """Of an order that is there, if one is."""
        known = sorted(number for group in self.trade.groups.values() for number in group.orders)
        return self.one(*(known or [OrderNumber("N0")]))

    def item(self) -> ItemId:
        """Of a work item."""
        known = sorted(item for group in self.trade.groups.values() for item in group.items)
        return self.one(*(known or [ItemId("N0/1")]))

    def group(self) -> GroupId:
        """Of a group."""
        return self.one(*(sorted(self.trade.groups) or [GroupId("1/FK-1")]))

    def task(self) -> TaskId:
        """Of a visit."""
        known = sorted(task for group in self.trade.groups.values() for task in group.tasks)
        return self.one(*(known or [TaskId("1/FK-1/t1")]))

    def sub_task(self) -> SubTaskId:
        """Of a sub-task."""
        return sub_task_id(self.number(), self.one(*SubTaskKind))

    def member(self, item: ItemId) -> Actor:
        """Somebody of a crew, most of the time the claimant."""
        rows = [group.items[item] for group in self.trade.groups.values() if item in group.items]
        claimants = [str(row.claimant) for row in rows if row.claimant is not None]
        return self.trade.actor(self.one(*NAMES, *claimants * 6))

    def command(self, kind: type[Command]) -> tuple[Command, Actor]:
        """A command of that kind, and a caller who may give it."""
        return _BUILD[kind](self)

    def held(self) -> list[tuple[dict[str, str], HoldCause]]:
        """Where a hold is, and which."""
        groups = list(self.trade.groups.values())
        rows: list[tuple[str, str, Hold | None]] = [("group", group.id, group.hold) for group in groups]
        rows += [("task", task.id, task.hold) for group in groups for task in group.tasks.values()]
        rows += [("number", number, order.hold) for group in groups for number, order in group.orders.items()]
        return [({name: id_}, hold.cause) for name, id_, hold in rows if hold is not None]

    def resolution(self) -> c.ResolveHold:
        """A resolution which serves a hold that is there, or any of anything."""
        held = self.held()
        where, cause = self.one(*held) if held else ({"number": self.number()}, HoldCause.BLOCKED)
        resolution = self.one(*ALLOWED[cause]) if self.mostly() else self.one(*HoldResolution)
        return c.ResolveHold(
            resolution,
            expected_numbers=tuple(OrderNumber(number) for number in NUMBERS[:3]),
            district_code=self.one(make.JINSHUI, make.ERQI, make.PINGYU),
            **where,
        )

    def booking(self) -> c.BookAppointment:
        """An appointment in a while."""
        starts = self.trade.now + timedelta(hours=self.one(-1, 2, 30))
        return c.BookAppointment(
            self.task(),
            starts,
            starts + timedelta(hours=2),
            reschedule_reason=self.one(None, RescheduleReason.CREW),
        )

    def receipt(self, item: ItemId) -> c.SubmitReceipt:
        """A receipt with all that is needed, mostly."""
        rows = [group.items[item] for group in self.trade.groups.values() if item in group.items]
        evidence = make.evidence(rows[0]) if rows and self.mostly() else {}
        lines = tuple(
            c.Recovered(line.serial, RecoveryOutcome.RECOVERED) for row in rows for line in row.recovery
        )
        return c.SubmitReceipt(item, evidence=evidence, recovery=lines)

    def report(self) -> c.ReportSubTask:
        """A report, mostly on the present attempt."""
        part = self.sub_task()
        number, kind = part.rsplit("/", 1)
        known = [g.orders[OrderNumber(number)] for g in self.trade.groups.values() if number in g.orders]
        present = len(known[0].sub_task(SubTaskKind(kind)).attempts) if known else 1
        attempt = self.one(present, present, present, 1)
        event = f"e{len(self.trade.events)}" if self.mostly() else "e0"
        echoed = self.one(None, None, {"action": "something else"})
        return c.ReportSubTask(part, attempt, event, self.one(*ReportOutcome), echoed=echoed)


def _by_item(build: Callable[[Wild, ItemId], Command]) -> Callable[[Wild], tuple[Command, Actor]]:
    def built(wild: Wild) -> tuple[Command, Actor]:
        item = wild.item()
        return build(wild, item), wild.one(wild.member(item), wild.member(item), make.DISPATCHER)

    return built


def _by(actor: Actor, build: Callable[[Wild], Command]) -> Callable[[Wild], tuple[Command, Actor]]:
    return lambda wild: (build(wild), actor)


def _by_anybody(build: Callable[[Wild], Command]) -> Callable[[Wild], tuple[Command, Actor]]:
    return lambda wild: (build(wild), wild.one(*(wild.trade.actor(name) for name in NAMES), make.DISPATCHER))


_BUILD: Mapping[type[Command], Callable[[Wild], tuple[Command, Actor]]] = {
    c.IntakeOrder: _by(make.UPSTREAM, lambda w: w.trade.read(w.order())),
    c.CancelOrder: _by(make.UPSTREAM, lambda w: c.CancelOrder(w.number(), "x")),
    c.ReopenOrder: _by(make.UPSTREAM, lambda w: c.ReopenOrder(w.number(), "x")),
    c.AcceptPartial: _by(make.DISPATCHER, lambda w: c.AcceptPartial(w.number(), "x")),
    c.DispatchGroup: _by(
        make.DISPATCHER, lambda w: c.DispatchGroup(w.one(*KEYS, *NUMBERS), w.one(None, 1), "x")
    ),
    c.Wake: _by(make.DISPATCHER, lambda w: c.Wake(w.group())),
    c.RefreshGroup: _by(make.DISPATCHER, lambda w: c.RefreshGroup(w.group())),
    c.ResolveHold: _by(make.DISPATCHER, Wild.resolution),
    c.MergeTasks: _by(make.DISPATCHER, lambda w: c.MergeTasks((w.task(), w.task()), "x")),
    c.SplitTask: _by(make.DISPATCHER, lambda w: c.SplitTask(w.task(), (w.item(),), "x")),
    c.ClaimTask: _by_anybody(lambda w: c.ClaimTask(w.task())),
    c.ClaimWorkItem: _by_anybody(lambda w: c.ClaimWorkItem(w.item())),
    c.ReleaseWorkItem: _by_item(lambda _, item: c.ReleaseWorkItem(item)),
    c.OfferHandOver: _by_item(
        lambda w, item: c.OfferHandOver(item, MemberId(w.one(*NAMES)), force=w.perhaps())
    ),
    c.AcceptHandOver: _by_item(lambda _, item: c.AcceptHandOver(item)),
    c.BookAppointment: _by_anybody(Wild.booking),
    c.CloseAppointment: _by_anybody(
        lambda w: c.CloseAppointment(AppointmentId(f"{w.task()}/a1"), w.one(*AppointmentOutcome))
    ),
    c.StartWork: _by_item(lambda _, item: c.StartWork(item)),
    c.SubmitReceipt: _by_item(lambda w, item: w.receipt(item)),
    c.HoldWorkItem: _by_item(
        lambda w, item: c.HoldWorkItem(
            item, w.one(*HoldCause), "x", w.one(None, w.trade.now + timedelta(hours=1))
        )
    ),
    c.ReturnWorkItem: _by_item(lambda w, item: c.ReturnWorkItem(item, w.one(*ReasonCode), "x")),
    c.ReportSubTask: _by(make.NMS, Wild.report),
    c.ResendSubTask: _by(make.DISPATCHER, lambda w: c.ResendSubTask(w.sub_task(), w.one(1, 2))),
    c.RetrySubTask: _by(make.DISPATCHER, lambda w: c.RetrySubTask(w.sub_task())),
    c.MarkReceipt: _by(
        make.UPSTREAM,
        lambda w: c.MarkReceipt(number := w.number(), ReceiptId(f"{number}/1/COMPLETION"), w.one(*Mark)),
    ),
}
