"""Server-sent events: graphql-sse's distinct connections, with the cursor as the id of an event."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.values import Role
from tests.protocol.conftest import TOKEN, Ask, sold
from tests.protocol.streamed import EVENTS, MULTIPART, Streamed, streamed
from tests.wire.processes import TOKENS, GatewayProcess, eventually

FOLLOW = "subscription { updates { kind group { key } } }"
FOLLOW_AFTER = "subscription($after: Cursor) { updates(after: $after) { cursor kind group { key } } }"


@pytest.fixture(scope="module")
def gateway_settings() -> dict[str, str]:
    return {"heartbeat_seconds": "0.3", "drain_seconds": "0.3"}


async def acknowledged(answer: Streamed) -> dict[str, Any]:
    """The event that an order was taken in."""
    while (event := await answer.event()) is not None:
        if event["data"]["data"]["updates"]["kind"] == "ORDER_ACKNOWLEDGED":
            return event
    raise AssertionError("the stream ended")


async def first(answer: Streamed) -> dict[str, Any]:
    """The first event."""
    event = await answer.event()
    assert event is not None
    return event


async def test_updates_are_next_events_and_their_ids_are_cursors(gateway: GatewayProcess) -> None:
    async with streamed(gateway, FOLLOW_AFTER) as answer:
        snapshot = await first(answer)
        number = await sold(gateway)

        update = await acknowledged(answer)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "no-cache" in answer.headers["cache-control"]
    assert (snapshot["event"], snapshot["data"]["data"]["updates"]["kind"]) == ("next", "SNAPSHOT")
    assert snapshot["id"] == snapshot["data"]["data"]["updates"]["cursor"]
    assert update["data"]["data"]["updates"]["group"]["key"] == number
    assert update["id"] == update["data"]["data"]["updates"]["cursor"]


@pytest.mark.parametrize("query", [FOLLOW, FOLLOW_AFTER], ids=["no argument", "a variable"])
async def test_a_client_that_comes_back_with_the_last_event_id_misses_nothing(
    gateway: GatewayProcess, query: str
) -> None:
    async with streamed(gateway, query) as answer:
        last = (await first(answer))["id"]
    number = await sold(gateway)

    async with streamed(gateway, query, last=last) as answer:
        created = await first(answer)
        update = await acknowledged(answer)

    assert created["data"]["data"]["updates"]["kind"] == "GROUP_CREATED"
    assert update["data"]["data"]["updates"]["group"]["key"] == number


async def test_a_last_event_id_that_is_none_is_said_in_an_event(gateway: GatewayProcess) -> None:
    async with streamed(gateway, FOLLOW, last="nonsense") as answer:
        found = await answer.events()

    assert [event["event"] for event in found] == ["next", "complete"]
    assert found[0]["data"]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_idle_stream_carries_heartbeats(gateway: GatewayProcess) -> None:
    async with streamed(gateway, FOLLOW) as answer:
        found = [await answer.until(b"\n\n") for _ in range(5)]

    assert found.count(b":") >= 3


def test_a_question_is_one_event_and_a_complete(ask: Ask) -> None:
    answer = ask(headers={"Accept": EVENTS}, json={"query": "{ viewer { role } }"})

    assert answer.text == (
        ':\n\nevent: next\ndata: {"data":{"viewer":{"role":"DISPATCHER"}}}\n\nevent: complete\ndata:\n\n'
    )


@pytest.mark.parametrize("query", ["{", "{ nothing }", "subscription { nothing { kind } }"])
def test_what_cannot_run_is_said_in_an_event(ask: Ask, query: str) -> None:
    answer = ask(headers={"Accept": EVENTS}, json={"query": query})

    assert answer.status_code == 200
    assert answer.text.count("event: next") == 1
    assert answer.text.endswith("event: complete\ndata:\n\n")
    assert '"BAD_USER_INPUT"' in answer.text


def test_a_subscription_by_get_streams_too(gateway: GatewayProcess) -> None:
    given = {"Authorization": f"Bearer {TOKEN}", "Accept": EVENTS}
    with httpx.stream(
        "GET", f"{gateway.url}/graphql", params={"query": FOLLOW}, headers=given, trust_env=False
    ) as answer:
        text = ""
        for chunk in answer.iter_text():
            text += chunk
            if "SNAPSHOT" in text:
                break

    assert text.startswith(":\n\nid: ")


async def test_a_token_ends_its_stream_when_it_expires_and_no_complete_is_said(
    gateway: GatewayProcess,
) -> None:
    short = TOKENS.issue(Role.DISPATCHER, hours=2 / 3600)

    async with streamed(gateway, FOLLOW, token=short) as answer:
        found = [event["event"] for event in await answer.events()]

    assert found == ["next"]


async def test_a_stream_is_gone_when_its_client_is(gateway: GatewayProcess) -> None:
    async def are(count: int) -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            found: int = (await client.get(f"{gateway.url}/health/ready")).json()["streams"]
            return found == count

    await eventually(partial(are, 0))
    async with streamed(gateway, FOLLOW) as answer:
        await first(answer)
        await eventually(partial(are, 1))

    await eventually(partial(are, 0))


async def test_a_stop_ends_every_stream_and_holds_nobody(tmp_path: Path) -> None:
    environment = {"ONEVISIT_DRAIN_SECONDS": "0.3"}
    own = GatewayProcess(f"sqlite:///{tmp_path / 'o.db'}", environment=environment).start(tmp_path)
    async with streamed(own, FOLLOW) as one, streamed(own, FOLLOW, accept=MULTIPART) as other:
        await first(one)
        await other.payload()
        own.signal(signal.SIGTERM)

        assert await one.events() == []
        last = await other.payload()
        end = await other.rest()

    assert (last["payload"], last["errors"][0]["extensions"]["code"]) == (None, "SERVICE_UNAVAILABLE")
    assert end == b"--\r\n"
    assert own.process is not None
    assert own.process.wait(10) == 0
    assert "Traceback" not in own.log.read_text()
