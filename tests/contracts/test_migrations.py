"""The tables of a database that was brought to this version are those which the code expects."""

from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlmodel import SQLModel

from domain.catalogue import DEFAULT_PRODUCTS
from persistence.columns import table
from persistence.database import Database
from persistence.faults import DatabaseError, MigrationsPendingError
from persistence.migrations import ensure, migrate, pending
from persistence.tables import LogRow, ProductRow, ReferenceRow


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        yield opened


async def test_migrated_tables_are_those_of_the_code(database: Database) -> None:
    await migrate(database)

    async with database.reading() as connection:
        differences = await connection.run_sync(_differences)

    assert differences == []


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "include_object": lambda _o, name, *_: name != "alembic_version"}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, SQLModel.metadata))


async def test_an_empty_database_waits_for_its_tables_and_a_migrated_one_does_not(database: Database) -> None:
    assert await pending(database)

    await migrate(database)

    assert not await pending(database)


async def test_a_new_database_holds_the_products_a_log_and_a_version(database: Database) -> None:
    await migrate(database)

    async with database.reading() as connection:
        products = set((await connection.execute(select(table(ProductRow).c.code))).scalars())
        epochs = list((await connection.execute(select(table(LogRow).c.epoch))).scalars())
        versions = list((await connection.execute(select(table(ReferenceRow).c.version))).scalars())
    assert products == {product.code for product in DEFAULT_PRODUCTS}
    assert [len(epoch) for epoch in epochs] == [16]
    assert versions == [1]


async def test_migrating_again_changes_nothing_that_a_dispatcher_changed(database: Database) -> None:
    await migrate(database)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE products SET name = 'ours' WHERE code = 'CAMERA'"))
        await connection.execute(text("DELETE FROM products WHERE code = 'CLOUD_VIDEO'"))

    await migrate(database)

    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT code, name FROM products"))).all()
    names: dict[str, str] = {row.code: row.name for row in rows}
    assert names["CAMERA"] == "ours"
    assert "CLOUD_VIDEO" not in names


async def test_tables_of_a_later_version_are_refused_with_the_remedy(database: Database) -> None:
    await migrate(database)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseError, match="made by a later version of OneVisit; install that version"):
        await migrate(database)


async def test_serving_brings_an_empty_file_to_the_newest_tables(sqlite_database: str) -> None:
    async with Database(sqlite_database) as database:
        await ensure(database)

        assert not await pending(database)


async def test_serving_on_empty_postgresql_says_which_command_to_type(postgres_database: str) -> None:
    async with Database(postgres_database) as database:
        with pytest.raises(MigrationsPendingError, match="type: onevisit migrate"):
            await ensure(database)

        assert await pending(database)
