"""The connections to one database: SQLite in a file, for one process, or PostgreSQL, for many.

Two ways lead in. ``fetch`` hands one statement to the driver as it is: the hot path, without an ORM and without a
transaction block. ``reading`` and ``writing`` are SQLAlchemy's, for everything that is rare. Statements for
``fetch`` have numbered parameters (``$1``) on both databases.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, Self

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from persistence import postgresql, sqlite
from persistence.faults import DatabaseUnavailableError
from persistence.held import Held
from persistence.lending import Lending

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_REMEDY = "check that it runs and that ONEVISIT_DATABASE_URL names it"


@dataclass(slots=True)
class Seen:
    """The version of the reference data that a statement found, and a moment before that statement began."""

    version: int = -1
    since: float = -math.inf

    def note(self, version: int, since: float) -> None:
        """A statement that began after ``since`` (``time.monotonic``) has found this version."""
        if since > self.since:
            self.version, self.since = version, since


class Record(Protocol):
    """A row as the driver gives it: by name or by place."""

    def __getitem__(self, key: Any, /) -> Any:
        """One value."""
        ...


class Database:
    """One database. Nothing connects before ``open``.

    ``pool_size`` bounds the connections of the hot path, ``rare_size`` those of SQLAlchemy.
    """

    def __init__(self, url: str, *, pool_size: int = 10, rare_size: int = 5) -> None:
        self.url = database_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: AsyncEngine = (
            sqlite.engine(self.url) if self.is_sqlite else postgresql.engine(self.url, rare_size)
        )
        self.held = Held()
        self.seen = Seen()
        self._pool_size = pool_size
        self._postgresql: Lending | None = None
        self._sqlite: sqlite.Connections | None = None
        self._lock: sqlite.FileLock | None = None

    @property
    def shown(self) -> str:
        """The database as an operator may read it: host, port and name, or the file; never the password."""
        if self.is_sqlite:
            return f"SQLite file {self.url.database}"
        host, port = self.url.host or "localhost", self.url.port or 5432
        return f"PostgreSQL database {self.url.database} at {host}:{port}"

    async def open(self, *, exclusive: bool = False) -> Self:
        """Connect. Raises DatabaseUnavailableError; DatabaseInUseError when a file has its ``exclusive`` process."""
        try:
            if self.is_sqlite:
                path = sqlite.file_of(self.url)
                self._lock = sqlite.FileLock(path) if exclusive else None
                self._sqlite = await sqlite.Connections(path, self._pool_size).open()
            else:
                pool = await postgresql.pool(self.url, self._pool_size)
                self._postgresql = Lending(pool, self._pool_size)
        except (*postgresql.UNAVAILABLE, *sqlite.UNAVAILABLE) as error:
            await self.close()
            cause = str(error) or type(error).__name__
            raise DatabaseUnavailableError(f"the {self.shown} cannot be used ({cause}); {_REMEDY}") from error
        return self

    async def close(self) -> None:
        """Give back every connection, and the lock of the file."""
        await self.engine.dispose()
        if self._postgresql is not None:
            await self._postgresql.close()
        if self._sqlite is not None:
            await self._sqlite.close()
        if self._lock is not None:
            self._lock.release()
        self._postgresql = self._sqlite = self._lock = None

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def fetch(self, statement: str, *values: Any) -> Sequence[Record]:
        """The rows of one statement which is its own transaction, and which does no harm when it is done twice.

        A server that was started again has ended every connection, which the next to use one finds out: once more.
        """
        if self._sqlite is not None:
            return await self._sqlite.fetch(statement, values)
        try:
            return await self.pool.fetch(statement, *values)
        except postgresql.LOST as error:
            if not postgresql.is_lost(error):
                raise
            return await self.pool.fetch(statement, *values)

    async def see(self, statement: str, *values: Any) -> Sequence[Record]:
        """The rows of one statement which tells with each, as ``world``, the version of the reference data it found."""
        began = time.monotonic()
        rows = await self.fetch(statement, *values)
        if rows:
            self.seen.note(rows[0]["world"], began)
        return rows

    async def change(self, statement: str, *values: Any) -> Sequence[Record]:
        """The rows that a writing statement returns; it is its own transaction, and does no harm when done twice."""
        if self._sqlite is None:
            return await self.fetch(statement, *values)
        bound = [sqlite.bound(value) for value in values]
        async with (
            self._sqlite.transaction() as writer,
            writer.execute(sqlite.numbered(statement), bound) as cursor,
        ):
            return list(await cursor.fetchall())

    def heard(self, since: float) -> bool:
        """Whether it has answered a statement that began after ``since``, and nothing has failed from then on."""
        if self.seen.since < since:
            return False
        pool = self._postgresql
        return pool is None or (pool.alive and pool.failed_at < self.seen.since)

    @property
    def pool(self) -> Lending:
        """The connections of the hot path on PostgreSQL."""
        if self._postgresql is None:
            raise RuntimeError("the database is not open, or is SQLite")
        return self._postgresql

    @property
    def file(self) -> sqlite.Connections:
        """The connections of the hot path on SQLite."""
        if self._sqlite is None:
            raise RuntimeError("the database is not open, or is PostgreSQL")
        return self._sqlite

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which everything is of one moment."""
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end; on SQLite it has the write lock from its beginning."""
        turn: AbstractAsyncContextManager[Any] = nullcontext() if self._sqlite is None else self._sqlite.turn
        async with turn, self.engine.connect() as connection:
            if self.is_sqlite:
                await connection.execution_options(**sqlite.IMMEDIATE)
            async with connection.begin():
                yield connection


def database_url(text: str) -> URL:
    """The address with the driver that serves it. Raises DatabaseUnavailableError for any other database."""
    known = "ONEVISIT_DATABASE_URL must be sqlite:///path or postgresql://user:password@host:port/database"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUnavailableError(f"the address of the database cannot be read; {known}") from None
    if url.drivername not in _DRIVERS:
        raise DatabaseUnavailableError(f"{url.drivername} is no database that the gateway knows; {known}")
    return url.set(drivername=_DRIVERS[url.drivername])
