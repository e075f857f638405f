"""Gateways on the wire: one process on SQLite, and two on PostgreSQL with Valkey between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.servers import Postgres, Valkey
from tests.wire.processes import GatewayProcess
from tests.wire.trade import Trade


@pytest.fixture(params=["sqlite", "postgres"])
def gateways(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[GatewayProcess]]:
    """Running gateways over one fresh database."""
    if request.param == "sqlite":
        database = f"sqlite:///{tmp_path / 'onevisit.db'}"
        running = [GatewayProcess(database).start(tmp_path)]
    else:
        running = two_gateways(
            request.getfixturevalue("postgres_prepared"), request.getfixturevalue("valkey"), tmp_path
        )
    yield running
    for gateway in running:
        gateway.stop()


def two_gateways(database: str, valkey: Valkey, folder: Path, **settings: str) -> list[GatewayProcess]:
    """Two processes which share PostgreSQL and a doorbell."""
    valkey.ensure_running()
    launched = [GatewayProcess(database, valkey.url, settings).launch(folder) for _ in range(2)]
    return [gateway.ready() for gateway in launched]


@pytest.fixture
def pair(
    postgres: Postgres, postgres_prepared: str, valkey: Valkey, tmp_path: Path
) -> Iterator[list[GatewayProcess]]:
    """Two gateways on PostgreSQL and Valkey, for tests that only make sense with two."""
    assert postgres.pid
    running = two_gateways(postgres_prepared, valkey, tmp_path)
    yield running
    for gateway in running:
        gateway.stop()


@pytest.fixture
async def trade(gateways: list[GatewayProcess]) -> AsyncIterator[Trade]:
    """The trade over those gateways: districts and crews are there, callers can be made."""
    made = await Trade([gateway.url for gateway in gateways]).prepare()
    yield made
    await made.close()


@pytest.fixture
async def pair_trade(pair: list[GatewayProcess]) -> AsyncIterator[Trade]:
    """The same over the pair."""
    made = await Trade([gateway.url for gateway in pair]).prepare()
    yield made
    await made.close()
