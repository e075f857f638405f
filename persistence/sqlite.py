"""How the gateway uses an SQLite file: one process, one writer at a time, readers beside it.

WAL lets readers see the last commit while one is being written; ``synchronous=FULL`` has each commit on disk before
it is answered. Writers of this process take turns in it, instead of polling the file for its lock.
"""

from __future__ import annotations

import asyncio
import fcntl
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.documents import json_text
from persistence.faults import DatabaseInUseError

PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")
UNAVAILABLE: Final = (OSError, sqlite3.DatabaseError, ValueError)
IMMEDIATE: Final = {"begin": "IMMEDIATE"}
"""Execution options of a connection that is going to write: it takes the write lock at once."""


class FileLock:
    """The right to be the one gateway process of a file. The system gives it back when the process ends, however."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.lock")
        self._handle = path.open("a")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._handle.close()
            remedy = "stop it, or use PostgreSQL (ONEVISIT_DATABASE_URL), which several processes may share"
            raise DatabaseInUseError(f"another gateway process uses {database}; {remedy}") from error

    def release(self) -> None:
        """Give it back."""
        self._handle.close()


class Connections:
    """Several connections for reading and one for writing; a transaction is a turn with the latter."""

    def __init__(self, path: Path, readers: int) -> None:
        self._path = path
        self._size = min(readers, 4)  # more threads than cores only wait
        self._open: list[aiosqlite.Connection] = []
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self.turn = asyncio.Lock()

    async def open(self) -> Self:
        """Connect, making the file where there is none. Raises one of ``UNAVAILABLE``."""
        try:
            for _ in range(self._size + 1):
                self._open.append(await self._connect())
        except BaseException:
            await self.close()
            raise
        for reader in self._open[1:]:
            self._readers.put_nowait(reader)
        return self

    async def close(self) -> None:
        """Close them all."""
        while self._open:
            await self._open.pop().close()

    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[sqlite3.Row]:
        """The rows of one reading statement."""
        reader = await self._readers.get()
        try:
            return list(await reader.execute_fetchall(numbered(statement), [bound(v) for v in values]))
        finally:
            self._readers.put_nowait(reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """The writing connection, in a transaction that has the write lock; committed at the end, else undone."""
        async with self.turn:
            writer = self._open[0]
            try:
                await writer.execute("BEGIN IMMEDIATE")
                yield writer
                await writer.execute("COMMIT")
            except BaseException:
                await asyncio.shield(_undo(writer))
                raise

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            for pragma in PRAGMAS:
                await connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            await connection.close()
            raise
        return connection


async def _undo(writer: aiosqlite.Connection) -> None:
    """In the connection's own thread, behind whatever it still does for a caller who gave up waiting."""
    with suppress(sqlite3.OperationalError):  # there is no transaction when BEGIN itself failed
        await writer.execute("ROLLBACK")


def file_of(url: URL) -> Path:
    """The file, with its folder made. Raises ValueError for a database in memory, OSError for a bad place."""
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file, such as sqlite:///onevisit.db")
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def engine(url: URL) -> AsyncEngine:
    """SQLAlchemy's connections, made when needed."""
    made = create_async_engine(url)

    @event.listens_for(made.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver opens no transactions of its own
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(made.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return made


@cache
def numbered(statement: str) -> str:
    """The statement with SQLite's numbered parameters (``?1``) in the place of PostgreSQL's (``$1``)."""
    return re.sub(r"\$(\d+)", r"?\1", statement)


def bound(value: Any) -> Any:
    """A value as SQLite holds it: instants as SQLAlchemy writes them, so that both read what either wrote."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, (list, tuple, set, frozenset)):
        return json_text(list(value))
    return value
