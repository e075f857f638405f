"""An office for each test."""

from collections.abc import AsyncIterator

import pytest

from domain.access import Actor
from live.hub import LiveHub
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.reads import SqlReads
from persistence.reference import SqlReference
from tests.resolvers.office import Bell, Clock, Office, furnish, services_over


@pytest.fixture
async def office(sqlite_prepared: str) -> AsyncIterator[Office]:
    """An office whose database is new."""
    clock, bell = Clock(), Bell()
    async with Database(sqlite_prepared) as database:
        hub = LiveHub(SqlEventLog(database), SqlReads(database), poll_seconds=0.2)
        bell.hub = hub
        await hub.start()
        yield Office(services_over(database, clock, hub, bell), clock, hub, database)
        await hub.stop()


@pytest.fixture
async def people(office: Office) -> dict[str, Actor]:
    """The crews of two districts, by name."""
    return await furnish(SqlReference(office.database))
