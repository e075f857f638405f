"""The steps from an empty database to the tables of this version, with what a new database holds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from persistence.database import Database
from persistence.defaults import fill
from persistence.faults import DatabaseError, MigrationsPendingError

_TURN: Final = 0x0_4E_15_17  # any number which nobody else uses as an advisory lock


async def migrate(database: Database) -> None:
    """Bring the tables to this version; a new database gets the default products. Idempotent."""
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))
        try:
            await connection.run_sync(_upgrade)
        except CommandError as error:
            later = "it was made by a later version of OneVisit; install that version"
            raise DatabaseError(
                f"the tables of the {database.shown} are not known ({error}); {later}"
            ) from error
        await fill(connection)


async def pending(database: Database) -> bool:
    """Whether the tables are not those of this version."""
    async with database.reading() as connection:
        return await connection.run_sync(_present) != _newest()


async def ensure(database: Database) -> None:
    """What ``serve`` does first. Raises MigrationsPendingError on PostgreSQL, with the command to type.

    An SQLite file belongs to this process, so it is brought to the newest tables at once. PostgreSQL may have other
    gateways at work, so an operator says when.
    """
    if not await pending(database):
        return
    if not database.is_sqlite:
        remedy = "type: onevisit migrate"
        raise MigrationsPendingError(f"the tables of the {database.shown} are not of this version; {remedy}")
    await migrate(database)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _present(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()
