"""A database that cannot be used is refused with a sentence for the operator; a usable one keeps its promises."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from persistence.database import Database
from persistence.faults import DatabaseInUseError, DatabaseUnavailableError
from persistence.migrations import migrate

SECOND = """
import asyncio, sys
from persistence.database import Database
async def main():
    await Database(sys.argv[1]).open(exclusive=True)
asyncio.run(main())
"""


async def test_a_second_process_of_one_file_is_refused_with_the_remedy(sqlite_database: str) -> None:
    first = await Database(sqlite_database).open(exclusive=True)

    second = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", SECOND, sqlite_database], capture_output=True, text=True, check=False
    )  # fmt: skip

    await first.close()
    assert second.returncode != 0
    assert "DatabaseInUseError: another gateway process uses" in second.stderr
    assert "onevisit.db; stop it, or use PostgreSQL (ONEVISIT_DATABASE_URL)" in second.stderr


async def test_a_file_is_free_again_when_its_process_closes_it(sqlite_database: str) -> None:
    first = await Database(sqlite_database).open(exclusive=True)
    with pytest.raises(DatabaseInUseError):
        await Database(sqlite_database).open(exclusive=True)

    await first.close()

    await (await Database(sqlite_database).open(exclusive=True)).close()


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    database = Database("postgresql://gateway:hush-hush@127.0.0.1:9/onevisit")

    with pytest.raises(DatabaseUnavailableError) as refused:
        await database.open()

    sentence = str(refused.value)
    assert "PostgreSQL database onevisit at 127.0.0.1:9" in sentence
    assert "check that it runs and that ONEVISIT_DATABASE_URL names it" in sentence
    assert "hush-hush" not in sentence


async def test_a_database_that_the_server_does_not_have_is_named(postgres_database: str) -> None:
    missing = postgres_database.rpartition("/")[0] + "/nowhere"

    with pytest.raises(DatabaseUnavailableError, match='database "nowhere" does not exist'):
        await Database(missing).open()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes and no database at all, however long they are." * 20)

    with pytest.raises(DatabaseUnavailableError, match="file is not a database"):
        await Database(f"sqlite:///{tmp_path}/notes.db").open()


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "not an address", "postgresql://h:port/d"])
def test_an_address_of_no_known_database_is_refused_with_two_good_ones(address: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match="must be sqlite:///path or postgresql://") as refused:
        Database(address)

    assert "secret" not in str(refused.value)


async def test_a_database_in_memory_is_refused_because_it_would_be_several() -> None:
    with pytest.raises(DatabaseUnavailableError, match="SQLite needs a file"):
        await Database("sqlite://").open()


@pytest.mark.parametrize("form", ["sqlite:///{}", "sqlite+aiosqlite:///{}"])
async def test_an_sqlite_file_is_made_with_its_folder_and_commits_to_disk(form: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / "onevisit.db"

    async with Database(form.format(file)) as database:
        pragmas = [(await database.fetch(f"PRAGMA {p}"))[0][0] for p in ("journal_mode", "synchronous")]

    assert file.exists()
    assert pragmas == ["wal", 2]


async def test_every_wait_of_a_postgresql_session_has_a_bound(postgres_database: str) -> None:
    plain = postgres_database.replace("+asyncpg", "")
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout", "synchronous_commit")

    async with Database(plain) as database:
        hot = [(await database.fetch(f"SHOW {name}"))[0][0] for name in names]
        async with database.reading() as connection:
            rare = [(await connection.execute(text(f"SHOW {name}"))).scalar_one() for name in names]

    assert hot == rare == ["5s", "5s", "30s", "on"]


async def test_a_transaction_given_up_leaves_nothing_and_the_next_one_works(sqlite_database: str) -> None:
    async with Database(sqlite_database) as database:
        await migrate(database)

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_change_and_dawdle(database), 0.05)

        async with database.file.transaction() as writer:
            await writer.execute("UPDATE reference SET version = version + 1")
        assert (await database.fetch("SELECT version FROM reference"))[0]["version"] == 2


async def _change_and_dawdle(database: Database) -> None:
    async with database.file.transaction() as writer:
        await writer.execute("UPDATE reference SET version = 99")
        await asyncio.sleep(5)
