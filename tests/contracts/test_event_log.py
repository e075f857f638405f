"""The log gives every entry once and in order, whoever is late, stopped or forgotten."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from domain.ports import Change, Entry
from domain.values import GroupId, UpdateKind
from live.hub import LiveHub
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.store import SqlStore
from tests.contracts.processes import ends_well, go_on, says, stop, writer
from tests.contracts.trade import DISPATCHER, UPSTREAM, Gateway, claim, gateway, order
from tests.contracts.writer import write_many
from tests.servers import Postgres

INSERT = """
INSERT INTO entries (group_id, revision, kind, at, actor, detail) VALUES ($1, $2, $3, now(), 'test', '{}')
"""


async def test_an_empty_log_begins_at_nothing(one: Gateway) -> None:
    assert await one.log.head() == 0
    assert await one.log.read(0, 10) == []


async def test_behind_the_end_there_is_nothing_however_far(one: Gateway) -> None:
    await one.take_in(order("N1"))

    assert await one.log.read(await one.log.head(), 10) == []
    assert await one.log.read(2**70, 10) == []


async def test_the_log_reaches_as_far_as_its_last_place_also_where_another_process_wrote_it(
    one: Gateway, other: Gateway
) -> None:
    await one.take_in(order("N1"))
    end = await one.log.head()
    await other.take_in(order("N2"))
    entries = await other.log.read(end, 10)

    assert await one.log.reaches(entries[-1].position)
    assert not await one.log.reaches(entries[-1].position + 1)


async def test_who_does_not_place_leaves_out_what_has_no_place_yet(pg: Gateway) -> None:
    await pg.take_in(order("N1"))

    without = await pg.log.read(0, 10, place=False)
    placed = await pg.log.read(0, 10)

    assert without == []
    assert placed
    assert await pg.log.read(0, 10, place=False) == placed


async def test_who_shows_a_change_need_not_ask_what_the_world_was_when_it_was_found(
    pg: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, hub = asyncio.Queue[Change | None](), LiveHub(pg.log, pg.groups, poll_seconds=60)
    await hub.start()
    hub.listen(heard.put_nowait, wants=lambda _entry, _group: True)
    await asyncio.sleep(0.05)
    await pg.crew_with("Li")
    await pg.take_in(order("N1"))
    hub.look()
    change = await asyncio.wait_for(heard.get(), 5)
    await hub.stop()
    assert change is not None

    monkeypatch.setattr(pg.database, "fetch", None)  # so nothing can be asked
    seen = pg.store.version(change.since or 0.0)

    assert seen == (await pg.database.pool.fetch("SELECT version FROM reference"))[0][0]


async def test_a_page_ends_at_its_limit_and_the_next_one_goes_on_behind_it(one: Gateway) -> None:
    await one.take_in(order("N1"), order("N2"))
    whole = await one.log.read(0, 1000)

    first = await one.log.read(0, 3)
    rest = await one.log.read(first[-1].position, 1000)

    assert [*first, *rest] == whole
    assert await one.log.head() == whole[-1].position


async def test_entries_of_some_groups_and_of_some_kinds_are_those_alone(one: Gateway) -> None:
    await one.take_in(order("N1"), order("N2"), order("N3"))
    wanted = [GroupId("1/N1"), GroupId("1/N3"), GroupId("1/\0")]

    entries = await one.log.read(0, 1000, groups=wanted, kinds=[UpdateKind.TASK_CREATED])

    assert [(entry.group, entry.kind) for entry in entries] == [
        ("1/N1", UpdateKind.TASK_CREATED),
        ("1/N3", UpdateKind.TASK_CREATED),
    ]
    assert await one.log.read(0, 1000, groups=[]) == []


async def test_following_from_the_place_of_a_revision_repeats_nothing(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    await one.take_in(order("N1"))
    seen = await one.group("1/N1")

    cursor = await one.log.position_of(seen.id, seen.revision)
    await one.store.execute(claim("N1"), li)

    entries = await one.log.read(cursor, 100)
    assert [entry.revision for entry in entries] == [seen.revision + 1, seen.revision + 2, seen.revision + 3]
    assert entries[0].kind is UpdateKind.ITEM_CLAIMED


async def test_a_revision_that_never_was_has_no_place(one: Gateway) -> None:
    with pytest.raises(LookupError, match="no revision 7 of group 1/N1"):
        await one.log.position_of(GroupId("1/N1"), 7)


async def test_the_epoch_is_one_for_all_processes_and_new_after_a_restore(
    one: Gateway, other: Gateway
) -> None:
    before = await one.log.epoch()
    assert await other.log.epoch() == before

    after = await one.log.renew_epoch()

    assert after == await one.log.epoch() == await SqlEventLog(other.database).epoch()
    assert after != before


async def test_a_late_commit_is_placed_late_and_never_behind_a_cursor(pg: Gateway) -> None:
    async with pg.database.pool.acquire() as late, pg.database.pool.acquire() as soon:
        transaction = late.transaction()
        await transaction.start()
        await late.execute(INSERT, "1/late", 1, "GROUP_CREATED")
        await soon.execute(INSERT, "1/soon", 1, "GROUP_CREATED")
        first = await pg.log.read(0, 100)

        await transaction.commit()

    then = await pg.log.read(first[-1].position, 100)
    assert [entry.group for entry in first] == ["1/soon"]
    assert [entry.group for entry in then] == ["1/late"]
    assert await pg.log.position_of(GroupId("1/late"), 1) == then[0].position == await pg.log.head()


async def test_entries_found_by_one_look_are_placed_in_the_order_of_their_ids(pg: Gateway) -> None:
    for number in range(50):
        await pg.database.pool.fetch(INSERT, f"1/{number % 7}", number, "GROUP_CREATED")

    entries = await pg.log.read(0, 100)

    assert [entry.revision for entry in entries] == list(range(50))
    assert [entry.position for entry in entries] == list(range(1, 51))


async def test_two_readers_who_look_at_the_same_moment_give_an_entry_one_place(pg: Gateway) -> None:
    await pg.take_in(order("N1"))
    async with pg.database.pool.acquire() as first:
        transaction = first.transaction()
        await transaction.start()
        placed = await first.fetch("SELECT id, position FROM read_entries(0, 100)")
        second = asyncio.ensure_future(pg.log.read(0, 100))
        await asyncio.sleep(0.2)

        await transaction.commit()

    assert [entry.position for entry in await second] == [row["position"] for row in placed]


async def test_many_readers_at_once_place_every_entry_once(pg: Gateway) -> None:
    for number in range(200):
        await pg.database.pool.fetch(INSERT, "1/N1", number, "GROUP_CREATED")

    pages = await asyncio.gather(*(pg.log.read(0, 1000) for _ in range(20)))

    assert {len(page) for page in pages} == {200}
    assert all(page == pages[0] for page in pages)
    assert [entry.position for entry in pages[0]] == list(range(1, 201))


async def test_a_reader_misses_nothing_of_writers_who_commit_late_in_two_processes(pg: Gateway) -> None:
    await _waiting_groups(pg)
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(writer(pg.database, "many", n, "8", "25")) for n in "ab"]

        async def done() -> None:
            await asyncio.gather(*map(ends_well, writers))

        pages = await _pages_read_during(pg.log, done)

    await _expect_all_once_and_in_order(pg, pages, amendments=2 * 8 * 25)


async def test_a_reader_misses_nothing_of_the_one_process_of_a_file(sqlite_prepared: str) -> None:
    async with Database(sqlite_prepared) as database:
        one = gateway(database)
        await _waiting_groups(one)
        store = SqlStore(database, one.bell)

        pages = await _pages_read_during(one.log, lambda: write_many(store, "a", 8, 10))

        await _expect_all_once_and_in_order(one, pages, amendments=8 * 10)


async def _waiting_groups(one: Gateway) -> None:
    await one.take_in(*(order(f"N{n}", "never", key=f"FK-{n}") for n in range(20)))


async def _pages_read_during(log: SqlEventLog, work: Callable[[], Awaitable[None]]) -> list[Sequence[Entry]]:
    """What a reader gets who polls with its cursor until the work is done, and once more."""
    pages: list[Sequence[Entry]] = []
    cursor, finished, running = 0, False, asyncio.ensure_future(work())
    while True:
        finished = running.done()
        page = await log.read(cursor, 50)
        if page:
            pages.append(page)
            cursor = page[-1].position
        elif finished:
            break
        await asyncio.sleep(0.005)
    await running
    return pages


async def _expect_all_once_and_in_order(
    one: Gateway, pages: list[Sequence[Entry]], *, amendments: int
) -> None:
    entries = [entry for page in pages for entry in page]
    positions = [entry.position for entry in entries]
    assert positions == sorted(set(positions))
    revisions = defaultdict(list)
    for entry in entries:
        revisions[entry.group].append(entry.revision)
    for group, found in revisions.items():
        assert found == list(range(1, len(found) + 1)), group
    assert {(g, len(found)) for g, found in revisions.items()} == set(
        await one.rows("SELECT id, revision FROM fusion_group")
    )
    assert [entry.kind for entry in entries].count(UpdateKind.ORDER_AMENDED) == amendments
    assert len(pages) > 5, "the reader read beside the writers"


async def test_a_forgotten_transaction_of_somebody_else_stalls_nothing(pg: Gateway) -> None:
    _, members = await pg.crew_with(*(f"member {n}" for n in range(5)))
    async with pg.database.pool.acquire() as forgotten:
        await forgotten.execute("SET idle_in_transaction_session_timeout = 0")
        await forgotten.execute("BEGIN")
        await forgotten.execute("CREATE TABLE forgotten AS SELECT pg_current_xact_id()")

        began = time.monotonic()
        await pg.take_in(*(order(f"N{n}") for n in range(5)))
        for n, who in enumerate(members):
            assert (await pg.store.execute(claim(f"N{n}"), who)).refusal is None
        entries = await pg.log.read(0, 1000)
        took = time.monotonic() - began

        await forgotten.execute("ROLLBACK")
        await forgotten.execute("RESET idle_in_transaction_session_timeout")
    assert [entry.kind for entry in entries].count(UpdateKind.ITEM_CLAIMED) == 5
    assert took < 2


async def test_a_gateway_stopped_before_its_write_stalls_nobody_and_writes_once(pg: Gateway) -> None:
    async with writer(pg.database, "decided") as stopped:
        await says(stopped, "decided")
        stop(stopped)

        took = await _seconds(pg.take_in(order("N2", "N1", key="FK-1"), order("N9")))
        before = await pg.log.read(0, 1000)
        go_on(stopped)
        await ends_well(stopped)

    after = await pg.log.read(before[-1].position, 1000)
    assert took < 2
    assert "N1" not in {entry.order for entry in before}
    assert [(e.kind, e.order) for e in after][:1] == [(UpdateKind.ORDER_ACKNOWLEDGED, "N1")]
    assert [e.kind for e in after].count(UpdateKind.ORDER_ACKNOWLEDGED) == 1
    group = await pg.group("1/FK-1")
    assert sorted(group.orders) == ["N1", "N2"]
    assert [e.revision for e in after] == list(range(group.revision - len(after) + 1, group.revision + 1))


async def test_a_gateway_stopped_inside_a_transaction_frees_its_rows_and_writes_once(pg: Gateway) -> None:
    async with writer(pg.database, "written") as stopped:
        await says(stopped, "written")
        stop(stopped)

        elsewhere = await _seconds(pg.take_in(order("N9")))
        readable = await _seconds(pg.log.read(0, 1000))
        in_its_way = await _seconds(pg.take_in(order("N2", "N1", key="FK-1")))
        before = await pg.log.read(0, 1000)
        go_on(stopped)
        await ends_well(stopped)

    after = await pg.log.read(before[-1].position, 1000)
    assert elsewhere < 2
    assert readable < 2
    assert in_its_way < 10, "idle_in_transaction_session_timeout is five seconds"
    assert "N1" not in {entry.order for entry in before}
    assert [e.kind for e in after].count(UpdateKind.ORDER_ACKNOWLEDGED) == 1
    assert sorted((await pg.group("1/FK-1")).orders) == ["N1", "N2"]
    assert (await pg.store.execute(order("N1", "N2", key="FK-1"), DISPATCHER)).refs.duplicate


async def _seconds(work: Awaitable[object]) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def test_what_was_answered_survives_a_killed_server(pg: Gateway, postgres: Postgres) -> None:
    await pg.take_in(order("N1"))
    head, epoch = await pg.log.head(), await pg.log.epoch()

    postgres.kill()  # and nobody looks meanwhile: the gateway finds out by its next statement
    postgres.start()

    await pg.take_in(order("N2"))
    entries = await pg.log.read(0, 1000)
    assert await SqlEventLog(pg.database).epoch() == epoch
    assert {entry.order for entry in entries if entry.position <= head} == {"N1", None}
    assert {entry.order for entry in entries if entry.position > head} == {"N2", None}
    assert (await pg.store.execute(order("N1"), UPSTREAM)).refs.duplicate
