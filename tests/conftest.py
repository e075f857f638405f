"""What many tests are given: real servers and fresh databases."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.database import Database
from persistence.migrations import migrate
from tests.servers import Postgres, Valkey


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL 18 of this test process alone, so that a test may kill it without asking others."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Valkey 9 of this test process alone."""
    server = Valkey()
    yield server
    server.stop()


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database which nobody else uses."""
    postgres.ensure_running()
    url = postgres.create_database()
    yield url
    postgres.ensure_running()
    postgres.drop_database(url)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The address of an SQLite file which is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'onevisit.db'}"


async def _prepare(url: str) -> None:
    async with Database(url) as database:
        await migrate(database)


@pytest.fixture(scope="session")
def postgres_tables(postgres: Postgres) -> str:
    """The name of a database with the tables of this version: to copy it costs a fifth of the migrations."""
    postgres.ensure_running()
    asyncio.run(_prepare(postgres.create_database("tables")))
    return "tables"


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of this version, to be copied."""
    file = tmp_path_factory.mktemp("tables") / "onevisit.db"
    asyncio.run(_prepare(f"sqlite:///{file}"))
    return file


@pytest.fixture
def postgres_prepared(postgres: Postgres, postgres_tables: str) -> Iterator[str]:
    """The address of a PostgreSQL database as ``onevisit migrate`` leaves it."""
    postgres.ensure_running()
    url = postgres.create_database(template=postgres_tables)
    yield url
    postgres.ensure_running()
    postgres.drop_database(url)


@pytest.fixture
def sqlite_prepared(sqlite_tables: Path, tmp_path: Path) -> str:
    """The address of an SQLite file as ``onevisit migrate`` leaves it."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_tables, tmp_path / 'onevisit.db')}"


@pytest.fixture(params=["sqlite", "postgres"])
def prepared_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with tables: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_prepared")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url
