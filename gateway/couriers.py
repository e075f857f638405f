"""What carries errands to other systems: one courier for the network, one for upstream, each if it has an address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from domain.backoff import pause_after
from domain.network import NetworkManager, NetworkUnavailableError
from domain.outbox import Topic
from domain.ports import GroupReader, Store
from gateway.adapters.tmf_client import Access, TmfClient
from gateway.adapters.tmf_network import Paths, TmfNetwork
from gateway.adapters.upstream import Webhook
from gateway.settings import Settings
from gateway.workers.courier import Courier, Pace
from gateway.workers.network import NetworkDesk, NetworkPatience
from gateway.workers.receipts import Patience, ReceiptDesk
from persistence.database import Database
from persistence.history import service_of
from persistence.outbox import SqlOutbox

log = logging.getLogger("onevisit.couriers")

MARGIN_SECONDS = 20.0
"""A lease lasts so much longer than to look and then to send may take, each of which ends in time."""
AT_ONCE, KEPT_FOR_URGENT = 48, 16
FIRST_PAUSE_SECONDS, SUBSCRIBED_AGAIN_SECONDS = 2.0, 300.0


@dataclass(frozen=True, slots=True)
class Office:
    """What couriers need of the rooms below."""

    database: Database
    groups: GroupReader
    store: Store
    clock: Callable[[], datetime]


class Couriers:
    """Every courier of this process. ``callback`` is our address for the events of the network, null without one."""

    def __init__(self, settings: Settings, office: Office, callback: str | None) -> None:
        self._outbox = SqlOutbox(office.database)
        self.network = network_of(settings, callback)
        self.upstream = upstream_of(settings, office.clock)
        self._couriers: list[Courier] = []
        if self.network is not None:
            self._couriers.append(self._to_network(settings, office, self.network))
        if self.upstream is not None:
            self._couriers.append(self._to_upstream(settings, office, self.upstream))
        self._subscribing: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Something may be there to send: look soon."""
        for courier in self._couriers:
            courier.ring()

    async def start(self) -> None:
        """Begin to carry, and have callbacks sent to us."""
        for courier in self._couriers:
            await courier.start()
        if self.network is not None:
            self._subscribing = asyncio.create_task(_subscribe(self.network), name="subscribe")

    async def stop(self) -> None:
        """Finish what is nearly done, give back the rest."""
        if self._subscribing is not None:
            self._subscribing.cancel()
            with suppress(asyncio.CancelledError):
                await self._subscribing
        for courier in self._couriers:
            await courier.stop()
        for other in (self.network, self.upstream):
            if other is not None:
                await other.close()

    def _to_network(self, settings: Settings, office: Office, network: NetworkManager) -> Courier:
        patience = NetworkPatience(poll_seconds=settings.nms_poll_seconds)
        database = office.database
        desk = NetworkDesk(
            network,
            self._outbox,
            office.groups,
            office.store,
            lambda traces: service_of(database, traces),
            clock=office.clock,
            patience=patience,
        )
        lease = 2 * settings.nms_timeout_seconds + MARGIN_SECONDS
        pace = Pace(at_once=AT_ONCE, kept_for_urgent=KEPT_FOR_URGENT, lease_seconds=lease)
        return Courier(Topic.NETWORK, self._outbox, desk.carry, office.clock, pace)

    def _to_upstream(self, settings: Settings, office: Office, upstream: Webhook) -> Courier:
        patience = Patience(
            settings.receipt_attempts, settings.receipt_retry_seconds, settings.upstream_timeout_seconds
        )
        desk = ReceiptDesk(office.groups, office.store, upstream, office.clock, patience=patience)
        pace = Pace(lease_seconds=patience.lease_seconds)
        return Courier(Topic.UPSTREAM, self._outbox, desk.carry, office.clock, pace)


def network_of(settings: Settings, callback: str | None) -> TmfNetwork | None:
    """The network management system, where it has an address; else its results are reported through the API."""
    if settings.nms_url is None:
        return None
    access = Access(
        settings.nms_url,
        settings.nms_authorization,
        settings.nms_timeout_seconds,
        settings.nms_ca_file,
        settings.nms_client_certificate,
    )
    is_service = settings.nms_activation == "tmf640"
    path = settings.nms_service_path if is_service else settings.nms_resource_path
    paths = Paths(path, settings.nms_test_path)
    return TmfNetwork(TmfClient(access), settings.nms_activation, paths, callback)


def upstream_of(settings: Settings, clock: Callable[[], datetime]) -> Webhook | None:
    """The upstream system, where it has an address; else it follows the receipts by itself."""
    if settings.upstream_url is None or settings.upstream_secret is None:
        return None
    timeout = settings.upstream_timeout_seconds
    return Webhook(settings.upstream_url, settings.upstream_secret, clock, timeout_seconds=timeout)


async def _subscribe(network: NetworkManager) -> None:
    """Register for callbacks, and now and then again: a system that was started anew may have forgotten us."""
    failures = 0
    while True:
        try:
            await network.subscribe()
            failures, pause = 0, SUBSCRIBED_AGAIN_SECONDS
        except NetworkUnavailableError as error:
            failures += 1
            pause = pause_after(
                failures, FIRST_PAUSE_SECONDS, longest_seconds=SUBSCRIBED_AGAIN_SECONDS
            ).total_seconds()
            known = {"cause": str(error), "pause_seconds": pause}
            log.warning("callbacks cannot be asked for: results are polled until they can", extra=known)
        await asyncio.sleep(pause)
