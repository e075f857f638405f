"""Writers who meet: one wins, the others read and decide again, and nothing is decided in a world that is over."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from domain.commands import Command
from domain.decide import decide
from domain.decisions import Decision, Groups
from domain.journal import Context
from domain.refusals import AlreadyClaimed
from domain.values import UpdateKind
from persistence.batches import Decide
from persistence.faults import TooManyConflictsError
from persistence.lending import Lending
from persistence.store import SqlStore
from persistence.writes import Writes
from tests.contracts.trade import UPSTREAM, Gateway, claim, order


async def test_fifty_claims_of_one_item_at_once_have_one_winner(one: Gateway, other: Gateway) -> None:
    _, members = await one.crew_with(*(f"member {n}" for n in range(50)))
    await one.take_in(order("N1"))

    claims = [(one, other)[n % 2].store.execute(claim("N1"), who) for n, who in enumerate(members)]
    outcomes = await asyncio.gather(*claims)

    winners = [o for o in outcomes if o.refusal is None]
    losers = [o.refusal for o in outcomes if isinstance(o.refusal, AlreadyClaimed)]
    assert (len(winners), len(losers)) == (1, 49)
    claimant = winners[0].group.items[claim("N1").item].claimant
    assert {refusal.claimant for refusal in losers} == {claimant}
    entries = await one.log.read(0, 100, kinds=[UpdateKind.ITEM_CLAIMED, UpdateKind.FIRST_CONTACT_CHANGED])
    assert [entry.kind for entry in entries] == [UpdateKind.ITEM_CLAIMED, UpdateKind.FIRST_CONTACT_CHANGED]


async def test_orders_of_one_key_that_come_at_once_make_one_group(one: Gateway, other: Gateway) -> None:
    numbers = [f"N{n}" for n in range(12)]
    orders = [order(n, *(m for m in numbers if m != n), key="FK-1") for n in numbers]

    await asyncio.gather(*(
        (one, other)[place % 2].store.execute(command, UPSTREAM) for place, command in enumerate(orders)
    ))  # fmt: skip

    group = await one.group("1/FK-1")
    assert sorted(group.orders) == sorted(numbers)
    assert await one.rows("SELECT count(*) FROM fusion_group") == [1]
    entries = await one.log.read(0, 1000, groups=[group.id])
    assert [entry.revision for entry in entries] == list(range(1, group.revision + 1))
    assert [entry.kind for entry in entries].count(UpdateKind.GROUP_DISPATCHED) == 1


async def test_one_number_sent_at_once_under_two_keys_is_one_order(one: Gateway, other: Gateway) -> None:
    sent = [(one, order("N1", "N2", key="FK-1")), (other, order("N1", "N2", key="FK-2"))]

    outcomes = await asyncio.gather(*(where.store.execute(command, UPSTREAM) for where, command in sent))

    assert sorted(outcome.refusal is None for outcome in outcomes) == [False, True]
    assert await one.rows("SELECT number FROM orders") == ["N1"]
    assert await one.rows("SELECT count(*) FROM fusion_group") == [1]


async def test_a_rule_that_decided_in_a_world_of_yesterday_decides_again(
    one: Gateway, other: Gateway
) -> None:
    worlds = []

    def noting(command: Command, groups: Groups, context: Context) -> Decision:
        worlds.append(context.world.version)
        return decide(command, groups, context)

    store = _Interrupted(other, noting)
    await one.take_in(order("N0"))

    outcome = await store.execute(order("N1"), UPSTREAM)

    assert outcome.refusal is None
    assert worlds[0] < worlds[-1]
    assert outcome.group.tasks[next(iter(outcome.group.tasks))].crew is not None


class _Interrupted(SqlStore):
    """A store in which a crew comes between the first decision and its write."""

    def __init__(self, gateway: Gateway, rule: Decide) -> None:
        super().__init__(gateway.database, gateway.bell, clock=gateway.clock, decide=rule)
        self._gateway = gateway
        self._came = False

    async def _decided(self, *arguments: Any) -> Any:
        decided = await super()._decided(*arguments)
        if not self._came:
            self._came = True
            await self._gateway.crew_with("Li")
        return decided


async def test_who_was_overtaken_does_not_try_again_what_is_over(one: Gateway, other: Gateway) -> None:
    _, [li, wang] = await one.crew_with("Li", "Wang")
    await other.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1"))
    store = _Counting(one)
    store.meanwhile = other.store.execute(claim("N2"), wang)

    outcome = await store.execute(claim("N1"), li)

    assert outcome.refusal is None
    assert store.written == [False, True]


async def test_commands_queue_up_in_the_group_in_which_they_turn_out_to_meet(
    one: Gateway, other: Gateway
) -> None:
    numbers = [f"N{n}" for n in range(8)]
    _, members = await one.crew_with(*numbers)
    await other.take_in(*(order(n, *(m for m in numbers if m != n), key="FK-1") for n in numbers))
    store = _Counting(one)

    claims = [store.execute(claim(number), who) for number, who in zip(numbers, members, strict=True)]
    outcomes = await asyncio.gather(*claims)

    assert [outcome.refusal for outcome in outcomes] == [None] * 8
    assert store.written == [True] * 8


class _Counting(SqlStore):
    """A store that notes of each write whether it was in time; ``meanwhile`` comes before the first."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway.database, gateway.bell, clock=gateway.clock)
        self.written: list[bool] = []
        self.meanwhile: Coroutine[Any, Any, Any] | None = None

    async def _written(self, writes: Writes) -> None:
        coming, self.meanwhile = self.meanwhile, None
        if coming is not None:
            await coming
        self.written.append(False)
        await super()._written(writes)
        self.written[-1] = True


