"""A network management system in this process, simulated or written by a test, and the adapter that asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from domain.network import NetworkRequest
from domain.values import ProductCode, SubTaskKind
from gateway.adapters.breaker import Breaker
from gateway.adapters.tmf_client import Access, TmfClient
from gateway.adapters.tmf_network import Paths, TmfNetwork
from gateway.simulator.app import RESOURCES, SERVICES, TESTS, Simulator

URL = "http://nms.example"
CALLBACK = "http://gateway.example/nms/unguessable"
LINE = {"vlan": 2101, "subscribedRateMbps": 100}
Answering = Callable[[httpx.Request], httpx.Response]
Answers = Mapping[str, httpx.Response | Answering]


def network(
    transport: httpx.AsyncBaseTransport,
    *,
    activation: str = "tmf640",
    callback: str | None = None,
    **access: Any,
) -> TmfNetwork:
    """The adapter over any transport."""
    client = TmfClient(Access(URL, **access), Breaker(most=1000), transport)
    base = SERVICES if activation == "tmf640" else RESOURCES
    return TmfNetwork(client, activation, Paths(base, TESTS), callback)


@asynccontextmanager
async def simulated(
    *rules: Mapping[str, Any], activation: str = "tmf640"
) -> AsyncIterator[tuple[TmfNetwork, Simulator]]:
    """The adapter over the simulated system, in which everything takes no time."""
    given = [{"delay_seconds": 0, **rule} for rule in rules] + [
        {"delay_seconds": 0, "refuse": {"vlan": "no"}, "fields": {"vlan": 2999}},
        {"delay_seconds": 0},
    ]
    simulator = Simulator(rules=given)
    adapter = network(httpx.ASGITransport(simulator.app), activation=activation)
    try:
        yield adapter, simulator
    finally:
        await adapter.close()
        await simulator.stop()


def answering(answer: Answering, **options: Any) -> TmfNetwork:
    """The adapter over a system that answers as a test says."""
    return network(httpx.MockTransport(answer), **options)


def request(key: str = "N1#A1", *, action: str = "activation", **fields: Any) -> NetworkRequest:
    """A request of the gateway; further fields as of the request, the data ``LINE`` unless given."""
    kind = SubTaskKind.ACTIVATION if "#A" in key else SubTaskKind.QUALITY_CHECK
    given = {"data": LINE, **fields}
    return NetworkRequest(key, kind, action, ProductCode("INTERNET_LINE"), **given)


def scripted(answers: Answers, *, activation: str = "tmf640") -> tuple[TmfNetwork, list[str]]:
    """A system that answers by method and the end of the path, and what it was asked."""
    asked: list[str] = []

    def answer(one: httpx.Request) -> httpx.Response:
        asked.append(f"{one.method} {one.url.path.rpartition('v4/')[2]}")
        found = answers.get(asked[-1], httpx.Response(404, text="Not Found"))
        return found(one) if callable(found) else found

    return answering(answer, activation=activation), asked


def body(status: int = 200, **fields: Any) -> httpx.Response:
    """An answer with one object."""
    return httpx.Response(status, json=fields)
