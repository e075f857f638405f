"""The hub gives every follower every change behind its cursor, once and in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import pytest

from domain.groups import Group
from domain.ports import Change, Entry, Wanted
from domain.values import GroupId
from live.following import REPLAY_BATCH
from live.hub import LiveHub
from tests.live.log import MemoryLog

SECONDS = 20


def everything(_entry: Entry, _group: Group) -> bool:
    return True


@asynccontextmanager
async def running(
    log: MemoryLog, *, poll_seconds: float = 0.01, mailbox_size: int = 1000
) -> AsyncGenerator[LiveHub, None]:
    hub = LiveHub(log, log, poll_seconds=poll_seconds, mailbox_size=mailbox_size)
    await hub.start()
    yield hub
    await hub.stop()


async def follow(
    hub: LiveHub, after: int, *, group: GroupId | None = None, wants: Wanted
) -> AsyncGenerator[Change, None]:
    following = hub.following(after, group=group, wants=wants)
    try:
        while True:
            if (change := await following.missed()) is not None:
                yield change
            else:
                await following.news()
    finally:
        following.close()


async def positions(feed: AsyncGenerator[Change, None], count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(SECONDS), aclosing(feed) as changes:
        async for change in changes:
            found.append(change.entry.position)
            if len(found) == count:
                break
    return found


async def test_a_follower_gets_what_lies_behind_its_cursor_and_then_what_happens() -> None:
    log = MemoryLog()
    for _ in range(3):
        log.append("A")

    async with running(log) as hub:
        feed = asyncio.create_task(positions(follow(hub, 1, wants=everything), 4))
        await asyncio.sleep(0.05)
        log.append("A")
        log.append("B")

        assert await feed == [2, 3, 4, 5]


async def test_a_long_past_is_read_to_its_end() -> None:
    log = MemoryLog()
    for _ in range(2 * REPLAY_BATCH + 1):
        log.append("A")

    async with running(log) as hub:
        assert await positions(follow(hub, 0, wants=everything), 201) == list(range(1, 202))


async def test_a_lost_ring_costs_the_poll_interval_and_no_update() -> None:
    log = MemoryLog()

    async with running(log, poll_seconds=0.2) as hub:
        feed = asyncio.create_task(positions(follow(hub, 0, wants=everything), 1))
        await asyncio.sleep(0.05)
        log.append("A")  # nobody rings

        assert await feed == [1]


async def test_a_ring_is_heard_long_before_the_poll() -> None:
    log = MemoryLog()

    async with running(log, poll_seconds=60) as hub:
        feed = asyncio.create_task(positions(follow(hub, 0, wants=everything), 1))
        await asyncio.sleep(0.05)
        log.append("A")
        hub.look()

        assert await asyncio.wait_for(feed, timeout=5) == [1]


async def test_a_feed_of_one_group_holds_nothing_of_another() -> None:
    log = MemoryLog()

    async with running(log) as hub:
        feed = asyncio.create_task(positions(follow(hub, 0, group=GroupId("1/B"), wants=everything), 2))
        for key in "ABAB":
            log.append(key)
            await asyncio.sleep(0.005)

        assert await feed == [2, 4]


async def test_a_change_never_shows_its_group_older_than_its_entry() -> None:
    log = MemoryLog()

    async with running(log) as hub, aclosing(follow(hub, 0, wants=everything)) as feed:
        for _ in range(20):
            log.append("A")
            change = await asyncio.wait_for(anext(feed), timeout=SECONDS)

            assert change.group.revision >= change.entry.revision


async def test_a_slow_follower_overflows_its_mailbox_and_loses_nothing() -> None:
    log = MemoryLog()
    count = 300

    async with running(log, poll_seconds=0.001, mailbox_size=5) as hub:
        feed = follow(hub, 0, wants=everything)
        found: list[int] = []
        async with asyncio.timeout(SECONDS), aclosing(feed) as changes:
            writer = asyncio.create_task(_write(log, count))
            async for change in changes:
                found.append(change.entry.position)
                if len(found) % 50 == 1:
                    await asyncio.sleep(0.03)
                if len(found) == count:
                    break
            await writer

        assert found == list(range(1, count + 1))
        assert hub.counts.overflows > 0


async def _write(log: MemoryLog, count: int) -> None:
    for index in range(count):
        log.append("ABC"[index % 3])
        await asyncio.sleep(0.0005)


@pytest.mark.parametrize("seed", range(5))
async def test_twenty_followers_that_come_and_go_with_their_cursors_see_everything_once(seed: int) -> None:
    log, chance, count = MemoryLog(), random.Random(seed), 400

    async def reconnecting(hub: LiveHub) -> list[int]:
        found: list[int] = []
        while len(found) < count:
            patience = chance.randrange(1, 60)
            after = found[-1] if found else 0
            found += await positions(follow(hub, after, wants=everything), min(patience, count - len(found)))
        return found

    async with running(log, poll_seconds=0.002, mailbox_size=20) as hub:
        readers = [asyncio.create_task(reconnecting(hub)) for _ in range(20)]
        await _write(log, count)
        seen = await asyncio.gather(*readers)

        assert all(found == list(range(1, count + 1)) for found in seen)
        assert hub.counts.followers == 0


async def test_an_outage_of_the_log_is_waited_out_and_followers_stay() -> None:
    log = MemoryLog()

    async with running(log) as hub:
        feed = asyncio.create_task(positions(follow(hub, 0, wants=everything), 2))
        log.append("A")
        await asyncio.sleep(0.05)
        log.outage = ConnectionError("gone")
        await asyncio.sleep(0.1)
        log.append("A")
        log.outage = None

        assert await feed == [1, 2]
        assert hub.counts.failures > 0


async def test_a_follower_on_its_way_back_waits_an_outage_out_as_well() -> None:
    log = MemoryLog()
    log.append("A")

    async with running(log) as hub:
        log.outage = ConnectionError("gone")
        feed = asyncio.create_task(positions(follow(hub, 0, wants=everything), 2))
        await asyncio.sleep(0.05)
        log.outage = None
        log.append("A")

        assert await feed == [1, 2]


async def test_a_question_that_fails_ends_its_own_feed_and_no_other() -> None:
    log = MemoryLog()

    def broken(entry: Entry, _group: Group) -> bool:
        if entry.position == 2:
            raise ZeroDivisionError
        return True

    async with running(log) as hub:
        bad = asyncio.create_task(positions(follow(hub, 0, wants=broken), 3))
        good = asyncio.create_task(positions(follow(hub, 0, wants=everything), 3))
        await asyncio.sleep(0.05)
        for _ in range(3):
            log.append("A")

        assert await good == [1, 2, 3]
        with pytest.raises(ZeroDivisionError):
            await bad
        assert (hub.counts.followers, hub.counts.failures) == (0, 0)


async def test_what_is_not_wanted_never_fills_a_mailbox() -> None:
    log = MemoryLog()
    log.append("B")

    async with running(log, mailbox_size=1) as hub:
        feed = follow(hub, 0, wants=lambda _entry, group: group.key == "B")
        await anext(feed)
        waiting = asyncio.ensure_future(anext(feed))
        for key in "BBAAAAA":
            log.append(key)
            await asyncio.sleep(0.02)

        assert [(await waiting).entry.position, (await anext(feed)).entry.position] == [2, 3]
        log.append("B")
        assert (await anext(feed)).entry.position == 9
        assert (hub.counts.overflows, hub.counts.delivered) == (0, 3)
        await feed.aclose()


@pytest.mark.parametrize("end", ["cancelled", "closed"])
async def test_a_feed_that_ends_leaves_nothing_behind(end: str) -> None:
    log = MemoryLog()
    log.append("A")

    async with running(log) as hub:
        feed = follow(hub, 0, group=GroupId("1/A"), wants=everything)
        await anext(feed)
        assert hub.counts.followers == 1
        if end == "cancelled":
            waiting = asyncio.ensure_future(anext(feed))
            await asyncio.sleep(0.02)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        else:
            await feed.aclose()

        assert hub.counts.followers == 0


async def test_a_bell_is_not_heeded_while_nobody_follows() -> None:
    log = MemoryLog()

    async with running(log, poll_seconds=60) as hub:
        await asyncio.sleep(0.02)
        reads = log.reads
        log.append("A")
        hub.look()
        await asyncio.sleep(0.02)

    assert log.reads == reads


async def test_who_listens_first_is_told_at_once_what_happened_while_nobody_did() -> None:
    log, heard = MemoryLog(), asyncio.Queue[Change | None]()

    async with running(log, poll_seconds=60) as hub, asyncio.timeout(SECONDS):
        await asyncio.sleep(0.02)
        log.append("A")
        hub.look()
        leave = hub.listen(heard.put_nowait, wants=everything)
        change = await heard.get()
        leave()

    assert change is not None
    assert change.entry.position == 1
