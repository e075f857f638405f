"""What time alone does is done once though several look, and outages are waited out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from domain.access import Actor
from domain.commands import Wake
from domain.ports import Outcome
from domain.values import GroupId, GroupState
from domain.views import GroupView
from gateway.workers.timers import BATCH, Chore, Timers
from persistence.store import utc_now
from tests.contracts.trade import Gateway, order

SECONDS = 20


async def kinds(one: Gateway) -> list[str]:
    return [entry.kind for entry in await one.log.read(0, 1000)]


async def test_jeopardies_and_the_deadline_fire_once_though_two_look(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"))
    lookers = [Timers(one.store, one.clock), Timers(one.store, one.clock)]

    for minutes in (29, 31, 49, 61):
        one.clock.now = one.clock.now.replace(hour=12, minute=0) + timedelta(minutes=minutes)
        await asyncio.gather(*(looker.wake_due() for looker in lookers))

    found = await kinds(one)
    assert found.count("JEOPARDY") == 2
    assert found.count("GROUP_DEADLINE") == 1
    view = GroupView(await one.group("1/FK-1"))
    assert (view.state, view.row.partial_dispatch) == (GroupState.DISPATCHED, True)


async def test_chores_are_done_again_and_again_and_a_failing_one_stops_nothing(one: Gateway) -> None:
    done = asyncio.Event()
    tries: list[int] = []

    async def chore() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("gone")
        done.set()

    timers = Timers(one.store, one.clock, interval_seconds=0.01, chores=[Chore(0.0, chore)])
    await timers.start()
    async with asyncio.timeout(SECONDS):
        await done.wait()
    await timers.stop()

    assert len(tries) >= 2


class Broken:
    """A store in which one group can never be woken; after so many looks an outage breaks it whole."""

    def __init__(self, *groups: str) -> None:
        self.waiting = [GroupId(group) for group in groups]
        self.tries: list[str] = []
        self.outage_after: int | None = None
        self.looks = 0

    async def due(self, _now: datetime, limit: int) -> list[GroupId]:
        if self.outage_after is not None and self.looks >= self.outage_after:
            raise ConnectionError("gone")
        self.looks += 1
        return self.waiting[:limit]

    async def execute(self, command: Wake, _actor: Actor) -> Outcome:
        self.tries.append(command.group)
        if command.group.startswith("bad") or self.outage_after is not None:
            raise ZeroDivisionError
        if not command.group.startswith("same"):
            self.waiting.remove(command.group)
        return Outcome()


async def test_a_group_that_cannot_be_woken_rests_and_keeps_nobody_waiting() -> None:
    bad = [f"bad{place}" for place in range(BATCH)]
    store = Broken(*bad, *(f"1/{place}" for place in range(2 * BATCH)))
    timers = Timers(store, utc_now)  # type: ignore[arg-type]  # all of a store that it uses

    assert await timers.wake_due() == 2 * BATCH
    assert await timers.wake_due() == 0

    assert store.tries.count("bad0") == 1
    assert store.waiting == bad


@pytest.mark.parametrize("count", [1, 3 * BATCH])
async def test_a_group_that_stays_due_is_tried_once_a_look(count: int) -> None:
    store = Broken(*(f"same{place}" for place in range(count)))
    timers = Timers(store, utc_now)  # type: ignore[arg-type]  # as above

    async with asyncio.timeout(SECONDS):
        await timers.wake_due()
        await timers.wake_due()

    assert [store.tries.count(group) for group in store.waiting] == [2] * count


async def test_an_outage_is_no_group_s_fault() -> None:
    store = Broken("1/A")
    timers = Timers(store, utc_now)  # type: ignore[arg-type]  # as above
    store.outage_after = 1
    with pytest.raises(ConnectionError):
        await timers.wake_due()
    store.outage_after = None

    assert await timers.wake_due() == 1
