"""What many tests are given: real servers and fresh databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url
