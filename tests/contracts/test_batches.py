"""Commands executed together leave what they leave one after the other, and answer the same."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

import pytest

from domain.access import Actor
from domain.commands import CancelOrder, Command, IntakeOrder, ResolveHold, ReturnWorkItem
from domain.ports import KeyReusedError, Outcome, RepeatKey, Submission
from domain.refusals import OrderConflict
from domain.values import GroupId, HoldResolution, OrderNumber, ReasonCode
from persistence.batches import MOST_TOGETHER, Lane, Rules, lanes
from persistence.store import SqlStore
from tests.contracts.trade import DISPATCHER, UPSTREAM, Gateway, claim, order

CAMERA = {"product": "CAMERA"}
KEY = RepeatKey("upstream:esop", "intakeOrders", "c-1", "digest")


def batch(*commands: Command) -> list[Submission]:
    """Those commands, without names."""
    return [Submission(command) for command in commands]


def named(*commands: Command, key: RepeatKey = KEY) -> list[Submission]:
    """Those commands as the parts of a request which has a clientMutationId."""
    return [Submission(own, replace(key, mutation=f"intakeOrders/{n}")) for n, own in enumerate(commands)]


def orders_of_a_day(chance: Random, town: str) -> Iterator[IntakeOrder]:
    """Orders of few numbers and keys, so that they meet, come again, change, move and contradict each other."""
    for _ in range(40):
        number, *others = (f"{town}{n}" for n in chance.sample(range(8), 3))
        changes: dict[str, Any] = {
            "action": chance.choice(["ACTIVATION"] * 6 + ["SUSPEND", "RESUME", "TERMINATE"]),
            "product": chance.choice(["ENT_BROADBAND", "CAMERA"]),
            "requirement": chance.choice([None, "call first"]),
        }
        key = chance.choice([None, f"{town}-A", f"{town}-B", f"{town}-C"])
        yield order(number, *others[: chance.randrange(3)], key=key, **changes)


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_leaves_what_its_orders_leave_one_after_the_other(one: Gateway, seed: int) -> None:
    day, together = orders_of_a_day(Random(seed), "east"), list[Outcome]()
    while some := batch(*islice(day, 12)):
        together += await one.store.execute_all(some, UPSTREAM)
    alone = [await one.store.execute(own, UPSTREAM) for own in orders_of_a_day(Random(seed), "west")]

    assert [_anywhere(own) for own in together] == [_anywhere(own) for own in alone]
    assert await _left_behind(one, "east") == await _left_behind(one, "west")


def _anywhere(told: object) -> str:
    """The text of it, without what differs between two towns."""
    return re.sub("east|west|[0-9a-f]{64}", "?", repr(told))


async def _left_behind(one: Gateway, town: str) -> Mapping[str, list[str]]:
    """Everything that is kept of a town's orders."""
    statements = {
        "groups": "SELECT id, revision, state, body FROM fusion_group ORDER BY id",
        "orders": "SELECT number, group_id, state, step, visits FROM orders ORDER BY number",
        "tasks": "SELECT id, group_id, seq, state FROM tasks ORDER BY id",
        "items": "SELECT id, group_id, state FROM work_items ORDER BY id",
        "receipts": "SELECT id, group_id, kind FROM receipts ORDER BY id",
        "outbox": "SELECT id, group_id, topic, lane, seq FROM outbox ORDER BY id",
        "entries": "SELECT group_id, revision, kind, order_number, detail FROM entries ORDER BY group_id, id",
        "exchanges": "SELECT order_number, group_id, kind, status, body FROM exchanges ORDER BY order_number, id",
    }
    found = {name: await one.rows(statement) for name, statement in statements.items()}
    return {name: [_anywhere(row) for row in rows if town in repr(row)] for name, rows in found.items()}


