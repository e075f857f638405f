"""Bad input is answered with the field and the remedy, changes nothing, and the next request is served."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from domain.values import Role
from tests.wire.feeds import connected, said
from tests.wire.processes import TOKENS, GatewayProcess
from tests.wire.trade import Trade, fused, order


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Trade]:
    """One gateway on SQLite: what is refused here never reaches the database."""
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}").start(tmp_path)
    made = await Trade([gateway.url]).prepare()
    yield made
    await made.close()
    gateway.stop()


async def refused(trade: Trade, one: dict[str, Any]) -> dict[str, Any]:
    """The only problem of an order that is refused; a good one is served right after."""
    [answer] = await trade.intake(one)
    assert answer["__typename"] == "InvalidOrder", answer
    [good] = await trade.intake(order("GOOD", "CAMERA", "金水区文化路85号"))
    assert good["__typename"] == "OrderAccepted"
    [problem] = answer["problems"]
    found: dict[str, Any] = problem
    return found


async def test_orders_that_are_wrong_are_answered_one_by_one(alone: Trade) -> None:
    place = "金水区文化路85号"
    assert (await refused(alone, order("", "CAMERA", place)))["path"] == ["number"]
    assert (await refused(alone, order("N1", "TELEX", place)))["path"] == ["product"]
    assert (await refused(alone, order("N1", "CAMERA", "x" * 10_000)))["path"] == ["address", "text"]
    assert "NUL" in (await refused(alone, order("N1", "CAMERA", place, requirement="a\0b")))["message"]

    results = await alone.intake(
        order("A", "CAMERA", place), order("", "CAMERA", place), order("B", "CAMERA", place)
    )
    assert [r["__typename"] for r in results] == ["OrderAccepted", "InvalidOrder", "OrderAccepted"]


async def test_what_is_wrong_for_graphql_is_said_for_the_whole_request(alone: Trade) -> None:
    document = "mutation($orders: [OrderInput!]!) { intakeOrders(input: {orders: $orders}) { results { __typename } } }"
    good = order("N1", "CAMERA", "金水区文化路85号")
    cases = {
        "action": [good | {"action": "EXPLODE"}],
        "dueAt": [good | {"dueAt": "tomorrow"}],
        "number": [{k: v for k, v in good.items() if k != "number"}],
        "500": [good | {"number": f"N{n}"} for n in range(501)],
        "1 to 500": [],
    }
    for word, orders in cases.items():
        body = await alone.upstream.raw(document, orders=orders)
        assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", (word, body)
        assert word in body["errors"][0]["message"], body
    assert await alone.group("N1") is None


async def test_members_who_disagree_hold_the_group_and_a_dispatcher_resolves_it(alone: Trade) -> None:
    place = "金水区文化路85号"
    await alone.intake(order("N1", "CAMERA", place, fusion=fused("FK-7", count=2)))
    await alone.intake(order("N2", "CLOUD_VIDEO", place, fusion=fused("FK-7", count=3)))

    group = await alone.group("FK-7")

    assert (group["state"], group["hold"]["cause"]) == ("HELD", "COUNT_MISMATCH")


async def test_a_receipt_with_half_its_evidence_and_a_claim_by_a_stranger_are_told_why(alone: Trade) -> None:
    await alone.intake(order("N1", "CAMERA", "金水区文化路85号"))
    item = await alone.item("N1", "N1")

    assert (await alone.claim("Sun", item["id"]))["code"] == "NOT_FOUND"
    await alone.claim("Li", item["id"])
    half = await alone.receipt("Li", item, evidence={"serial": "C-1"})
    assert half["code"] == "EVIDENCE_MISSING"
    assert half["missing"]
    assert (await alone.receipt("Zhao", item))["code"] == "NOT_CLAIMANT"
    assert (await alone.receipt("Li", item))["__typename"] == "ReceiptAccepted"
    assert (await alone.receipt("Li", item))["code"] == "ALREADY_RECEIPTED"


DOCUMENTS = [
    "{ " + "viewer { member { crew { " * 9 + "id" + " } } }" * 9 + " }",
    "{ " + "a " * 6000 + "}",
    "{" * 3000,
    "{ a " * 1200 + "}" * 1200,
    "{ viewer { nothing } }",
    "query A { viewer { id } } query B { viewer { id } }",
]
"""Too deep, too long, no document, far too deep, a field that is none, and two operations."""


async def test_requests_that_are_none_are_answered_with_a_sentence(alone: Trade) -> None:
    url, token = f"{alone.urls[0]}/graphql", alone.dispatcher.token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    bodies: dict[bytes | str, int] = {
        b"null": 400,
        b"1": 400,
        b"NaN": 400,
        b"\xff": 400,
        b"[" * 5000: 400,
        b"[]": 400,
    }
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        for body, status in bodies.items():
            answer = await http.post(url, content=body, headers=headers)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
                status,
                "BAD_USER_INPUT",
            )
        assert (
            await http.post(url, content=b"{}", headers=headers | {"Content-Type": "text/plain"})
        ).status_code == 415
        assert (await http.post(url, content=b" " * 5_000_000, headers=headers)).status_code == 413
        assert (await http.delete(url, headers=headers)).status_code == 405
        for nobody in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
            answer = await http.post(url, json={"query": "{ viewer { id } }"}, headers=nobody)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
                401,
                "UNAUTHENTICATED",
            )
        for document in DOCUMENTS:
            answer = await http.post(url, json={"query": document}, headers=headers)
            assert answer.status_code < 500, document[:60]
            errors = answer.json()["errors"]
            assert errors[0]["extensions"]["code"] == "BAD_USER_INPUT", (document[:60], errors[0])
        answer = await http.post(url, json={"query": "{ viewer { role } }"}, headers=headers)
        assert answer.json()["data"] == {"viewer": {"role": "DISPATCHER"}}


FRAMES = [
    "1",
    "null",
    "[]",
    "{}",
    '{"type":"subscribe","id":1,"payload":{"query":"{a}"}}',
    '{"type":"subscribe","id":"1","payload":null}',
    "no json",
]


async def test_frames_that_are_none_close_the_socket_with_4400(alone: Trade) -> None:
    url, token = alone.urls[0].replace("http", "ws") + "/graphql", alone.dispatcher.token
    for frame in FRAMES:
        async with connected(url, token) as socket:
            await said(socket)
            await socket.send(frame)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await said(socket)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4400, frame


async def test_a_socket_without_a_valid_token_is_closed_with_4401(alone: Trade) -> None:
    url = alone.urls[0].replace("http", "ws") + "/graphql"
    for token in (None, "x", TOKENS.issue(Role.DISPATCHER, hours=-1)):
        async with connected(url, token) as socket:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await said(socket)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


async def test_a_token_that_expires_while_the_socket_is_open_closes_it_with_4403(alone: Trade) -> None:
    url = alone.urls[0].replace("http", "ws") + "/graphql"
    async with connected(url, TOKENS.issue(Role.DISPATCHER, hours=3 / 3600)) as socket:
        assert (await said(socket))["type"] == "connection_ack"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(socket, seconds=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_bad_operation_ends_itself_and_never_the_socket(alone: Trade) -> None:
    url, token = alone.urls[0].replace("http", "ws") + "/graphql", alone.dispatcher.token
    async with connected(url, token) as socket:
        await said(socket)
        for place, query in enumerate(
            ["{", "{ nothing }", "query A { viewer { id } }", "subscription { updates { kind } }"]
        ):
            payload = {"query": query, "operationName": "B"} if place == 2 else {"query": query}
            await socket.send(json.dumps({"id": str(place), "type": "subscribe", "payload": payload}))
            message = await said(socket)
            assert (message["id"], message["type"]) == (str(place), "error" if place < 3 else "next")
        await socket.send('{"type":"ping","payload":{"n":1}}')
        assert await said(socket) == {"type": "pong", "payload": {"n": 1}}
