"""Connections are lent to one at a time, handed on to who waits, and made anew when they are broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from persistence.database import Database
from tests.servers import Postgres

SLOW = "SELECT pg_sleep(0.05), pg_backend_pid()"


@pytest.fixture
async def two(postgres_database: str) -> AsyncIterator[Database]:
    """A database with two connections for the hot path."""
    async with Database(postgres_database, pool_size=2) as database:
        yield database


async def pids(database: Database, count: int) -> list[int]:
    rows = await asyncio.gather(*(database.pool.fetch(SLOW) for _ in range(count)))
    return [row[0][1] for row in rows]


async def test_many_statements_share_few_connections(two: Database) -> None:
    found = await pids(two, 10)

    assert len(set(found)) == 2


async def test_one_after_the_other_uses_one_connection(two: Database) -> None:
    found = {(await two.pool.fetch("SELECT pg_backend_pid()"))[0][0] for _ in range(5)}

    assert len(found) == 1


async def test_who_gives_up_waiting_takes_nothing_away(two: Database) -> None:
    running = [asyncio.create_task(two.pool.fetch(SLOW)) for _ in range(2)]
    await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(two.pool.fetch(SLOW)) for _ in range(6)]
    await asyncio.sleep(0.01)

    for place in (0, 2, 3):
        waiting[place].cancel()
    await asyncio.gather(*running)
    waiting[1].cancel()  # it may hold one by now
    await asyncio.gather(*waiting, return_exceptions=True)

    async with asyncio.timeout(5):
        assert len(set(await pids(two, 4))) == 2


async def test_a_statement_that_is_given_up_leaves_a_connection_that_works(two: Database) -> None:
    for _ in range(4):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await two.pool.fetch("SELECT pg_sleep(10)")

    async with asyncio.timeout(5):
        assert len(await pids(two, 4)) == 4


async def test_a_fault_leaves_the_connection_as_it_was(two: Database) -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.UndefinedTableError):
            await two.pool.fetch("SELECT * FROM nowhere")

    async with two.pool.acquire() as first, two.pool.acquire() as second:
        assert await first.fetchval("SELECT 1") == await second.fetchval("SELECT 1")


async def test_a_connection_that_was_cut_is_not_lent_again(two: Database) -> None:
    await pids(two, 2)
    async with two.pool.acquire() as one:
        await one.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await asyncio.sleep(0.1)

    assert len(await pids(two, 6)) == 6


async def test_closing_ends_every_connection(postgres_database: str) -> None:
    database = await Database(postgres_database, pool_size=2).open()
    await pids(database, 2)

    await database.close()

    async with Database(postgres_database) as again:
        rows = await again.fetch("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert rows[0][0] == 1


async def test_a_database_that_was_heard_is_not_heard_any_more_once_a_statement_failed(
    postgres: Postgres, postgres_database: str
) -> None:
    async with Database(postgres_database, pool_size=2) as database:
        before = database.heard(0.0)
        await database.see("SELECT 7 AS world")
        answered = database.heard(0.0)

        postgres.kill()
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await database.fetch("SELECT 1")

        assert (before, answered, database.heard(0.0)) == (False, True, False)


async def test_a_database_is_heard_while_every_connection_is_at_work(two: Database) -> None:
    await two.see("SELECT 7 AS world")
    began = two.seen.since

    working = [asyncio.create_task(two.pool.fetch(SLOW)) for _ in range(2)]
    await asyncio.sleep(0.02)

    assert two.heard(began)
    assert not two.heard(began + 1)
    await asyncio.gather(*working)