async def test_each_order_is_refused_by_itself(one: Gateway) -> None:
    first, again, other = order("N1"), order("N1", action="SURVEY"), order("N2")

    outcomes = await one.store.execute_all(batch(first, again, other), UPSTREAM)

    assert [type(outcome.refusal) for outcome in outcomes] == [type(None), OrderConflict, type(None)]
    assert await one.rows("SELECT number FROM orders ORDER BY 1") == ["N1", "N2"]


async def test_a_group_of_a_batch_is_written_once_and_the_bell_rings_once_for_it(one: Gateway) -> None:
    orders = [order(f"N{n}", *(f"N{m}" for m in range(5) if m != n), key="FK-1", **CAMERA) for n in range(5)]

    outcomes = await one.store.execute_all(batch(*orders), UPSTREAM)

    assert one.bell.rings == 1
    assert outcomes[-1].group == await one.group("1/FK-1")
    entries = await one.log.read(0, 100)
    assert [entry.revision for entry in entries] == list(range(1, outcomes[-1].group.revision + 1))


async def test_orders_of_a_batch_are_received_one_after_the_other(one: Gateway) -> None:
    ticking = SqlStore(one.database, one.bell, clock=_ticking(one))

    await ticking.execute_all(batch(order("N2", "N1", key="FK-1"), order("N1", "N2", key="FK-1")), UPSTREAM)

    assert await one.rows("SELECT number FROM orders ORDER BY received_at") == ["N2", "N1"]


def _ticking(one: Gateway) -> Callable[[], datetime]:
    def clock() -> datetime:
        one.clock.move(seconds=1)
        return one.clock.now

    return clock


async def test_a_batch_that_is_longer_than_one_statement_reads_is_executed_whole(one: Gateway) -> None:
    orders = [order(f"N{n:03}") for n in range(MOST_TOGETHER + 20)]

    outcomes = await one.store.execute_all(batch(*orders), UPSTREAM)

    assert [outcome.refs.order for outcome in outcomes] == [own.payload.number for own in orders]
    assert await one.rows("SELECT count(*) FROM orders") == [len(orders)]


