"""The network management system by its TM Forum APIs: activation by TMF640 or TMF702, checks by TMF653."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

from domain.network import Answer, NetworkManager, NetworkRequest, NetworkUnavailableError
from domain.values import SubTaskKind
from gateway.adapters import tmf640, tmf653, tmf702
from gateway.adapters.dialect import Dialect
from gateway.adapters.inventory import Inventory
from gateway.adapters.tmf653 import ServiceTests
from gateway.adapters.tmf_client import TmfClient
from gateway.adapters.tmf_hub import Hub

T = TypeVar("T")

ACTIVATIONS: Final[dict[str, tuple[Dialect, tuple[str, ...]]]] = {
    "tmf640": (tmf640.TMF640, tmf640.EVENTS),
    "tmf702": (tmf702.TMF702, tmf702.EVENTS),
}
"""By which API services are activated, by its name in the settings."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the APIs are, which differs in letter case and version from system to system."""

    activation: str
    test: str


class TmfNetwork(NetworkManager):
    """Asks one network management system. ``callback`` is our address for its events, null: it is polled alone."""

    def __init__(
        self,
        client: TmfClient,
        activation: str,
        paths: Paths,
        callback: str | None = None,
    ) -> None:
        dialect, events = ACTIVATIONS[activation]
        self._client = client
        self._inventory = Inventory(self._client, paths.activation, dialect)
        self._tests = ServiceTests(self._client, paths.test)
        self._hubs = [
            Hub(self._client, path, words, callback)
            for path, words in ((paths.activation, events), (paths.test, tmf653.EVENTS))
            if callback is not None
        ]

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def send(self, request: NetworkRequest) -> Answer:
        """Ask for it, once. Raises NetworkUnavailableError."""
        return await self._in_time(self._api(request).send(request), request.key)

    async def look(self, request: NetworkRequest) -> Answer | None:
        """What has become of it; null when it never arrived. Raises NetworkUnavailableError."""
        return await self._in_time(self._api(request).look(request), request.key)

    async def subscribe(self) -> None:
        """Have callbacks sent to us; again is harmless. Raises NetworkUnavailableError for the first hub that fails."""
        failures = []
        for hub in self._hubs:
            try:
                await hub.subscribe()
            except NetworkUnavailableError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    async def _in_time(self, asking: Awaitable[T], key: str) -> T:
        """The end of all requests that one question needs. Whoever holds an attempt must not be late with it."""
        seconds = self._client.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asking
        except TimeoutError as error:
            raise NetworkUnavailableError(f"{key} got no whole answer within {seconds:g} s") from error

    def _api(self, request: NetworkRequest) -> Inventory | ServiceTests:
        return self._inventory if request.kind is SubTaskKind.ACTIVATION else self._tests
