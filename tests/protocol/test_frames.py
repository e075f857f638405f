"""graphql-transport-ws by raw frames: what is malformed closes as the protocol says, and nothing else does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.protocol.conftest import TOKEN, sold
from tests.wire.feeds import said
from tests.wire.processes import GatewayProcess

INIT = {"type": "connection_init", "payload": {"Authorization": f"Bearer {TOKEN}"}}
ROLE = "{ viewer { role } }"
FOLLOW = "subscription { updates { kind } }"


@pytest.fixture(scope="module")
def gateway_settings() -> dict[str, str]:
    return {"max_sockets": "20"}


@asynccontextmanager
async def opened(gateway: GatewayProcess, *protocols: str) -> AsyncIterator[ClientConnection]:
    """A socket on which nothing was said."""
    offered = [websockets.Subprotocol(name) for name in protocols or ("graphql-transport-ws",)]
    async with websockets.connect(
        gateway.socket_url, subprotocols=offered, proxy=None, close_timeout=0.2
    ) as socket:
        yield socket


@asynccontextmanager
async def ready(gateway: GatewayProcess) -> AsyncIterator[ClientConnection]:
    """A socket that was admitted."""
    async with opened(gateway) as socket:
        await tell(socket, INIT)
        assert await said(socket) == {"type": "connection_ack"}
        yield socket


async def tell(socket: ClientConnection, *messages: Any) -> None:
    """Send messages, texts and bytes as they are."""
    for message in messages:
        await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))


def subscribe(id_: str, query: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "type": "subscribe", "payload": {"query": query, **more}}


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """The code and the reason with which it is closed."""

    async def drained() -> None:
        while True:
            await said(socket, seconds=10)

    with pytest.raises(websockets.ConnectionClosed) as error:
        await drained()
    assert error.value.rcvd is not None
    return error.value.rcvd.code, error.value.rcvd.reason


ASKED: dict[str, Any] = {"query": ROLE}
MALFORMED: dict[str, Any] = {
    "no JSON": "nonsense",
    "an empty text": "",
    "a number": "1",
    "null": "null",
    "a list": "[]",
    "a text": '"ping"',
    "no type": "{}",
    "a type that is a number": {"type": 1},
    "a type of the legacy protocol": {"type": "start", "id": "1", "payload": ASKED},
    "a type of the server": {"type": "connection_ack"},
    "a next": {"type": "next", "id": "1", "payload": {}},
    "bytes": b'{"type":"ping"}',
    "a payload of init that is a text": {"type": "connection_init", "payload": "x"},
    "a payload of ping that is a text": {"type": "ping", "payload": "x"},
    "a payload of ping that is a list": {"type": "ping", "payload": []},
    "a payload of pong that is a number": {"type": "pong", "payload": 1},
    "a subscribe without a payload": {"type": "subscribe", "id": "1"},
    "a subscribe with a null payload": {"type": "subscribe", "id": "1", "payload": None},
    "a subscribe with a list": {"type": "subscribe", "id": "1", "payload": []},
    "a subscribe without a query": {"type": "subscribe", "id": "1", "payload": {}},
    "a subscribe with a null query": {"type": "subscribe", "id": "1", "payload": {"query": None}},
    "a subscribe without an id": {"type": "subscribe", "payload": ASKED},
    "an empty id": {"type": "subscribe", "id": "", "payload": ASKED},
    "an id that is a number": {"type": "subscribe", "id": 1, "payload": ASKED},
    "an id that is an object": {"type": "subscribe", "id": {}, "payload": ASKED},
    "variables that are a list": {"type": "subscribe", "id": "1", "payload": {**ASKED, "variables": []}},
    "variables that are a text": {"type": "subscribe", "id": "1", "payload": {**ASKED, "variables": "{}"}},
    "extensions that are a text": {"type": "subscribe", "id": "1", "payload": {**ASKED, "extensions": "x"}},
    "an operation name that is a number": {
        "type": "subscribe",
        "id": "1",
        "payload": {**ASKED, "operationName": 1},
    },
    "a document identifier that is a number": {"type": "subscribe", "id": "1", "payload": {"documentId": 1}},
    "a complete without an id": {"type": "complete"},
    "a complete of a number": {"type": "complete", "id": 7},
    "a thousand levels": '{"type":"ping","payload":{"a":' + "[" * 998 + "]" * 998 + "}}",
}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_frame_closes_with_4400_and_says_why(gateway: GatewayProcess, frame: Any) -> None:
    async with ready(gateway) as socket:
        await tell(socket, frame)

        code, reason = await closed(socket)

    assert code == 4400
    assert len(reason) > 10


async def test_a_null_payload_of_init_is_legal_and_not_admitted(gateway: GatewayProcess) -> None:
    for init in ({"type": "connection_init", "payload": None}, {"type": "connection_init"}):
        async with opened(gateway) as socket:
            await tell(socket, init)

            code, reason = await closed(socket)

            assert code == 4401
            assert "Authorization" in reason


async def test_a_subscription_before_init_closes_with_4401(gateway: GatewayProcess) -> None:
    async with opened(gateway) as socket:
        await tell(socket, subscribe("1", ROLE))

        assert (await closed(socket))[0] == 4401


async def test_a_second_init_closes_with_4429(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(socket, INIT)

        assert await closed(socket) == (4429, "Too many initialisation requests")


async def test_a_socket_that_says_nothing_is_closed_with_4408(gateway: GatewayProcess) -> None:
    async with opened(gateway) as socket:
        started = asyncio.get_running_loop().time()

        assert await closed(socket) == (4408, "Connection initialisation timeout")
        assert 3 < asyncio.get_running_loop().time() - started < 8


async def test_a_ping_before_init_is_answered_and_does_not_put_off_the_timeout(
    gateway: GatewayProcess,
) -> None:
    async with opened(gateway) as socket:
        await tell(socket, {"type": "ping"})
        assert await said(socket) == {"type": "pong"}

        assert (await closed(socket))[0] == 4408


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("graphql-ws", "soap")])
async def test_another_subprotocol_is_closed_with_4406(
    gateway: GatewayProcess, protocols: tuple[str, ...]
) -> None:
    async with opened(gateway, *protocols) as socket:
        code, reason = await closed(socket)

    assert code == 4406
    assert "graphql-transport-ws" in reason


async def test_the_protocol_is_found_among_others(gateway: GatewayProcess) -> None:
    async with opened(gateway, "graphql-ws", "graphql-transport-ws") as socket:
        assert socket.subprotocol == "graphql-transport-ws"


async def test_an_id_in_use_closes_with_4409_whatever_it_was_used_for(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(socket, subscribe("same", FOLLOW))
        await said(socket)
        await tell(socket, subscribe("same", ROLE))

        assert await closed(socket) == (4409, "Subscriber for same already exists")


async def test_an_id_is_free_again_when_its_operation_has_ended(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        for _ in range(3):
            await tell(socket, subscribe("1", ROLE))
            assert [(await said(socket))["type"] for _ in range(2)] == ["next", "complete"]
        for _ in range(3):
            await tell(socket, subscribe("1", FOLLOW))
            assert (await said(socket))["type"] == "next"
            await tell(socket, {"id": "1", "type": "complete"})


async def test_a_reason_longer_than_a_close_frame_holds_is_cut(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(socket, subscribe("长" * 100, FOLLOW), subscribe("长" * 100, FOLLOW))

        code, reason = await closed(socket)

    assert code == 4409
    assert len(reason.encode()) <= 123


async def test_a_pong_and_a_complete_of_nothing_are_ignored(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(
            socket, {"type": "pong"}, {"type": "pong", "payload": {"a": 1}}, {"type": "complete", "id": "x"}
        )
        await tell(socket, {"type": "ping", "payload": {"n": [1, "长"]}})

        assert await said(socket) == {"type": "pong", "payload": {"n": [1, "长"]}}


BAD_OPERATIONS = {
    "{": "Syntax Error",
    "{ nothing }": "nothing",
    "query A { viewer { id } } query B { viewer { id } }": "operationName",
    "query($n: Int!) { orders(first: $n) { edges { cursor } } }": "$n",
    "subscription { nothing { kind } }": "nothing",
    'subscription { groupUpdates(key: "unknown") { kind } }': "no group",
    'subscription { updates(after: "nonsense") { kind } }': "Cursor",
}


async def test_a_bad_operation_is_an_error_of_its_id_and_the_socket_stays(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        for id_, (query, word) in enumerate(BAD_OPERATIONS.items()):
            await tell(socket, subscribe(str(id_), query))
            error = await said(socket)

            assert (error["id"], error["type"]) == (str(id_), "error"), query
            assert word in error["payload"][0]["message"]
            assert error["payload"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "NOT_FOUND"}
        await tell(socket, subscribe("last", ROLE))
        answer = await said(socket)
        assert answer["payload"] == {"data": {"viewer": {"role": "DISPATCHER"}}}


async def test_an_error_of_a_field_comes_beside_the_data(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(socket, subscribe("1", "{ crew { id } viewer { role } }"))

        answer = await said(socket)

    assert (answer["type"], answer["payload"]["data"]["crew"]) == ("next", None)
    assert answer["payload"]["errors"][0]["path"] == ["crew"]


async def test_extensions_reach_the_one_who_reads_them(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        wrong = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
        await tell(socket, subscribe("1", ROLE, extensions=wrong), subscribe("2", ROLE, extensions={"a": 1}))

        answers = {(one := await said(socket))["id"] + one["type"]: one for _ in range(3)}

    assert set(answers) == {"1error", "2next", "2complete"}


async def test_nothing_comes_after_the_client_completed(gateway: GatewayProcess) -> None:
    async with ready(gateway) as socket:
        await tell(socket, subscribe("1", FOLLOW), subscribe("2", FOLLOW))
        await said(socket), await said(socket)
        await tell(socket, {"id": "1", "type": "complete"}, {"type": "ping"})
        assert (await said(socket))["type"] == "pong"

        await sold(gateway)

        assert (await said(socket))["id"] == "2"


async def test_one_socket_more_than_a_process_has_is_closed_with_1013(gateway: GatewayProcess) -> None:
    sockets = [opened(gateway) for _ in range(21)]
    admitted = [await socket.__aenter__() for socket in sockets]
    for socket in admitted[:20]:
        await tell(socket, INIT)
        await said(socket)

    code, reason = await closed(admitted[20])

    assert (code, "later" in reason) == (1013, True)
    for open_ in sockets:
        await open_.__aexit__(None, None, None)
