"""The courier carries receipts over a store of its own, to an upstream that answers by a script."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from domain.access import SYSTEM
from domain.commands import MarkReceipt
from domain.outbox import Topic
from domain.upstream import Delivered, Mark, Message, Undelivered
from domain.values import DeliveryState, OrderNumber, ReceiptId
from gateway.workers.receipts import Patience
from persistence.outbox import SqlOutbox
from tests.contracts.trade import Gateway
from tests.workers.carried import (
    Upstream,
    acknowledged,
    built,
    carrying,
    confirm,
    fail,
    is_,
    receipt,
    suspended,
    tried,
    until,
)


async def test_a_final_receipt_is_carried_and_what_was_sent_is_in_the_log_of_exchanges(one: Gateway) -> None:
    await suspended(one, "N1")
    upstream = Upstream()

    async with carrying(one, upstream):
        await acknowledged(one, "N1/1/COMPLETION")

    assert upstream.sent == ["N1/1/COMPLETION"]
    lines = await one.rows("SELECT direction, kind, status FROM exchanges ORDER BY id")
    assert lines[1:] == [
        ("REPLY", "COMPLETION_RECEIPT", "PENDING"),
        ("REPLY", "COMPLETION_RECEIPT", "HTTP 204"),
    ]
    [*_, body] = await one.rows("SELECT body FROM exchanges ORDER BY id")
    assert '"type":"receipt.completion"' in body
    assert (await receipt(one, "N1/1/COMPLETION")).delivery_attempts == 1


async def test_a_ring_is_answered_at_once(one: Gateway) -> None:
    upstream = Upstream()
    async with carrying(one, upstream, interval_seconds=600) as running:
        await asyncio.sleep(0.2)
        await suspended(one, "N1")
        assert upstream.sent == []

        running.ring()

        await acknowledged(one, "N1/1/COMPLETION")


async def test_a_try_that_fails_is_made_again_ever_later_and_the_last_is_the_end_of_it(one: Gateway) -> None:
    await suspended(one, "N1")
    upstream, id_ = Upstream(fail), "N1/1/COMPLETION"
    pauses = []

    async with carrying(one, upstream, patience=Patience(attempts=4, retry_seconds=3)):
        for tries in (1, 2, 3):
            await until(lambda tries=tries: tried(one, id_, tries))  # type: ignore[misc]  # bound at once
            found = await receipt(one, id_)
            assert (found.delivery, found.failure) == (DeliveryState.SENT, "HTTP 503")
            assert found.next_try_at is not None
            pauses.append((found.next_try_at - one.clock.now).total_seconds())
            one.clock.now = found.next_try_at - timedelta(milliseconds=1)
            await asyncio.sleep(0.15)
            assert len(upstream.sent) == tries, "not before its time"
            one.clock.now = found.next_try_at
        await until(lambda: is_(one, id_, DeliveryState.DEAD))
        one.clock.move(days=1)
        await asyncio.sleep(0.15)

    assert pauses == [3, 6, 12]
    assert upstream.sent == [id_] * 4
    statuses = await one.rows("SELECT status FROM exchanges WHERE direction = 'REPLY' ORDER BY id")
    assert statuses == ["PENDING", *["HTTP 503"] * 4]


async def test_an_upstream_that_asks_for_time_gets_it(one: Gateway) -> None:
    async def busy(_message: Message) -> Delivered | Undelivered:
        return Undelivered("HTTP 429", after_seconds=600)

    await suspended(one, "N1")

    async with carrying(one, Upstream(busy)):
        await until(lambda: tried(one, "N1/1/COMPLETION", 1))

    found = await receipt(one, "N1/1/COMPLETION")
    assert found.next_try_at == one.clock.now + timedelta(seconds=600)


async def test_a_receipt_of_which_upstream_wants_no_more_is_dead_at_once_and_goes_out_again_when_replayed(
    one: Gateway,
) -> None:
    async def gone(_message: Message) -> Delivered | Undelivered:
        return Undelivered("HTTP 410", final=True)

    await suspended(one, "N1")
    upstream, id_ = Upstream(gone), ReceiptId("N1/1/COMPLETION")
    async with carrying(one, upstream):
        await until(lambda: is_(one, id_, DeliveryState.DEAD))
        upstream.script = confirm

        await one.store.execute(MarkReceipt(OrderNumber("N1"), id_, Mark.REPLAY), SYSTEM)

        await acknowledged(one, id_)
    assert upstream.sent == [id_, id_]


async def test_of_one_order_the_second_waits_for_the_first_and_of_the_others_none_does(one: Gateway) -> None:
    async def stubborn(message: Message) -> Delivered | Undelivered:
        return await (fail if message.id == "N1/1/CONSTRUCTION" and len(upstream.sent) < 6 else confirm)(
            message
        )

    await built(one, "N1")
    await suspended(one, "N2", "N3")
    upstream = Upstream(stubborn)

    async with carrying(one, upstream):
        await acknowledged(one, "N2/1/COMPLETION", "N3/1/COMPLETION")
        for tries in (1, 2, 3, 4):
            await until(lambda tries=tries: tried(one, "N1/1/CONSTRUCTION", tries))  # type: ignore[misc]  # bound at once
            one.clock.move(minutes=15)
        await acknowledged(one, "N1/1/COMPLETION")

    assert [id_ for id_ in upstream.sent if id_.startswith("N1")] == [
        *["N1/1/CONSTRUCTION"] * 4,
        "N1/1/COMPLETION",
    ]


async def test_a_slow_order_holds_up_no_other(one: Gateway) -> None:
    let_go = asyncio.Event()

    async def slow(message: Message) -> Delivered | Undelivered:
        if message.id.startswith("N1/"):
            await let_go.wait()
        return Delivered("HTTP 200")

    numbers = [f"N{n}" for n in range(1, 12)]
    await suspended(one, *numbers)

    async with carrying(one, Upstream(slow), at_once=2):
        await acknowledged(one, *(f"{number}/1/COMPLETION" for number in numbers[1:]))
        assert await is_(one, "N1/1/COMPLETION", DeliveryState.PENDING)
        let_go.set()
        await acknowledged(one, "N1/1/COMPLETION")


async def test_no_more_than_so_many_are_on_their_way_at_once(one: Gateway) -> None:
    let_go, busy = asyncio.Event(), Upstream()

    async def wait(_message: Message) -> Delivered | Undelivered:
        await let_go.wait()
        return Delivered("HTTP 200")

    busy.script = wait
    numbers = [f"N{n}" for n in range(9)]
    await suspended(one, *numbers)

    async with carrying(one, busy, at_once=4):
        await until(lambda: len(busy.sent) >= 4)
        await asyncio.sleep(0.15)
        assert len(busy.sent) == 4
        let_go.set()
        await acknowledged(one, *(f"{number}/1/COMPLETION" for number in numbers))

    assert sorted(busy.sent) == [f"{number}/1/COMPLETION" for number in numbers]


async def test_two_couriers_share_without_sending_twice(one: Gateway) -> None:
    numbers = [f"N{n}" for n in range(20)]
    await suspended(one, *numbers)
    upstream = Upstream()

    async with carrying(one, upstream, at_once=3), carrying(one, upstream, at_once=3):
        await acknowledged(one, *(f"{number}/1/COMPLETION" for number in numbers))

    assert sorted(upstream.sent) == sorted(f"{number}/1/COMPLETION" for number in numbers)


async def test_what_a_dead_process_held_goes_out_when_its_lease_has_ended(one: Gateway) -> None:
    await suspended(one, "N1")
    upstream = Upstream()
    now = one.clock.now
    held = await SqlOutbox(one.database).take(Topic.UPSTREAM, now, now + timedelta(seconds=20), 10)

    async with carrying(one, upstream):
        await asyncio.sleep(0.15)
        assert (len(held), upstream.sent) == (1, [])
        one.clock.move(seconds=20)
        await acknowledged(one, "N1/1/COMPLETION")
