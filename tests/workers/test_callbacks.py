"""A callback has the network asked about its attempt, if that is open, and otherwise has no effect but a note."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from domain.callbacks import Callback, CallbackFilter, CallbackSource, CallbackStatus, received
from domain.commands import ReportSubTask
from domain.outbox import Topic
from domain.pages import Window
from domain.values import ReportOutcome, SubTaskId
from gateway.adapters.tmf_events import read_event
from gateway.workers.callbacks import BATCH, LEASE, CallbackReader, ReadEvent
from persistence.callbacks import SqlCallbacks
from persistence.outbox import SqlOutbox
from persistence.reads import SqlReads
from tests.contracts.trade import UPSTREAM, Gateway, order
from tests.events import as_body, measured, state_change


class Desk:
    """A reader over a gateway's persistence, and everything that it can be seen to do."""

    def __init__(self, one: Gateway, read: ReadEvent = read_event) -> None:
        self.one = one
        self.callbacks = SqlCallbacks(one.database)
        self.outbox = SqlOutbox(one.database)
        self.hastened = 0
        self.reader = CallbackReader(
            self.callbacks,
            self.outbox,
            SqlReads(one.database),
            read,
            one.clock,
            hastened=self._count,
            interval_seconds=60,
        )

    def _count(self) -> None:
        self.hastened += 1

    async def called(self, event: Any, event_id: str | None = None) -> None:
        body = event if isinstance(event, str) else as_body(event).decode()
        await self.callbacks.record(
            received(CallbackSource.NMS, "e", body, self.one.clock(), event_id=event_id)
        )

    async def kept(self) -> list[Callback]:
        page = await self.callbacks.page(CallbackFilter(), Window(100))
        return [edge.node for edge in page.edges]

    async def read(self, event: Any) -> Callback:
        """A callback comes and is read; what became of it."""
        await self.called(event)
        assert await self.reader.read_new() == 1
        [found] = await self.kept()
        return found

    async def waiting(self) -> Mapping[str, Any]:
        """The errands to the network and when they are due."""
        rows = await self.one.rows("SELECT id, due_at FROM outbox WHERE topic = 'NETWORK' ORDER BY id")
        return dict(rows)

    async def hold_all(self) -> None:
        """Everything that is due is held by somebody for a while, then due in an hour."""
        now = self.one.clock()
        for errand in await self.outbox.take(Topic.NETWORK, now, now + LEASE, 50):
            await self.outbox.put_back(errand, now + LEASE * 120, {})


@pytest.fixture
async def desk(one: Gateway) -> Desk:
    """A desk where the network has been asked about N1, and is looked at again in an hour."""
    made = Desk(one)
    await one.take_in(order("N1"))
    await made.hold_all()
    return made


async def state(one: Gateway) -> Any:
    return await one.rows("SELECT id, revision, body FROM fusion_group")


async def due(desk: Desk) -> list[str]:
    now = desk.one.clock()
    return sorted(errand.id for errand in await desk.outbox.take(Topic.NETWORK, now, now, 50))


async def test_a_callback_of_an_open_attempt_has_the_network_asked_now_and_changes_nothing(
    desk: Desk,
) -> None:
    before = await state(desk.one)

    found = await desk.read(state_change("N1#A1"))

    assert (found.status, found.key, found.number) == (CallbackStatus.TAKEN, "N1#A1", "N1")
    assert found.note == "ServiceStateChangeEvent says active; the network is asked"
    assert await due(desk) == ["N1#A1"]
    assert desk.hastened == 1
    assert await state(desk.one) == before


NO_EFFECT: dict[str, tuple[Any, CallbackStatus, str]] = {
    "an order that nobody knows": (
        state_change("N9#A1"),
        CallbackStatus.UNKNOWN_ATTEMPT,
        "there is no sub-task N9/ACTIVATION",
    ),
    "an attempt that was never made": (
        state_change("N1#A7"),
        CallbackStatus.UNKNOWN_ATTEMPT,
        "attempt 7 of N1/ACTIVATION was never made; there are 1",
    ),
    "a key of somebody else": (
        state_change("ticket 7"),
        CallbackStatus.UNKNOWN_ATTEMPT,
        "'ticket 7' is no key of ours",
    ),
    "a key with NUL": (state_change("N1\0#A1"), CallbackStatus.UNREADABLE, "correlationId"),
    "a key without end": (state_change("N" * 5000 + "#A1"), CallbackStatus.UNREADABLE, "correlationId"),
    "text where a number belongs": (
        measured("N1#Q1", "fast"),
        CallbackStatus.UNREADABLE,
        "event.serviceTest.testMeasure[0]: tcpDownKbps is 'fast', which is no number",
    ),
    "no JSON": ("<html>busy</html>", CallbackStatus.UNREADABLE, "the body is no JSON"),
    "a list": ("[]", CallbackStatus.UNREADABLE, "the callback is no object"),
    "no event": ('{"eventId": "e"}', CallbackStatus.UNREADABLE, "event is missing, or no object"),
    "a list nested 1,000 deep": ("[" * 1000 + "]" * 1000, CallbackStatus.UNREADABLE, "is no object"),
    "an object nested 1,000 deep": (
        '{"event":' * 1000 + "1" + "}" * 1000,
        CallbackStatus.UNREADABLE,
        "event",
    ),
}


