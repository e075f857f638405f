"""HTTP and the socket to the letter: what cannot be carried out is told where it can, and nothing kills a socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from domain.values import Role
from tests.wire.feeds import connected, said
from tests.wire.processes import TOKENS, GatewayProcess

TOKEN = TOKENS.issue(Role.DISPATCHER)
CANCEL = 'mutation { cancelOrder(input: {number: "a", reason: "b"}) { __typename } }'
FOLLOW = "subscription { updates { kind } }"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """One gateway for all: none of these tests leaves anything behind."""
    folder: Path = tmp_path_factory.mktemp("transport")
    running = GatewayProcess(f"sqlite:///{folder / 'onevisit.db'}").start(folder)
    yield running
    assert "Traceback" not in running.log.read_text()
    running.stop()


async def asked(gateway: GatewayProcess, method: str, accept: str = "*/*", **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": accept}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.request(method, f"{gateway.url}/graphql", headers=headers, **options)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_subscription_over_http_is_told_where_it_runs(
    gateway: GatewayProcess, method: str, accept: str
) -> None:
    where = {"params": {"query": FOLLOW}} if method == "GET" else {"json": {"query": FOLLOW}}

    answer = await asked(gateway, method, accept, **where)

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    for transport in ("graphql-transport-ws", "text/event-stream", "multipart/mixed"):
        assert transport in error["message"]


async def test_a_mutation_by_get_is_told_to_use_post(gateway: GatewayProcess) -> None:
    answer = await asked(gateway, "GET", params={"query": CANCEL})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "POST" in answer.json()["errors"][0]["message"]


WRONG = {
    "query is missing": {"params": {"query": ""}},
    "variables` must be an object": {"params": {"query": "{ viewer { id } }", "variables": "[1]"}},
    "JSON": {"params": {"query": "{ viewer { id } }", "variables": "[" * 5000}},
}
NOTHING_MEANT = {
    "has no operation named 'B'": {"params": {"query": "query A { viewer { id } }", "operationName": "B"}},
    "fragments alone": {"params": {"query": "fragment F on Query { viewer { id } }"}},
}


@pytest.mark.parametrize(("sentence", "options"), WRONG.items())
async def test_what_is_wrong_with_a_get_is_said(
    gateway: GatewayProcess, sentence: str, options: dict[str, Any]
) -> None:
    answer = await asked(gateway, "GET", **options)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert sentence in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(("accept", "status"), [("application/graphql-response+json", 400), ("*/*", 200)])
@pytest.mark.parametrize(("sentence", "options"), NOTHING_MEANT.items())
async def test_a_well_formed_request_with_nothing_to_run_has_the_status_of_its_media_type(
    gateway: GatewayProcess, sentence: str, options: dict[str, Any], accept: str, status: int
) -> None:
    answer = await asked(gateway, "GET", accept, **options)

    assert answer.status_code == status
    assert "data" not in answer.json()
    assert sentence in answer.json()["errors"][0]["message"]


async def test_a_number_without_end_is_no_fault_of_ours(gateway: GatewayProcess) -> None:
    query = f"{{ orders(first: {'9' * 5000}) {{ edges {{ cursor }} }} }}"

    [error] = (await asked(gateway, "POST", json={"query": query})).json()["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def subscribe(query: str, **more: object) -> str:
    return json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query, **more}})


UNREADABLE = {
    "deep": '{"type":"ping","payload":{"a":' + "[" * 60_000 + "]" * 60_000 + "}}",
    "deep and open": '{"a":' * 40_000,
    "a number without end": '{"type":"ping","payload":{"a":' + "9" * 5000 + "}}",
    "half a character": '{"type":"ping","payload":{"a":"\\ud800"}}',
    "no number": '{"type":"ping","payload":{"a":NaN}}',
}


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_frame_that_cannot_be_read_closes_with_4400(gateway: GatewayProcess, frame: str) -> None:
    async with connected(gateway.socket_url, TOKEN) as socket:
        await said(socket)
        await socket.send(frame)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(socket)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_a_token_of_half_a_character_ends_the_socket_in_order(gateway: GatewayProcess) -> None:
    async with connected(gateway.socket_url, "a\ud800.b.c") as socket:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(socket)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in {4400, 4401}


NOTHING_TO_RUN = {
    "query is missing": subscribe(""),
    "fragments alone": subscribe("fragment F on Query { viewer { id } }"),
    "no operation named 'B'": subscribe("query A { viewer { id } }", operationName="B"),
}


@pytest.mark.parametrize(("sentence", "frame"), NOTHING_TO_RUN.items())
async def test_a_message_with_nothing_to_run_is_told_so_and_the_socket_stays(
    gateway: GatewayProcess, sentence: str, frame: str
) -> None:
    async with connected(gateway.socket_url, TOKEN) as socket:
        await said(socket)
        await socket.send(frame)
        error = await said(socket)
        await socket.send(subscribe("{ viewer { id } }"))

        assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT")
        assert sentence in error["payload"][0]["message"]
        assert (await said(socket))["type"] == "next"


async def test_the_hundred_and_first_operation_of_a_socket_is_refused_alone(gateway: GatewayProcess) -> None:
    async with connected(gateway.socket_url, TOKEN) as socket:
        await said(socket)
        for place in range(101):
            await socket.send(
                json.dumps({"id": str(place), "type": "subscribe", "payload": {"query": FOLLOW}})
            )
        answers = [await said(socket) for _ in range(101)]

    [error] = [answer for answer in answers if answer["type"] == "error"]
    assert (error["id"], error["payload"][0]["extensions"]["code"]) == ("100", "BAD_USER_INPUT")
