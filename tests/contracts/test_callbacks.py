"""Callbacks are kept as they came, once, are looked at by one process, and are forgotten after a while."""

import asyncio
from datetime import datetime, timedelta

import pytest

from domain.callbacks import (
    LARGEST_BODY,
    Callback,
    CallbackFilter,
    CallbackSource,
    CallbackStatus,
    Finding,
    Received,
    received,
)
from domain.pages import BadCursorError, Window
from domain.values import OrderNumber
from persistence.callbacks import SqlCallbacks
from tests.contracts.trade import NOON, Gateway

LEASE = timedelta(seconds=30)
TAKEN = Finding(CallbackStatus.TAKEN, "asked", "N1#A1")
FORGED = Finding(CallbackStatus.FORGED, "no signature")


def called(
    event_id: str | None = "e1", body: str = '{"a": 1}', *, after: float = 0, finding: Finding | None = None
) -> Received:
    at = NOON + timedelta(seconds=after)
    return received(
        CallbackSource.NMS, "serviceStateChangeEvent", body, at, event_id=event_id, finding=finding
    )


def callbacks(of: Gateway) -> SqlCallbacks:
    return SqlCallbacks(of.database)


async def kept(of: Gateway, wanted: CallbackFilter | None = None, size: int = 50) -> list[Callback]:
    page = await callbacks(of).page(wanted or CallbackFilter(), Window(size))
    return [edge.node for edge in page.edges]


async def take(of: Gateway, *, after: float = 0, most: int = 10) -> list[str]:
    now = NOON + timedelta(seconds=after)
    return [callback.id for callback in await callbacks(of).take(now, now + LEASE, most)]


async def test_a_callback_is_kept_as_it_came(one: Gateway) -> None:
    new = await callbacks(one).record(called())

    [found] = await kept(one)
    assert new
    assert found == Callback(
        id=found.id,
        source=CallbackSource.NMS,
        event="serviceStateChangeEvent",
        event_id="e1",
        key=None,
        status=CallbackStatus.NEW,
        note=None,
        seen=1,
        received_at=NOON,
        seen_at=NOON,
        body='{"a": 1}',
    )
    assert found.number is None


async def test_the_same_callback_again_is_counted_and_not_kept_twice(one: Gateway, other: Gateway) -> None:
    await callbacks(one).record(called())

    new = await callbacks(other).record(called(after=7))

    [found] = await kept(one)
    assert not new
    assert (found.seen, found.received_at, found.seen_at) == (2, NOON, NOON + timedelta(seconds=7))


async def test_many_at_once_of_one_event_are_one_row_that_counts_them_all(
    one: Gateway, other: Gateway
) -> None:
    new = await asyncio.gather(*(callbacks(of).record(called()) for of in (one, other) * 10))

    assert sum(new) == 1
    assert [found.seen for found in await kept(one)] == [20]


async def test_the_same_id_with_another_body_is_another_callback(one: Gateway) -> None:
    await callbacks(one).record(called(body="1"))
    await callbacks(one).record(called(body="2"))

    assert [found.body for found in await kept(one)] == ["2", "1"]


async def test_without_an_id_each_is_kept(one: Gateway) -> None:
    for _ in range(2):
        await callbacks(one).record(called(None))

    assert [found.seen for found in await kept(one)] == [1, 1]


async def test_the_largest_body_is_kept_whole(one: Gateway) -> None:
    await callbacks(one).record(called(body="x" * LARGEST_BODY))

    assert [len(found.body) for found in await kept(one)] == [LARGEST_BODY]


async def test_what_somebody_holds_is_taken_by_nobody_else_until_the_lease_ends(
    one: Gateway, other: Gateway
) -> None:
    await callbacks(one).record(called())

    first = await take(one)
    second, third = await take(other, after=29), await take(other, after=30)

    assert len(first) == 1
    assert (second, third) == ([], first)


async def test_several_who_take_at_once_share_without_doubles(one: Gateway, other: Gateway) -> None:
    for n in range(40):
        await callbacks(one).record(called(f"e{n}"))

    taken = await asyncio.gather(*(take(gateway, most=3) for gateway in (one, other) * 7))

    found = [id_ for ids in taken for id_ in ids]
    assert len(found) == len(set(found)) == 40


async def test_the_oldest_are_taken_first(one: Gateway) -> None:
    for n in range(4):
        await callbacks(one).record(called(f"e{n}"))

    taken = await callbacks(one).take(NOON, NOON + LEASE, 3)

    assert [callback.event_id for callback in taken] == ["e0", "e1", "e2"]


