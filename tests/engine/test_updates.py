"""Followers of one thing share one execution of each event; each gets every event once and in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from engine import channels, updates
from engine.operations import Answer, Stage
from engine.sources import Placed
from tests.engine.feed import Desk, Feed, Peer


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def taken(answers: AsyncIterator[Answer], count: int) -> list[int]:
    async with asyncio.timeout(5):
        return [int((await anext(answers)).body) for _ in range(count)]


async def test_an_event_is_executed_once_for_all_who_share_a_key() -> None:
    feed, desk = Feed(), Desk()
    peers = [Peer(desk.follow(feed)) for _ in range(50)]
    await turns()

    feed.append()
    feed.append()
    await turns()

    assert desk.executed == [1, 2]
    assert [peer.taken for peer in peers] == [[1, 2]] * 50
    assert (len(desk.channels), desk.channels.members) == (1, 50)


async def test_another_key_has_executions_of_its_own() -> None:
    feed, desk = Feed(), Desk()
    peers = [Peer(desk.follow(feed, key)) for key in ("a", "b", "a")]
    await turns()

    feed.append()
    await turns()

    assert desk.executed == [1, 1]
    assert [peer.taken for peer in peers] == [[1]] * 3


async def test_who_has_caught_up_holds_neither_a_reader_nor_a_task() -> None:
    feed, desk = Feed(), Desk()
    feed.append()
    peer = Peer(desk.follow(feed))
    await turns()

    assert (peer.taken, feed.readers, peer.tasks[0].done()) == ([1], 0, True)


async def test_one_that_cannot_take_reads_by_itself_and_comes_back_and_delays_nobody() -> None:
    feed, desk = Feed(), Desk()
    slow, quick = Peer(desk.follow(feed)), Peer(desk.follow(feed))
    await turns()

    slow.ready = False
    feed.append()
    feed.append()
    await turns()
    assert (slow.taken, quick.taken, desk.channels.members) == ([], [1, 2], 1)
    slow.ready = True
    await turns()
    feed.append()
    await turns()

    assert (slow.taken, quick.taken) == ([1, 2, 3], [1, 2, 3])
    assert desk.executed == [1, 2, 1, 2, 3]
    assert desk.channels.members == 2


async def test_who_joins_while_an_event_is_executed_gets_it_once() -> None:
    feed, desk = Feed(), Desk()
    early = Peer(desk.follow(feed))
    await turns()
    desk.gate.clear()
    feed.append()
    await turns()
    late = Peer(desk.follow(feed))
    late.updates._execute = _at_once  # noqa: SLF001 - so that it has caught up before the channel has
    await turns()

    desk.gate.set()
    await turns()

    assert (early.taken, late.taken) == ([1], [1])


async def _at_once(placed: Placed) -> Answer:
    return Answer(str(placed.event).encode())


async def test_one_that_never_got_any_reads_from_where_it_began() -> None:
    feed, desk = Feed(start=2), Desk()
    feed.append()
    feed.append()
    peer = Peer(desk.follow(feed))
    await turns()

    peer.ready = False
    feed.append()
    await turns()
    peer.ready = True
    await turns()

    assert peer.taken == [3]


async def test_what_is_told_late_but_stands_before_the_start_is_not_delivered() -> None:
    feed, desk = Feed(start=1), Desk()
    peer = Peer(desk.follow(feed))
    await turns()

    feed.append()
    feed.append()
    await turns()

    assert peer.taken == [2]


async def test_the_last_who_leaves_closes_the_channel() -> None:
    feed, desk = Feed(), Desk()
    peers = [Peer(desk.follow(feed)) for _ in range(2)]
    await turns()

    for peer in peers:
        peer.updates.close()
        peer.updates.close()
        peer.updates.fall_back()  # as a channel tells all its members, of whom one may have closed another

    assert (len(desk.channels), feed.listeners, feed.readers) == (0, [], 0)


async def test_an_execution_that_fails_ends_every_follower_with_a_word_of_its_own() -> None:
    feed, desk = Feed(), Desk()
    first, second = desk.follow(feed), desk.follow(feed)
    waiting = [asyncio.ensure_future(anext(one)) for one in (first, second)]
    await turns()

    desk.broken = {1}
    feed.append()

    for answer in await asyncio.gather(*waiting):
        assert answer.stage is Stage.REFUSED
    with pytest.raises(StopAsyncIteration):
        await anext(first)
    assert (len(desk.channels), feed.readers) == (0, 0)


async def test_a_member_that_raises_is_alone_with_it() -> None:
    feed, desk = Feed(), Desk()
    odd, even = Peer(desk.follow(feed)), Peer(desk.follow(feed))
    await turns()

    odd.take = lambda _answer: 1 / 0  # type: ignore[assignment,method-assign,return-value]  # the bug of a transport
    odd.updates.fall_back()
    await turns()
    feed.append()
    await turns()

    assert (odd.taken, even.taken) == ([1], [1])


async def test_an_iterator_has_a_bounded_mailbox_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "MAILBOX", 3)
    feed, desk = Feed(), Desk()
    answers = desk.follow(feed)
    waiting = asyncio.ensure_future(anext(answers))
    await turns()

    for _ in range(10):
        feed.append()
        await turns()
    assert int((await waiting).body) == 1

    assert await taken(answers, 9) == list(range(2, 11))


async def test_a_queue_that_grows_too_long_is_read_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "LONGEST_QUEUE", 5)
    feed, desk = Feed(), Desk()
    peer = Peer(desk.follow(feed))
    await turns()

    for _ in range(20):
        feed.append()
    await turns(200)

    assert peer.taken == list(range(1, 21))


async def test_who_conflates_gets_the_newest_of_each_thing_while_it_is_behind() -> None:
    feed, desk = Feed(), Desk()
    peer = Peer(desk.follow(feed, conflate=True))
    await turns()
    feed.append("A")
    await turns()

    peer.ready = False
    for thing in ("A", "B", "A", None, "A", None):
        feed.append(thing)
        await turns()
    peer.ready = True
    await turns()
    feed.append("B")
    await turns()

    assert peer.taken == [1, 3, 5, 6, 7, 8]


@pytest.mark.parametrize("seed", range(20))
async def test_however_they_come_stall_and_leave_each_gets_every_event_once(seed: int) -> None:
    chance, feed, desk = random.Random(seed), Feed(), Desk()
    peers: list[Peer] = []
    for _ in range(300):
        match chance.randrange(6):
            case 0 if len(peers) < 30:
                peers.append(Peer(desk.follow(feed, chance.choice("ab"))))
            case 1 | 2:
                feed.append()
            case 3 if peers:
                one = chance.choice(peers)
                one.ready = not one.ready
            case _:
                await turns(chance.randrange(4))
    for peer in peers:
        peer.ready = True
    await turns(len(feed.events) * 6)

    assert [peer.taken for peer in peers] == [list(range(1, len(feed.events) + 1))] * len(peers)
    assert feed.readers == 0
