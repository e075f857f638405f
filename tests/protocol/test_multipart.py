"""Apollo's multipart subscriptions, part by part."""

from __future__ import annotations

import orjson
import pytest

from domain.values import Role
from tests.protocol.conftest import Ask, sold
from tests.protocol.streamed import BOUNDARY, MULTIPART, streamed
from tests.wire.processes import TOKENS, GatewayProcess

FOLLOW = "subscription { updates { kind group { key } } }"


@pytest.fixture(scope="module")
def gateway_settings() -> dict[str, str]:
    return {"heartbeat_seconds": "0.3"}


async def test_updates_are_payloads_between_heartbeats(gateway: GatewayProcess) -> None:
    async with streamed(gateway, FOLLOW, accept=MULTIPART) as answer:
        snapshot, heartbeat = await answer.part(), await answer.part()
        number = await sold(gateway)
        updates = [await answer.payload() for _ in range(2)]

    assert answer.headers["content-type"] == "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
    assert snapshot == {"payload": {"data": {"updates": {"kind": "SNAPSHOT", "group": None}}}}
    assert heartbeat == {}
    assert [one["payload"]["data"]["updates"]["group"]["key"] for one in updates] == [number] * 2


async def test_a_token_ends_its_stream_with_an_error_of_the_transport(gateway: GatewayProcess) -> None:
    short = TOKENS.issue(Role.DISPATCHER, hours=2 / 3600)

    async with streamed(gateway, FOLLOW, accept=MULTIPART, token=short) as answer:
        await answer.payload()
        last = await answer.payload()
        end = await answer.rest()

    assert (last["payload"], last["errors"][0]["extensions"]["code"]) == (None, "UNAUTHENTICATED")
    assert end == b"--\r\n"


def test_a_subscription_that_cannot_run_is_one_payload_of_errors(ask: Ask) -> None:
    answer = ask(
        headers={"Accept": MULTIPART}, json={"query": 'subscription { groupUpdates(key: "x") { kind } }'}
    )

    assert answer.status_code == 200
    _, part, end = answer.content.split(BOUNDARY)
    body = part.partition(b"\r\n\r\n")[2]
    assert orjson.loads(body)["payload"]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert end == b"--\r\n"


@pytest.mark.parametrize("accept", ["multipart/mixed", "multipart/mixed;deferSpec=20220824"])
def test_another_kind_of_multipart_is_not_meant(ask: Ask, accept: str) -> None:
    answer = ask(headers={"Accept": f"{accept}, application/json"}, json={"query": FOLLOW})

    assert answer.status_code == 400
    assert "subscriptionSpec=1.0" in answer.json()["errors"][0]["message"]
