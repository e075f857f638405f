"""What goes wrong on our own side costs a receipt some time, and no other receipt anything."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import pytest

from domain.access import Actor
from domain.commands import MarkReceipt
from domain.groups import Group
from domain.outbox import Errand, Topic
from domain.ports import Outcome
from domain.upstream import Delivered, Mark, Message, Undelivered
from domain.values import DeliveryState, GroupId, ReceiptId
from gateway.workers import courier
from persistence.outbox import SqlOutbox
from tests.contracts.trade import NOON, UPSTREAM, Gateway
from tests.workers.carried import (
    SECONDS,
    Upstream,
    acknowledged,
    carrying,
    is_,
    receipt,
    suspended,
    until,
)


class Stale(SqlOutbox):
    """Deals out what was acknowledged a moment ago."""

    async def take(
        self, topic: Topic, now: datetime, until: datetime, limit: int, **more: bool
    ) -> Sequence[Errand]:
        taken = await super().take(topic, now, until, limit, **more)
        for errand in taken:
            mark = MarkReceipt(errand.number, ReceiptId(errand.id), Mark.ACKNOWLEDGED)
            await self.of.store.execute(mark, UPSTREAM)
        return taken

    of: Gateway


async def test_what_was_acknowledged_by_other_ways_is_not_sent(one: Gateway) -> None:
    await suspended(one, "N1")
    upstream, stale = Upstream(), Stale(one.database)
    stale.of = one

    async with carrying(one, upstream, outbox=stale):
        await acknowledged(one, "N1/1/COMPLETION")
        await asyncio.sleep(0.1)

    assert upstream.sent == []
    assert (await receipt(one, "N1/1/COMPLETION")).delivery_attempts == 0


class Away:
    """A database that is away for the first calls: of the outbox, of the groups and of the store."""

    def __init__(self, of: Gateway, times: int = 2) -> None:
        self._of = of
        self._outbox = SqlOutbox(of.database)
        self.left = {"take": times, "groups": times, "execute": times}

    def _fail(self, name: str) -> None:
        self.left[name] -= 1
        if self.left[name] >= 0:
            raise ConnectionError("gone")

    async def take(
        self, topic: Topic, now: datetime, until: datetime, limit: int, **more: bool
    ) -> Sequence[Errand]:
        self._fail("take")
        return await self._outbox.take(topic, now, until, limit, **more)

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        self._fail("groups")
        return await self._of.groups.groups(ids)

    async def execute(self, command: MarkReceipt, actor: Actor) -> Outcome:
        self._fail("execute")
        return await self._of.store.execute(command, actor)


async def test_an_outage_of_the_database_is_waited_out_and_nothing_is_sent_twice_for_it(one: Gateway) -> None:
    await suspended(one, "N1")
    upstream, away = Upstream(), Away(one)
    async with carrying(one, upstream, outbox=away, groups=away, store=away):
        for _ in range(2):
            await until(lambda: away.left["take"] < 0)
            await asyncio.sleep(0.15)
            one.clock.move(seconds=60)  # what was taken and could not be read comes again after its lease
        await acknowledged(one, "N1/1/COMPLETION")

    assert away.left["groups"] < 0
    assert upstream.sent == ["N1/1/COMPLETION"]


async def test_a_fault_in_one_receipt_is_told_and_holds_up_no_other(
    one: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async def faulty(message: Message) -> Delivered | Undelivered:
        if message.id.startswith("N1/"):
            raise ZeroDivisionError
        return Delivered("HTTP 200")

    await suspended(one, "N1", "N2")

    async with carrying(one, Upstream(faulty)):
        await acknowledged(one, "N2/1/COMPLETION")

    assert "an errand could not be run" in caplog.text
    assert await is_(one, "N1/1/COMPLETION", DeliveryState.PENDING)


async def test_a_stop_waits_for_what_is_on_its_way(one: Gateway) -> None:
    async def slow(_message: Message) -> Delivered | Undelivered:
        await asyncio.sleep(0.3)
        return Delivered("HTTP 200")

    await suspended(one, "N1")
    upstream = Upstream(slow)

    async with carrying(one, upstream):
        await until(lambda: len(upstream.sent) == 1)

    assert await is_(one, "N1/1/COMPLETION", DeliveryState.ACKNOWLEDGED)


async def test_a_stop_does_not_wait_long_and_gives_the_rest_to_the_others_at_once(
    one: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_message: Message) -> Delivered | Undelivered:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(courier, "STOP_SECONDS", 0.1)
    await suspended(one, "N1")
    stuck = Upstream(never)
    async with asyncio.timeout(SECONDS):
        async with carrying(one, stuck):
            await until(lambda: len(stuck.sent) == 1)

    async with carrying(one, Upstream()):
        await acknowledged(one, "N1/1/COMPLETION")

    assert one.clock.now == NOON