async def test_a_command_that_always_meets_a_faster_writer_gives_up_and_says_so(one: Gateway) -> None:
    await one.take_in(order("N1"))
    store = _Behind(one.database, one.bell, clock=one.clock)

    with pytest.raises(TooManyConflictsError, match="IntakeOrder met a faster writer 50 times"):
        await store.execute(order("N1", requirement="second floor"), UPSTREAM)


class _Behind(SqlStore):
    """A store which always reads what was there before."""

    async def _read(self, *arguments: Any) -> Any:
        seen = await super()._read(*arguments)
        old = {key: replace(group, revision=group.revision - 1) for key, group in seen.groups.items()}
        return replace(seen, groups=old)


async def test_a_command_whose_connection_is_cut_before_its_write_is_done_once(pg: Gateway) -> None:
    await pg.take_in(order("N1", "N2", key="FK-1"))
    async with pg.database.pool.acquire() as holder:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT 1 FROM fusion_group FOR UPDATE")
        command = asyncio.ensure_future(pg.store.execute(order("N2", "N1", key="FK-1"), UPSTREAM))
        waiting = (
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        )
        while not (pids := await pg.rows(waiting)):
            await asyncio.sleep(0.01)

        await holder.execute("SELECT pg_terminate_backend($1)", pids[0])
        await transaction.rollback()

    assert (await command).refs.duplicate is False
    assert await _acknowledged(pg) == ["N1", "N2"]


async def test_a_command_whose_connection_is_cut_behind_its_write_is_done_once(
    pg: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, cuts = Lending.fetch, 0

    async def cut(pool: Any, statement: str, *values: Any) -> Any:
        nonlocal cuts
        rows = await fetch(pool, statement, *values)
        if "INSERT INTO entries" in statement:
            cuts += 1
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        return rows

    monkeypatch.setattr(Lending, "fetch", cut)

    outcome = await pg.store.execute(order("N1"), UPSTREAM)

    assert cuts == 1
    assert not outcome.refs.duplicate
    assert await _acknowledged(pg) == ["N1"]


async def test_a_fault_in_a_statement_is_no_conflict(pg: Gateway) -> None:
    await pg.database.pool.fetch("DROP TABLE exchanges")

    with pytest.raises(asyncpg.UndefinedTableError):
        await pg.store.execute(order("N1"), UPSTREAM)


async def _acknowledged(pg: Gateway) -> list[str | None]:
    return [entry.order for entry in await pg.log.read(0, 100, kinds=[UpdateKind.ORDER_ACKNOWLEDGED])]
