"""A gateway's persistence over a fresh database, once on SQLite and once on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from persistence.database import Database
from tests.contracts.trade import ERQI, JINSHUI, Gateway, gateway


@pytest.fixture
async def one(prepared_url: str) -> AsyncIterator[Gateway]:
    """A gateway whose database holds the default products and two districts."""
    async with Database(prepared_url) as database:
        made = gateway(database)
        await made.reference.save_districts([JINSHUI, ERQI])
        yield made


@pytest.fixture
async def other(one: Gateway) -> AsyncIterator[Gateway]:
    """A second gateway over the same database, with a world and turns of its own."""
    url = one.database.url.render_as_string(hide_password=False)
    async with Database(url) as database:
        yield gateway(database)


@pytest.fixture
async def pg(postgres_prepared: str) -> AsyncIterator[Gateway]:
    """A gateway over PostgreSQL, for what only several processes can do."""
    async with Database(postgres_prepared) as database:
        made = gateway(database)
        await made.reference.save_districts([JINSHUI, ERQI])
        yield made
