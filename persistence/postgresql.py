"""How the gateway connects to PostgreSQL, and what it asks of a session.

Every wait of a session has a bound, so that a process which is stopped in the middle of a transaction gives its
rows back after five seconds and stalls nobody for longer.
"""

from __future__ import annotations

from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SETTINGS: Final = {
    "application_name": "onevisit",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "5000",
    "statement_timeout": "30000",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "jit": "off",
}
"""Times in milliseconds. ``synchronous_commit``: an answer that a caller has is on disk."""

CONNECT_SECONDS: Final = 10.0
RETRIED: Final = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.UniqueViolationError,
)
"""Nothing was written, because somebody was faster: read and decide again."""

LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.AdminShutdownError,
    asyncpg.InterfaceError,
    ConnectionError,
)
"""What a connection that ended may raise; ``is_lost`` says whether it did."""

UNAVAILABLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InterfaceError,
)


async def pool(url: URL, size: int) -> asyncpg.Pool[Any]:
    """Connections for single statements, one of them made at once. Raises one of ``UNAVAILABLE``."""
    made = asyncpg.create_pool(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        server_settings=SETTINGS,
        reset=_leave,
    )
    await made
    return made


def is_lost(error: BaseException) -> bool:
    """Whether the connection ended, so that the caller does not know what became of its statement.

    The driver has one class for a connection that is closed and for a wrong use of it.
    """
    return not isinstance(error, asyncpg.InterfaceError) or "closed" in str(error)


async def _leave(_connection: object) -> None:
    """Statements of the hot path leave nothing behind in a session: a reset would be one more round trip each."""


def engine(url: URL, size: int) -> AsyncEngine:
    """SQLAlchemy's connections, made when needed."""
    options = {"server_settings": SETTINGS, "timeout": CONNECT_SECONDS}
    return create_async_engine(
        url, pool_size=size, max_overflow=0, pool_pre_ping=True, connect_args=options, pool_timeout=30
    )