async def test_what_is_settled_is_never_taken_again_and_says_what_it_was(one: Gateway) -> None:
    await callbacks(one).record(called())
    [id_] = await take(one)

    settled = await callbacks(one).settle(id_, TAKEN)

    [found] = await kept(one)
    assert settled
    assert (found.status, found.note, found.key) == (CallbackStatus.TAKEN, "asked", "N1#A1")
    assert found.number == "N1"
    assert await take(one, after=3600) == []


async def test_what_is_settled_stays_as_it_was_settled_first(one: Gateway) -> None:
    await callbacks(one).record(called())
    [id_] = await take(one)
    await callbacks(one).settle(id_, TAKEN)

    again = await callbacks(one).settle(id_, Finding(CallbackStatus.UNREADABLE, "no", None))

    assert not again
    assert [found.status for found in await kept(one)] == [CallbackStatus.TAKEN]


async def test_what_was_judged_when_it_came_is_taken_by_nobody(one: Gateway) -> None:
    await callbacks(one).record(called(None, finding=FORGED))

    assert await take(one) == []
    assert [(found.status, found.note) for found in await kept(one)] == [
        (CallbackStatus.FORGED, "no signature")
    ]


FILTERS = {
    "status": (CallbackFilter(statuses=(CallbackStatus.TAKEN,)), ["b"]),
    "several statuses": (CallbackFilter(statuses=(CallbackStatus.TAKEN, CallbackStatus.FORGED)), ["c", "b"]),
    "no status": (CallbackFilter(statuses=()), []),
    "source": (CallbackFilter(sources=(CallbackSource.API,)), []),
    "order": (CallbackFilter(order_numbers=(OrderNumber("N1"), OrderNumber("a\0"))), ["b"]),
    "from": (CallbackFilter(received_from=NOON + timedelta(seconds=1)), ["c", "b"]),
    "to": (CallbackFilter(received_to=NOON + timedelta(seconds=1)), ["a"]),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_finds_its_callbacks_newest_first(one: Gateway, name: str) -> None:
    await callbacks(one).record(called("e1", "a"))
    await callbacks(one).record(called("e2", "b", after=1, finding=TAKEN))
    await callbacks(one).record(called(None, "c", after=2, finding=FORGED))
    wanted, expected = FILTERS[name]

    assert [found.body for found in await kept(one, wanted)] == expected


async def test_pages_follow_one_another_whatever_comes_in_between(one: Gateway) -> None:
    for n in range(5):
        await callbacks(one).record(called(f"e{n}", str(n)))

    first = await callbacks(one).page(CallbackFilter(), Window(2))
    await callbacks(one).record(called("late"))
    second = await callbacks(one).page(CallbackFilter(), Window(3, first.end_cursor))

    assert [edge.node.body for edge in (*first.edges, *second.edges)] == ["4", "3", "2", "1", "0"]
    assert (first.has_next, second.has_next) == (True, False)


async def test_a_cursor_of_nothing_is_refused(one: Gateway) -> None:
    with pytest.raises(BadCursorError):
        await callbacks(one).page(CallbackFilter(), Window(2, "x"))


async def test_one_is_found_by_its_id_and_what_is_no_id_finds_nothing(one: Gateway) -> None:
    await callbacks(one).record(called())
    [known] = await kept(one)

    found = await callbacks(one).find([known.id, "99", "x", "٣", "9" * 30])

    assert found == {known.id: known}


async def test_the_counts_are_of_what_was_received_since(one: Gateway) -> None:
    await callbacks(one).record(called("e1"))
    await callbacks(one).record(called("e2", after=10))
    await callbacks(one).record(called(None, after=10, finding=FORGED))

    assert await callbacks(one).counts(NOON + timedelta(seconds=10)) == {"NEW": 1, "FORGED": 1}


AGES = {timedelta(days=3): ["NEW", "FORGED"], timedelta(days=4): ["NEW"], timedelta(days=31): []}


@pytest.mark.parametrize("age", AGES)
async def test_what_is_old_is_forgotten_and_what_strangers_sent_sooner(one: Gateway, age: timedelta) -> None:
    await callbacks(one).record(called(None, finding=FORGED))
    await callbacks(one).record(called())
    later: datetime = NOON + age

    await callbacks(one).forget(later)

    assert [found.status for found in await kept(one)] == AGES[age]
