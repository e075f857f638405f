"""What is true of every group, whatever was asked of it. Trade itself holds each command to the journal's laws."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import commands as c
from domain.commands import Command
from domain.contacts import group_contact
from domain.decide import RULES
from domain.decisions import Done
from domain.fusing import explain
from domain.groups import Group
from domain.orders import UNREFUSABLE
from domain.progress import group_state, order_state, order_step, task_state, visits_saved
from domain.tasks import HELD_BY_CLAIMANT
from domain.values import OrderState, SubTaskKind, WorkItemState
from tests import arrivals as make
from tests.domain.trade import Trade
from tests.domain.wild import NAMES, Choose, Wild

NEVER = {OrderState.REJECTED, OrderState.PENDING, OrderState.HELD, OrderState.FAILED, OrderState.PARTIAL}


def check(group: Group) -> None:
    """Everything that holds for one group at any time."""
    _check_orders(group)
    _check_visits(group)
    assert (group.closed_at is not None) == all(order.final for order in group.orders.values())
    assert explain(group, group_state(group))
    assert visits_saved(group) >= 0
    group_contact(group)


def _check_orders(group: Group) -> None:
    for number, order in group.orders.items():
        assert order.number == number
        ids = Counter((receipt.kind, receipt.attempt) for receipt in order.receipts)
        assert all(count == 1 for count in ids.values()), "one receipt per kind and attempt"
        assert order_step(group, order)
        state = order_state(group, order)
        assert order.action not in UNREFUSABLE or state not in NEVER, f"{number} is {state}"
        visits = order.sub_task(SubTaskKind.CONSTRUCTION).applies and order.dispatched_at is not None
        assert not visits or group.item_of(order) is not None, f"{number} is dispatched and in no visit"
        assert order.waits or order.dispatched_at is not None, f"{number} waits"


def _check_visits(group: Group) -> None:
    for item in group.items.values():
        assert item.number in group.orders
        assert item.task in group.tasks, "every item lies in one visit of its group"
        assert (item.state is WorkItemState.OPEN) <= (item.claimant is None)
        assert (item.state in HELD_BY_CLAIMANT) <= (item.claimant is not None)
        assert group.tasks[item.task].customer == group.orders[item.number].payload.customer.number
    for task in group.tasks.values():
        assert task_state(group, task)
        assert sum(appointment.active for appointment in task.appointments) <= 1
        assert (task.crew is None) <= (task.hold is not None), "a visit without a crew is held"


FIELD = (
    c.ClaimTask,
    c.ClaimWorkItem,
    c.ReleaseWorkItem,
    c.OfferHandOver,
    c.AcceptHandOver,
    c.BookAppointment,
    c.CloseAppointment,
    c.StartWork,
    c.SubmitReceipt,
    c.HoldWorkItem,
    c.ReturnWorkItem,
)
OFFICE = tuple(kind for kind in RULES if kind not in FIELD)


def drawn(data: st.DataObject) -> Choose:
    """Choices which hypothesis makes, and simplifies when a law breaks."""
    return lambda options: data.draw(st.sampled_from(list(options)))


class AnyDay(RuleBasedStateMachine):
    """A day on which everybody does anything."""

    def __init__(self) -> None:
        super().__init__()
        self.trade = Trade()

    @rule(data=st.data())
    def order_arrives(self, data: st.DataObject) -> None:
        command, actor = Wild(drawn(data), self.trade).command(c.IntakeOrder)
        self.trade.execute(command, actor)

    @precondition(lambda self: self.trade.groups)
    @rule(data=st.data(), kind=st.sampled_from(OFFICE))
    def office_asks(self, data: st.DataObject, kind: type[Command]) -> None:
        command, actor = Wild(drawn(data), self.trade).command(kind)
        self.trade.execute(command, actor)

    @precondition(lambda self: any(group.items for group in self.trade.groups.values()))
    @rule(data=st.data(), kind=st.sampled_from(FIELD))
    def field_asks(self, data: st.DataObject, kind: type[Command]) -> None:
        command, actor = Wild(drawn(data), self.trade).command(kind)
        self.trade.execute(command, actor)

    @precondition(lambda self: self.trade.groups)
    @rule(data=st.data())
    def network_reports(self, data: st.DataObject) -> None:
        command, actor = Wild(drawn(data), self.trade).command(c.ReportSubTask)
        self.trade.execute(command, actor)

    @precondition(lambda self: self.trade.groups)
    @rule(data=st.data())
    def claimant_works(self, data: st.DataObject) -> None:
        wild = Wild(drawn(data), self.trade)
        item = wild.item()
        self.trade.execute(c.ClaimWorkItem(item), wild.member(item))
        self.trade.execute(wild.receipt(item), wild.member(item))

    @rule(minutes=st.sampled_from([1, 8, 40, 120]))
    def time_passes(self, minutes: int) -> None:
        self.trade.wait(minutes=minutes)
        for group in self.trade.groups.values():
            assert group.wake_at is None or group.wake_at > self.trade.now, "a timer fires once"

    @rule(name=st.sampled_from(NAMES), active=st.booleans(), swapped=st.booleans())
    def world_changes(self, *, name: str, active: bool, swapped: bool) -> None:
        here, there = (make.ERQI, make.JINSHUI) if swapped else (make.JINSHUI, make.ERQI)
        crew = self.trade.actor(name).scope.crew or ""
        world = make.with_members(self.trade.world, make.member(name, crew, active=active))
        crews = make.crew("jinshui", here, "Wang"), make.crew("erqi", there, "Sun")
        self.trade.world = make.with_crews(world, *crews)
        self.trade.refresh()

    @invariant()
    def laws_hold(self) -> None:
        numbers = Counter(number for group in self.trade.groups.values() for number in group.orders)
        assert all(count == 1 for count in numbers.values()), "an order is in one group"
        for group in self.trade.groups.values():
            check(group)


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(
    deadline=None, max_examples=60, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("seed", range(8))
def test_long_days_keep_the_laws(seed: int) -> None:
    """Hypothesis plays short days and explains them; these are long, and get further into each group."""
    chance, trade = Random(seed), Trade()
    wild = Wild(chance.choice, trade)
    likely: list[type[Command]] = [
        *RULES,
        *(c.ReportSubTask, c.IntakeOrder) * 6,
        *(c.ClaimWorkItem, c.SubmitReceipt, c.ResolveHold) * 4,
    ]

    for _ in range(400):
        command, actor = wild.command(chance.choice(likely) if trade.groups else c.IntakeOrder)
        trade.execute(command, actor)
        if chance.random() < 0.05:
            trade.wait(minutes=chance.choice([1, 8, 40]))
        for group in trade.groups.values():
            check(group)

    assert len(trade.events) > 50


def test_every_command_has_a_rule() -> None:
    named = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, Command)}
    concrete = {kind for kind in named if not kind.__name__.startswith("_") and kind is not Command}

    assert concrete == set(RULES)


def unrefusable() -> Trade:
    """A suspension and two terminations, one of them without a district, in one group with an activation."""
    trade = Trade()
    trade.intake(
        *make.fused_orders(
            make.order("N0", action="SUSPEND"),
            make.order("N1", action="TERMINATE", installedSerials=["A"]),
            make.order("N2", "CAMERA", "TERMINATE", address="火星大道1号"),
            make.order("N3", "CAMERA"),
        )
    )
    trade.claim("Li", "N1")
    return trade


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_command_holds_returns_or_fails_a_suspension_or_termination(
    kind: type[Command], data: st.DataObject
) -> None:
    trade = unrefusable()

    for _ in range(4):
        command, actor = Wild(drawn(data), trade).command(kind)
        trade.execute(command, actor)
        trade.wait(hours=1)

    for group in trade.groups.values():
        check(group)
    for number in ("N0", "N1", "N2"):
        assert trade.state(number) not in NEVER


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_command_that_changed_nothing_writes_nothing_the_second_time(data: st.DataObject) -> None:
    trade = unrefusable()
    kind: Any = data.draw(
        st.sampled_from([c.Wake, c.RefreshGroup, c.ClaimWorkItem, c.StartWork, c.ClaimTask])
    )
    command, actor = Wild(drawn(data), trade).command(kind)
    trade.execute(command, actor)

    again = trade.execute(command, actor)

    assert not isinstance(again, Done) or trade.kinds() == []