async def test_each_receipt_of_a_batch_goes_upstream_once(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    await one.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1", **CAMERA))
    await one.store.execute_all(batch(claim("N1"), claim("N2")), li)
    returned = (ReturnWorkItem(claim(n).item, ReasonCode.CUSTOMER_REFUSED) for n in ("N1", "N2"))

    await one.store.execute_all(batch(*returned), li)

    kinds = "SELECT order_number, kind FROM exchanges WHERE direction = 'REPLY' ORDER BY 1, 2"
    told = [(n, f"{kind}_RECEIPT") for n in ("N1", "N2") for kind in ("COMPLETION", "CONSTRUCTION")]
    assert await one.rows(kinds) == told


async def test_an_empty_batch_is_answered(one: Gateway) -> None:
    assert await one.store.execute_all([], UPSTREAM) == []


async def test_where_somebody_was_faster_that_lane_alone_is_decided_again(
    one: Gateway, other: Gateway
) -> None:
    overtaken = _Overtaken(one, other)

    outcomes = await overtaken.execute_all(
        batch(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1"), order("N3")), UPSTREAM
    )

    assert [outcome.refs.duplicate for outcome in outcomes] == [True, False, False]
    assert overtaken.alone == ["N1", "N2"]
    assert sorted((await one.group("1/FK-1")).orders) == ["N1", "N2"]


async def test_an_order_that_somebody_took_in_elsewhere_is_not_taken_from_there(
    one: Gateway, other: Gateway
) -> None:
    overtaken, mine = _Overtaken(one, other), order("N1", "N2", key="FK-2")

    outcomes = await overtaken.execute_all(
        batch(mine, order("N1", "N2", key="FK-2", requirement="call first")), UPSTREAM
    )

    assert [type(outcome.refusal) for outcome in outcomes] == [OrderConflict, OrderConflict]
    assert await one.rows("SELECT group_id FROM orders") == ["1/FK-1"]


class _Overtaken(SqlStore):
    """A store that is told of N1 by another process between reading and writing."""

    def __init__(self, one: Gateway, other: Gateway) -> None:
        super().__init__(one.database, one.bell, clock=one.clock)
        self._other = other
        self.alone: list[str] = []

    async def _lane(self, lane: Lane, rules: Rules) -> None:
        if 0 in lane.submissions:
            await self._other.take_in(order("N1", "N2", key="FK-1"))
        await super()._lane(lane, rules)

    async def execute(self, command: Command, actor: Actor, repeat: RepeatKey | None = None) -> Outcome:
        assert isinstance(command, IntakeOrder)
        self.alone.append(command.payload.number)
        return await super().execute(command, actor, repeat)


async def test_two_processes_with_the_same_batch_take_each_order_in_once(
    one: Gateway, other: Gateway
) -> None:
    orders = [order(f"N{n}", f"N{n ^ 1}", key=f"FK-{n // 2}") for n in range(20)]

    both = await asyncio.gather(*(it.store.execute_all(batch(*orders), UPSTREAM) for it in (one, other)))

    assert [sorted(own.refs.duplicate for own in pair) for pair in zip(*both, strict=True)] == [
        [False, True]
    ] * 20
    assert await one.rows("SELECT count(*) FROM exchanges") == [20]
    assert await one.rows("SELECT sum(revision) FROM fusion_group") == await one.rows(
        "SELECT count(*) FROM entries"
    )


async def test_a_batch_that_comes_again_is_answered_as_it_was(one: Gateway) -> None:
    orders = order("N1"), order("N2"), order("N2", requirement="second floor")
    first = await one.store.execute_all(named(*orders), UPSTREAM)
    await one.take_in(order("N1", requirement="third floor"))
    await one.store.execute(CancelOrder(OrderNumber("N1"), "mistake"), UPSTREAM)
    entries = await one.log.read(0, 100)

    again = await one.store.execute_all(named(*orders), UPSTREAM)

    assert [outcome.refs for outcome in again] == [outcome.refs for outcome in first]
    assert await one.log.read(0, 100) == entries


async def test_a_batch_of_which_a_part_was_answered_does_the_rest(one: Gateway) -> None:
    orders = order("N1"), order("N2")
    await one.store.execute_all(named(orders[0]), UPSTREAM)

    outcomes = await one.store.execute_all(named(*orders), UPSTREAM)

    assert [outcome.refs.duplicate for outcome in outcomes] == [False, False]
    assert await one.rows("SELECT number FROM orders ORDER BY 1") == ["N1", "N2"]


async def test_a_name_that_comes_again_with_another_input_is_refused(one: Gateway) -> None:
    await one.store.execute_all(named(order("N1"), order("N2")), UPSTREAM)

    with pytest.raises(KeyReusedError, match="c-1"):
        await one.store.execute_all(named(order("N1"), order("N3"), key=replace(KEY, digest="d")), UPSTREAM)


async def test_a_command_that_has_to_see_more_is_executed_in_its_turn(one: Gateway) -> None:
    stranger = {"customer": {"number": "K2", "name": "another"}}
    await one.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1", **stranger))
    split = ResolveHold(HoldResolution.SPLIT_BY_CUSTOMER, group=GroupId("1/FK-1"))

    outcomes = await one.store.execute_all(
        batch(split, CancelOrder(OrderNumber("N2"), "mistake")), DISPATCHER
    )

    assert [outcome.refusal for outcome in outcomes] == [None, None]
    assert [list(outcome.groups) for outcome in outcomes] == [["1/FK-1", "2/FK-1"], ["2/FK-1"]]


def test_commands_that_may_meet_in_a_group_share_a_lane() -> None:
    orders = [order("N1", key="A"), order("N2"), order("N3", key="A"), order("N2", key="B"), order("N4")]

    found = lanes(dict(enumerate(batch(*orders))), {})

    assert [list(lane.submissions) for lane in found] == [[0, 2], [1, 3], [4]]