@pytest.mark.parametrize("name", NO_EFFECT)
async def test_what_is_of_no_open_attempt_is_kept_with_a_note_and_nothing_else(desk: Desk, name: str) -> None:
    event, status, note = NO_EFFECT[name]
    before, waiting = await state(desk.one), await desk.waiting()

    found = await desk.read(event)

    assert found.status is status
    assert note in (found.note or "")
    assert await desk.waiting() == waiting
    assert await state(desk.one) == before
    assert desk.hastened == 0


async def test_a_late_callback_of_an_attempt_with_a_result_has_no_effect(desk: Desk) -> None:
    said = ReportSubTask(SubTaskId("N1/ACTIVATION"), 1, "r1", ReportOutcome.SUCCEEDED)
    await desk.one.store.execute(said, UPSTREAM)
    before = await state(desk.one)

    found = await desk.read(state_change("N1#A1"))

    assert (found.status, found.note) == (
        CallbackStatus.OLD_ATTEMPT,
        "attempt 1 of N1/ACTIVATION is closed: SUCCEEDED",
    )
    assert await due(desk) == []
    assert await state(desk.one) == before


async def test_a_callback_of_one_test_of_a_check_is_of_the_check(desk: Desk) -> None:
    found = await desk.read(measured("N1#Q1/speed", 94_100))

    assert (found.status, found.key) == (CallbackStatus.TAKEN, "N1#Q1")
    assert await due(desk) == ["N1#Q1"]


async def test_a_fault_of_the_reading_is_logged_and_ends_the_callback_not_the_reader(
    one: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_body: Any) -> Any:
        raise KeyError("a bug")

    desk = Desk(one, broken)

    found = await desk.read(state_change("N1#A1"))

    assert (found.status, found.note) == (CallbackStatus.UNREADABLE, "it could not be read (KeyError)")
    assert "a callback could not be read" in caplog.text


async def test_two_processes_read_each_callback_once(one: Gateway, other: Gateway) -> None:
    await one.take_in(*(order(f"N{n}") for n in range(30)))
    desks = [Desk(one), Desk(other)]
    for n in range(30):
        await desks[0].called(state_change(f"N{n}#A1", f"e{n}"), f"e{n}")

    read = await asyncio.gather(*(desk.reader.read_new() for desk in desks))

    assert sum(read) == 30
    assert sum(desk.hastened for desk in desks) == 30
    assert {found.status for found in await desks[0].kept()} == {CallbackStatus.TAKEN}


async def test_more_than_a_batch_is_read_in_one_go(one: Gateway) -> None:
    desk = Desk(one)
    for n in range(BATCH + 1):
        await desk.called("[]", f"e{n}")

    assert await desk.reader.read_new() == BATCH + 1


async def test_what_a_process_held_when_it_died_is_read_by_another(one: Gateway, desk: Desk) -> None:
    await desk.called(state_change("N1#A1"))
    await desk.callbacks.take(one.clock(), one.clock() + LEASE, 10)
    early = await desk.reader.read_new()

    one.clock.move(seconds=LEASE.total_seconds())
    late = await desk.reader.read_new()

    assert (early, late) == (0, 1)
    assert await due(desk) == ["N1#A1"]


async def test_a_ring_has_it_read_at_once_and_an_outage_does_not_end_the_reader(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    take, failures = desk.callbacks.take, [OSError("away")]

    async def flaky(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return await take(*arguments)

    monkeypatch.setattr(desk.callbacks, "take", flaky)
    monkeypatch.setattr("gateway.workers.watch.LONGEST_PAUSE_SECONDS", 0.05)
    await desk.reader.start()
    async with asyncio.timeout(10):
        while failures:
            await asyncio.sleep(0.01)
    await desk.called(state_change("N1#A1"))
    desk.reader.ring()
    async with asyncio.timeout(10):
        while not desk.hastened:
            await asyncio.sleep(0.01)
    await desk.reader.stop()

    assert "callbacks cannot be read" in caplog.text
