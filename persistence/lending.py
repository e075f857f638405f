"""Connections of the hot path, lent to one statement after the other.

The driver's pool makes, counts and mends connections, and makes a task of each return, which costs as much as a small
statement. So what it gives is kept here, the last used first, and goes back to it only when it is broken.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


class Lending:
    """Up to ``size`` connections of a pool."""

    def __init__(self, pool: asyncpg.Pool[Any], size: int) -> None:
        self._pool = pool
        self._free = size
        self._idle: list[Any] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self.failed_at = -math.inf
        """When a connection was last given up (``time.monotonic``)."""

    @property
    def alive(self) -> bool:
        """Whether the connection that was used last is still there, as far as is known without asking."""
        return not self._idle or not _is_gone(self._idle[-1])

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement."""
        connection = await self._take()
        try:
            rows: list[Any] = await connection.fetch(statement, *values)
        except BaseException:
            await self._give_back(connection)
            raise
        self._keep(connection)
        return rows

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """One connection for several statements."""
        connection = await self._take()
        try:
            yield connection
        except BaseException:
            await self._give_back(connection)
            raise
        self._keep(connection)

    async def close(self) -> None:
        """End every connection, when those that are lent have come back."""
        while self._idle:
            await self._pool.release(self._idle.pop())
        await self._pool.close()

    async def _take(self) -> Any:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not _is_gone(connection):
                    return connection
                await self._give_back(connection)
            if self._free:
                return await self._acquired()
            mine = asyncio.get_running_loop().create_future()
            self._waiting.append(mine)
            try:
                connection = await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self._hand_on(mine.result())
                raise
            if connection is not None:
                return connection

    async def _acquired(self) -> Any:
        self._free -= 1
        try:
            return await self._pool.acquire()
        except BaseException:
            self._free += 1
            self._wake(None)
            raise

    async def _give_back(self, connection: Any) -> None:
        """To the pool, which ends it if it is broken, or in the middle of something."""
        self.failed_at = time.monotonic()
        self._free += 1
        try:
            await self._pool.release(connection)
        finally:
            self._wake(None)

    def _keep(self, connection: Any) -> None:
        if not self._wake(connection):
            self._idle.append(connection)

    def _hand_on(self, connection: Any) -> None:
        """What one who has left was woken with."""
        if connection is None:
            self._wake(None)
        else:
            self._keep(connection)

    def _wake(self, connection: Any) -> bool:
        """Wake the next who waits, with a connection, or with null: it may look for one itself. False: nobody waits."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False


def _is_gone(connection: Any) -> bool:
    """Whether it has ended while it was idle; the pool takes such a one back by itself."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True
