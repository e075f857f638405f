"""A gateway's persistence over a fresh database, for what works on it by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from persistence.database import Database
from persistence.migrations import migrate
from tests.contracts.trade import ERQI, JINSHUI, Gateway, gateway


@pytest.fixture
async def one(database_url: str) -> AsyncIterator[Gateway]:
    async with Database(database_url) as database:
        await migrate(database)
        made = gateway(database)
        await made.reference.save_districts([JINSHUI, ERQI])
        yield made
