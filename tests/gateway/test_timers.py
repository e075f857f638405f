"""What time alone does is done once though several look, and outages are waited out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.values import GroupState
from domain.views import GroupView
from gateway.timers import Chore, Timers
from persistence.database import Database
from persistence.migrations import migrate
from tests.contracts.trade import ERQI, JINSHUI, Gateway, gateway, order

SECONDS = 20


@pytest.fixture
async def one(database_url: str) -> AsyncIterator[Gateway]:
    async with Database(database_url) as database:
        await migrate(database)
        made = gateway(database)
        await made.reference.save_districts([JINSHUI, ERQI])
        yield made


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
