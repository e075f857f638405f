"""A network management system whose answers a test writes down beforehand, and which keeps what it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.outbox import Topic
from domain.values import ReportOutcome
from gateway.workers.courier import Courier, Pace
from gateway.workers.network import NetworkDesk, NetworkPatience
from persistence.history import service_of
from persistence.outbox import SqlOutbox
from tests.contracts.trade import Gateway

Given = Answer | NetworkUnavailableError | None
GOOD = Finished(ReportOutcome.SUCCEEDED, service="s-1")
DOWN = NetworkUnavailableError("HTTP 503")


class ScriptedNetwork:
    """Answers each key in turn with what it was given, then with success. ``asked`` are the calls in order."""

    def __init__(self) -> None:
        self.sends: dict[str, list[Given]] = defaultdict(list)
        self.looks: dict[str, list[Given]] = defaultdict(list)
        self.asked: list[tuple[str, str]] = []
        self.requests: dict[str, NetworkRequest] = {}
        self.blocked: dict[str, asyncio.Event] = {}

    async def send(self, request: NetworkRequest) -> Answer:
        answer = await self._answer("send", self.sends, request, GOOD)
        assert answer is not None
        return answer

    async def look(self, request: NetworkRequest) -> Answer | None:
        return await self._answer("look", self.looks, request, None)

    async def subscribe(self) -> None:
        self.asked.append(("subscribe", ""))

    async def _answer(
        self, verb: str, given: dict[str, list[Given]], request: NetworkRequest, otherwise: Given
    ) -> Answer | None:
        self.asked.append((verb, request.key))
        self.requests[request.key] = request
        if request.key in self.blocked:
            await self.blocked[request.key].wait()
        answer = given[request.key].pop(0) if given[request.key] else otherwise
        if isinstance(answer, NetworkUnavailableError):
            raise answer
        return answer

    def verbs(self, key: str) -> list[str]:
        return [verb for verb, asked in self.asked if asked == key]


class Desk:
    """A desk and its courier over a gateway's persistence and a scripted network, driven step by step."""

    def __init__(
        self, one: Gateway, network: ScriptedNetwork | None = None, pace: Pace | None = None
    ) -> None:
        self.one = one
        self.network = network or ScriptedNetwork()
        self.outbox = SqlOutbox(one.database)
        patience = NetworkPatience(poll_seconds=60, given_up_after_seconds=600)
        self.desk = NetworkDesk(
            self.network,
            self.outbox,
            one.groups,
            one.store,
            lambda traces: service_of(one.database, traces),
            clock=one.clock,
            patience=patience,
        )
        self.courier = Courier(Topic.NETWORK, self.outbox, self.desk.carry, one.clock, pace)

    async def work(self, lease_seconds: float = 30) -> list[str]:
        """Carry everything that is due now, until nothing is; the keys."""
        carried: list[str] = []
        while taken := await self.outbox.take(Topic.NETWORK, self.one.clock(), self.until(lease_seconds), 50):
            for errand in taken:
                carried.append(errand.id)
                await self.desk.carry(errand, self.until(lease_seconds))
        return carried

    async def outbox_once(self) -> None:
        """Carry what is due now, once."""
        for errand in await self.outbox.take(Topic.NETWORK, self.one.clock(), self.until(30), 50):
            await self.desk.carry(errand, self.until(30))

    def until(self, seconds: float) -> datetime:
        return self.one.clock() + timedelta(seconds=seconds)


def under_way(**remote: str) -> UnderWay:
    return UnderWay(remote)


Clock = Callable[[], datetime]
