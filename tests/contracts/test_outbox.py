"""What is to be sent is dealt out once, and nothing of it is lost with whoever holds it."""

import asyncio
from datetime import timedelta

from domain.commands import CancelOrder, ReportSubTask
from domain.outbox import Topic
from domain.values import GroupId, OrderNumber, ReportOutcome, SubTaskId
from persistence.outbox import SqlOutbox
from tests.contracts.trade import NOON, UPSTREAM, Gateway, order

LEASE = timedelta(seconds=30)


def outbox(of: Gateway) -> SqlOutbox:
    return SqlOutbox(of.database)


async def take(of: Gateway, *, after: float = 0, topic: Topic = Topic.NETWORK, most: int = 10) -> list[str]:
    now = NOON + timedelta(seconds=after)
    return [errand.id for errand in await outbox(of).take(topic, now, now + LEASE, most)]


async def report(of: Gateway, number: str, kind: str) -> None:
    said = ReportSubTask(SubTaskId(f"{number}/{kind}"), 1, f"e-{kind}", ReportOutcome.SUCCEEDED)
    await of.store.execute(said, UPSTREAM)


async def test_each_open_attempt_is_an_errand_from_the_dispatch_on(one: Gateway) -> None:
    await one.take_in(order("N1"))

    found = await take(one)

    assert sorted(found) == ["N1#A1", "N1#Q1"]


async def test_a_collecting_order_sends_nothing(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"))

    assert await take(one) == []


async def test_what_somebody_holds_is_dealt_to_nobody_until_the_lease_ends(
    one: Gateway, other: Gateway
) -> None:
    await one.take_in(order("N1"))

    first = await take(one)
    second, third = await take(other, after=29), await take(other, after=30)

    assert len(first) == 2
    assert second == []
    assert sorted(third) == sorted(first)


async def test_several_who_take_at_once_share_without_doubles(one: Gateway, other: Gateway) -> None:
    await one.take_in(*(order(f"N{n}") for n in range(20)))

    taken = await asyncio.gather(*(take(gateway, most=3) for gateway in (one, other) * 7))

    found = [id_ for ids in taken for id_ in ids]
    assert len(found) == len(set(found)) == 40


async def test_a_result_removes_the_errand_whoever_holds_it(one: Gateway) -> None:
    await one.take_in(order("N1"))
    held = await outbox(one).take(Topic.NETWORK, NOON, NOON + LEASE, 10)

    await report(one, "N1", "ACTIVATION")

    kept = [await outbox(one).put_back(errand, NOON, {}) for errand in held]
    assert [errand.id for errand, there in zip(held, kept, strict=True) if there] == ["N1#Q1"]


async def test_an_errand_that_was_put_back_comes_again_with_its_note(one: Gateway) -> None:
    await one.take_in(order("N1"))
    held = await outbox(one).take(Topic.NETWORK, NOON, NOON + LEASE, 1)

    await outbox(one).put_back(held[0], NOON + timedelta(seconds=60), {"monitor": "m-1"})

    assert held[0].id not in await take(one, after=59)
    again = await outbox(one).take(Topic.NETWORK, NOON + timedelta(seconds=60), NOON + 3 * LEASE, 10)
    found = next(errand for errand in again if errand.id == held[0].id)
    assert (found.tries, found.progress) == (2, {"monitor": "m-1"})


async def test_an_errand_that_is_hastened_in_somebodys_hands_is_due_when_it_is_put_back(one: Gateway) -> None:
    await one.take_in(order("N1"))
    held = await outbox(one).take(Topic.NETWORK, NOON, NOON + LEASE, 1)

    hastened = await outbox(one).hasten(held[0].id, NOON + timedelta(seconds=1))
    await outbox(one).put_back(held[0], NOON + timedelta(seconds=900), {})

    assert hastened
    assert held[0].id in await take(one, after=2)


async def test_what_is_not_there_is_not_hastened(one: Gateway) -> None:
    assert not await outbox(one).hasten("N9#A1", NOON)


async def test_the_next_errand_to_be_due_is_known_beforehand(one: Gateway) -> None:
    await one.take_in(order("N1"))
    later = NOON + timedelta(seconds=60)
    for errand in await outbox(one).take(Topic.NETWORK, NOON, NOON + LEASE, 10):
        held = await outbox(one).next_due(Topic.NETWORK, NOON)
        await outbox(one).put_back(errand, later, {})

    found = await outbox(one).next_due(Topic.NETWORK, NOON)

    assert (held, found) == (later, later)
    assert await outbox(one).next_due(Topic.UPSTREAM, NOON) is None


async def test_a_lease_that_has_ended_puts_nothing_back(one: Gateway, other: Gateway) -> None:
    await one.take_in(order("N1"))
    held = await outbox(one).take(Topic.NETWORK, NOON, NOON + LEASE, 10)
    await take(other, after=31)

    kept = [await outbox(one).put_back(errand, NOON + timedelta(days=1), {}) for errand in held]

    assert kept == [False, False]


async def test_a_suspension_goes_before_what_waits_longer(one: Gateway) -> None:
    await one.take_in(order("N1"))
    one.clock.move(seconds=5)
    await one.take_in(order("N2", action="SUSPEND"))

    found = await take(one, after=5, most=2)

    assert sorted(found) == ["N2#A1", "N2#Q1"]


async def test_of_one_order_the_receipts_go_one_after_the_other(one: Gateway) -> None:
    await one.take_in(order("N1", action="SUSPEND"), order("N2", action="SUSPEND"))
    for number in ("N1", "N2"):
        for kind in ("ACTIVATION", "QUALITY_CHECK"):
            await report(one, number, kind)

    found = await take(one, topic=Topic.UPSTREAM)

    assert sorted(found) == ["N1/1/COMPLETION", "N2/1/COMPLETION"]


async def test_a_cancelled_order_sends_nothing_more(one: Gateway) -> None:
    await one.take_in(order("N1"))

    await one.store.execute(CancelOrder(OrderNumber("N1"), "mistake"), UPSTREAM)

    assert await take(one) == []
    assert (await one.group(GroupId("1/N1"))).orders["N1"].cancelled
