"""What holds of the work order of any visit, whoever looks: its shape, and that it tells nobody too much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import access
from domain import commands as c
from domain.access import Scope
from domain.commands import Command
from domain.decide import RULES
from domain.values import Role
from domain.views import TaskView
from schema.work_orders import STATE, work_order
from tests import make
from tests.domain.trade import Trade
from tests.domain.wild import Wild
from tests.schema.published import problems

CUSTOMERS_PHONE, CONTACT, NAME, STREET = "13800001234", "陈女士", "郑州华信科技有限公司", "文化路85号"
ALL = {CUSTOMERS_PHONE, CONTACT, NAME, STREET}
KNOWN = {
    "upstream": (Scope(Role.UPSTREAM), ALL),
    "dispatcher": (make.DISPATCHER.scope, ALL),
    "admin": (Scope(Role.ADMIN), ALL),
    "viewer": (Scope(Role.VIEWER), {NAME, STREET}),
    "claimant": (make.actor("Li").scope, ALL),
    "leader of the crew": (make.actor("Wang").scope, ALL),
    "member of the crew": (make.actor("Zhao").scope, ALL - {CUSTOMERS_PHONE}),
    "leader of another crew": (make.actor("Sun").scope, {NAME, CONTACT, CUSTOMERS_PHONE}),
    "member of another crew": (replace(make.actor("Sun").scope, leader=False), {NAME, CONTACT}),
}


@pytest.mark.parametrize("who", KNOWN)
def test_nobody_learns_more_from_a_work_order_than_it_may_know(who: str) -> None:
    group = make.group(make.order("N1"), make.order("N2", address=make.ERQI_DOOR), claimed={"N1": "Li"})
    scope, known = KNOWN[who]

    text = json.dumps(
        work_order(TaskView(group, make.task_of(group)), scope, make.world()), ensure_ascii=False
    )

    assert {secret for secret in ALL if secret in text} == known
    assert ('"***"' in text) is (who == "viewer" or "another crew" in who)
    assert (CUSTOMERS_PHONE not in known) is ("138****1234" in text)


def test_work_orders_are_for_everybody_but_the_network_management_system() -> None:
    may = {role for role in Role if access.may_see_work_order(None, Scope(role))}

    assert may == set(Role) - {Role.NMS}


LIKELY: tuple[type[Command], ...] = (
    *RULES,
    *(c.IntakeOrder, c.ClaimWorkItem, c.SubmitReceipt, c.BookAppointment, c.ReturnWorkItem) * 4,
)


def views_of(trade: Trade) -> Iterator[TaskView]:
    return (TaskView(group, task) for group in trade.groups.values() for task in group.tasks.values())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False), steps=st.integers(5, 80))
def test_after_whatever_day_every_visit_is_of_the_published_shape_for_everybody(
    chance: Random, steps: int
) -> None:
    trade = Trade()
    wild = Wild(chance.choice, trade)
    for _ in range(steps):
        trade.execute(*wild.command(chance.choice(LIKELY) if trade.groups else c.IntakeOrder))
    scopes = [
        *map(Scope, set(Role) - {Role.CREW}),
        *(trade.actor(name).scope for name in ("Wang", "Li", "Sun")),
    ]

    for view in views_of(trade):
        for scope in scopes:
            found = work_order(view, scope, trade.world)

            assert problems(found) == []
            assert len(found["workOrderItem"]) == len(view.items)
            assert found["state"] == STATE[view.state]
            customer = [access.customer(item.order, scope).contact_phone for item in view.items[:1]]
            text = json.dumps(found, ensure_ascii=False)
            assert ("13800001234" in text) <= ("13800001234" in customer)
            assert access.address(view, scope).text in text
            assert json.loads(text) == found
