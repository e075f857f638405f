"""Callbacks are read strictly: which event, of which attempt; hubs are registered once; outages open the breaker."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.network import NetworkEvent, NetworkUnavailableError, UnreadableEventError
from gateway.adapters.breaker import Breaker
from gateway.adapters.tmf_client import Access, TmfClient
from gateway.adapters.tmf_events import read_event
from gateway.adapters.tmf_hub import Hub
from tests.adapters.systems import CALLBACK, URL, answering


def event(**changes: Any) -> dict[str, Any]:
    return {
        "eventId": "e1",
        "eventType": "ServiceStateChangeEvent",
        "correlationId": "N1#A1",
        "event": {"service": {"id": "s-1", "state": "active"}},
        **changes,
    }


def test_an_event_names_its_attempt() -> None:
    assert read_event(event()) == NetworkEvent("e1", "N1#A1", "ServiceStateChangeEvent", "active")


@pytest.mark.parametrize(
    "thing",
    [
        {"service": {"externalId": "N1#A1"}},
        {"serviceTest": {"characteristic": [{"name": "externalId", "value": {"value": "N1#A1"}}]}},
        {"monitor": {"request": {"body": json.dumps({"externalId": "N1#A1"})}}},
        {"monitor": {"request": {"body": {"externalId": "N1#A1"}}}},
    ],
)
def test_our_key_is_found_wherever_it_may_stand(thing: dict[str, Any]) -> None:
    assert read_event(event(correlationId=None, event=thing)).key == "N1#A1"


@pytest.mark.parametrize("name", ["speed", "quality"])
def test_an_event_of_one_test_is_of_its_attempt(name: str) -> None:
    assert read_event(event(correlationId=f"N/1#Q2/{name}")).key == "N/1#Q2"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "no object"),
        (event(event=None), "event is missing"),
        (event(event={"other": {}}), "none of service"),
        (event(eventId=None), "eventId"),
        (event(eventId="e" * 201), "eventId is no text of 1 to 200"),
        (event(eventId="e\0"), "eventId holds characters that cannot be shown"),
        (event(eventId="\ud800"), "eventId holds characters that cannot be shown"),
        (event(eventId="e\n"), "eventId holds characters that cannot be shown"),
        (event(eventType=7), "eventType"),
        (event(event={"service": {"state": 7}}), r"event\.service\.state is no text"),
        (event(event={"resource": {"state": "s" * 201}}), r"event\.resource\.state is no text"),
        (event(event={"serviceTest": {"testMeasure": "fast"}}), r"event\.serviceTest\.testMeasure is 'fast'"),
        (event(correlationId=7), "correlationId is no text"),
        (event(correlationId="N" * 201), "correlationId is no text of 1 to 200"),
        (
            event(correlationId=None, event={"service": {"externalId": 7}}),
            r"event\.service\.externalId is no text",
        ),
        (event(correlationId=None), "correlationId is missing"),
        (
            event(correlationId=None, event={"monitor": {"request": {"body": "{"}}}),
            "correlationId is missing",
        ),
        (
            event(
                event={"serviceTest": {"testMeasure": [{"metricName": "rttMs", "value": {"value": "fast"}}]}}
            ),
            "rttMs is 'fast', which is no number",
        ),
    ],
)
def test_what_cannot_be_read_names_the_field(body: Any, words: str) -> None:
    with pytest.raises(UnreadableEventError, match=words):
        read_event(body)


class HubServer:
    """A hub which takes ``most`` listeners."""

    def __init__(self, *, most: int = 10, tells: bool = True) -> None:
        self.listeners: dict[str, dict[str, Any]] = {}
        self.posts = 0
        self._most = most
        self._tells = tells

    def __call__(self, asked: httpx.Request) -> httpx.Response:
        if asked.method == "GET":
            return (
                httpx.Response(200, json=list(self.listeners.values()))
                if self._tells
                else httpx.Response(405)
            )
        if asked.method == "DELETE":
            del self.listeners[asked.url.path.rsplit("/", 1)[-1]]
            return httpx.Response(204)
        if len(self.listeners) >= self._most:
            return httpx.Response(409)
        self.posts += 1
        made = {**json.loads(asked.content), "id": str(self.posts)}
        self.listeners[made["id"]] = made
        return httpx.Response(201, json=made)


async def test_both_hubs_are_registered_and_again_is_once() -> None:
    server = HubServer()
    network = answering(server, callback=CALLBACK)

    await network.subscribe()
    first = server.posts
    await network.subscribe()

    assert (first, server.posts) == (2, 2)  # one for each API
    assert [one["callback"] for one in server.listeners.values()] == [CALLBACK] * 2
    assert server.listeners["2"]["query"] == "eventType=ServiceTestStateChangeEvent"


async def test_a_hub_for_one_listener_is_taken_over() -> None:
    server = HubServer(most=1)
    server.listeners["9"] = {"id": "9", "callback": "http://old.example"}

    client = TmfClient(Access(URL), None, httpx.MockTransport(server))
    await Hub(client, "/x", ("E",), CALLBACK).subscribe()

    assert [one["callback"] for one in server.listeners.values()] == [CALLBACK]


async def test_a_hub_that_does_not_tell_is_registered_with() -> None:
    server = HubServer(tells=False)

    await answering(server, callback=CALLBACK).subscribe()

    assert server.posts == 2


async def test_a_hub_that_fails_does_not_keep_us_from_the_other() -> None:
    server = HubServer()

    def answer(asked: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if "ServiceActivation" in asked.url.path else server(asked)

    with pytest.raises(NetworkUnavailableError, match="503"):
        await answering(answer, callback=CALLBACK).subscribe()

    assert [one["query"] for one in server.listeners.values()] == ["eventType=ServiceTestStateChangeEvent"]


@pytest.mark.parametrize(
    ("query", "posts"),
    [("eventType=A,B", 0), ("eventType=B&eventType=A", 0), ("", 0), (None, 0), ("eventType=A", 1)],
)
async def test_a_hub_may_write_our_query_in_its_own_way(query: str | None, posts: int) -> None:
    server = HubServer()
    server.listeners["9"] = {"id": 9, "callback": CALLBACK, "query": query}
    client = TmfClient(Access(URL), None, httpx.MockTransport(server))

    await Hub(client, "/x", ("A", "B"), CALLBACK).subscribe()

    assert server.posts == posts


async def test_a_hub_that_takes_nobody_is_told() -> None:
    client = TmfClient(
        Access(URL), None, httpx.MockTransport(lambda _: httpx.Response(400, json={"reason": "no"}))
    )

    with pytest.raises(NetworkUnavailableError, match="takes no listener: HTTP 400"):
        await Hub(client, "/x", ("E",), CALLBACK).subscribe()


async def test_without_an_address_for_callbacks_nobody_is_registered() -> None:
    server = HubServer()

    await answering(server).subscribe()

    assert server.posts == 0


async def test_after_some_failures_nobody_is_asked_until_a_pause_is_over() -> None:
    now, asked = [0.0], []

    def answer(one: httpx.Request) -> httpx.Response:
        asked.append(one.url.path)
        return httpx.Response(503 if len(asked) <= 3 else 200, json={})

    breaker = Breaker(most=2, pause_seconds=2, clock=lambda: now[0], chance=lambda: 1.0)
    client = TmfClient(Access(URL), breaker, httpx.MockTransport(answer))

    for _ in range(2):
        with pytest.raises(NetworkUnavailableError, match="503"):
            await client.get("/x")
    with pytest.raises(NetworkUnavailableError) as closed:
        await client.get("/x")
    now[0] = 2.0
    with pytest.raises(NetworkUnavailableError, match="503"):  # the one that tries
        await client.get("/x")
    now[0] = 5.9
    with pytest.raises(NetworkUnavailableError) as longer:
        await client.get("/x")
    now[0] = 6.0
    tried = await client.get("/x")

    assert (closed.value.asked, closed.value.after_seconds) == (False, 2.0)
    assert not longer.value.asked
    assert (tried.status, len(asked)) == (200, 4)
    assert breaker.wait_seconds() == 0


async def test_while_one_tries_the_others_wait() -> None:
    now = [0.0]
    breaker = Breaker(most=1, pause_seconds=4, clock=lambda: now[0], chance=lambda: 1.0)
    breaker.failed()
    now[0] = 4.0

    assert [breaker.wait_seconds(), breaker.wait_seconds() > 0] == [0.0, True]
