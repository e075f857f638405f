"""Real servers and several gateways over them, in a folder that goes with them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from persistence.database import Database
from persistence.migrations import migrate
from tests.servers import Postgres, Valkey
from tests.upstreams import SECRET, Upstream, upstream
from tests.wire.processes import GatewayProcess


@dataclass(frozen=True, slots=True)
class Fleet:
    """What runs."""

    postgres: Postgres
    valkey: Valkey
    gateways: list[GatewayProcess]
    folder: Path
    upstream: Upstream

    @property
    def urls(self) -> list[str]:
        """Of each gateway, for requests."""
        return [gateway.url for gateway in self.gateways]

    @property
    def socket_urls(self) -> list[str]:
        """Of each gateway, for sockets."""
        return [gateway.socket_url for gateway in self.gateways]


@asynccontextmanager
async def fleet(size: int) -> AsyncIterator[Fleet]:
    """So many gateways which share PostgreSQL and Valkey, and post their receipts to one upstream."""
    with tempfile.TemporaryDirectory(prefix="onevisit-campaign-") as name:
        folder = Path(name)
        postgres, valkey = await asyncio.to_thread(Postgres), await asyncio.to_thread(Valkey)
        gateways: list[GatewayProcess] = []
        try:
            async with upstream() as receiver:
                url = await _database(postgres)
                gateways += [GatewayProcess(url, valkey.url, _settings(receiver)) for _ in range(size)]
                for gateway in gateways:
                    await asyncio.to_thread(gateway.start, folder)
                yield Fleet(postgres, valkey, gateways, folder, receiver)
        finally:
            for gateway in gateways:
                gateway.kill()
            for server in (postgres, valkey):
                server.stop()


async def _database(postgres: Postgres) -> str:
    url = postgres.create_database()
    async with Database(url) as database:
        await migrate(database)
    return url


def _settings(receiver: Upstream) -> dict[str, str]:
    return {
        "ONEVISIT_UPSTREAM_URL": receiver.url,
        "ONEVISIT_UPSTREAM_SECRET": SECRET,
        "ONEVISIT_UPSTREAM_TIMEOUT_SECONDS": "2",
        "ONEVISIT_RECEIPT_RETRY_SECONDS": "0.2",
    }
