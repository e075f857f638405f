"""Persisted documents over HTTP and sockets: known ones, taught ones, and known ones alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.protocol.conftest import TOKEN, running, sold
from tests.wire.feeds import connected, said
from tests.wire.processes import GatewayProcess

KNOWN = "query Known { viewer { role } }"
OTHER = "{ viewer { id } }"
ROLE = {"data": {"viewer": {"role": "DISPATCHER"}}}
FOLLOW = "subscription Follow { updates { kind } }"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def automatic(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha(text)}}


@pytest.fixture(scope="module", params=["on", "enforced", "off"])
def mode(request: pytest.FixtureRequest) -> str:
    """What is done with persisted documents."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def gateway(mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway in that mode, with two documents in two files."""
    folder: Path = tmp_path_factory.mktemp("persisted")
    (folder / "known").mkdir()
    (folder / "known" / "role.graphql").write_text(KNOWN)
    (folder / "known" / "relay.json").write_text(json.dumps({"abc123": FOLLOW}))
    environment = {
        "ONEVISIT_PERSISTED_DOCUMENTS": mode,
        "ONEVISIT_KNOWN_DOCUMENTS": str(folder / "known"),
    }
    started = GatewayProcess(f"sqlite:///{folder / 'o.db'}", environment=environment).start(folder)
    yield started
    started.stop()
    assert "Traceback" not in started.log.read_text()


def asked(gateway: GatewayProcess, method: str = "POST", **request: Any) -> tuple[int, Any]:
    """The status and the body."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/graphql-response+json"}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in request.items()}
    where: dict[str, Any] = {"json": request} if method == "POST" else {"params": texts}
    answer = httpx.request(method, f"{gateway.url}/graphql", headers=headers, trust_env=False, **where)
    return answer.status_code, answer.json()


def code(answer: tuple[int, Any]) -> str:
    """The code of an answer that was refused."""
    assert answer[0] == 400
    found: str = answer[1]["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("identifier", ["role", f"sha256:{sha(KNOWN)}"])
def test_a_known_document_is_run_by_its_name_and_by_its_hash(
    gateway: GatewayProcess, mode: str, method: str, identifier: str
) -> None:
    answer = asked(gateway, method, documentId=identifier)

    if mode == "off":
        assert code(answer) == "BAD_USER_INPUT"
    else:
        assert answer == (200, ROLE)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_known_document_is_run_by_the_hash_that_apollo_sends(
    gateway: GatewayProcess, mode: str, method: str
) -> None:
    answer = asked(gateway, method, extensions=automatic(KNOWN))

    if mode == "off":
        assert code(answer) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert answer[1]["errors"][0]["message"] == "PersistedQueryNotSupported"
    else:
        assert answer == (200, ROLE)


@pytest.mark.parametrize("mode", ["on", "enforced"], indirect=True)
def test_an_unknown_document_is_told_apart_from_a_wrong_request(gateway: GatewayProcess) -> None:
    found = asked(gateway, extensions=automatic("{ __typename }"))

    assert (code(found), found[1]["errors"][0]["message"]) == (
        "PERSISTED_QUERY_NOT_FOUND",
        "PersistedQueryNotFound",
    )
    assert code(asked(gateway, documentId="nowhere")) == "PERSISTED_DOCUMENT_NOT_FOUND"


def test_a_document_is_taught_once_unless_only_known_ones_are_run(gateway: GatewayProcess, mode: str) -> None:
    taught = asked(gateway, query=OTHER, extensions=automatic(OTHER))
    named = asked(gateway, extensions=automatic(OTHER))

    if mode == "on":
        assert (taught[0], named[0]) == (200, 200)
        assert asked(gateway, documentId=f"sha256:{sha(OTHER)}")[0] == 200
    elif mode == "off":
        assert (taught[0], code(named)) == (200, "PERSISTED_QUERY_NOT_SUPPORTED")
    else:
        assert (code(taught), code(named)) == ("PERSISTED_DOCUMENT_REQUIRED", "PERSISTED_QUERY_NOT_FOUND")


def test_a_document_sent_as_text_is_run_unless_only_known_ones_are(
    gateway: GatewayProcess, mode: str
) -> None:
    answer = asked(gateway, query=OTHER)

    if mode == "enforced":
        assert code(answer) == "PERSISTED_DOCUMENT_REQUIRED"
    else:
        assert answer[0] == 200
    assert asked(gateway, query=KNOWN) == (200, ROLE)


@pytest.mark.parametrize("mode", ["on", "enforced"], indirect=True)
def test_a_hash_of_another_document_teaches_nothing(gateway: GatewayProcess) -> None:
    text = "{ viewer { role id } }"
    for wrong in (automatic(KNOWN), {"persistedQuery": {"version": 1, "sha256Hash": sha(text).upper()}}):
        assert code(asked(gateway, query=text, extensions=wrong)) == "BAD_USER_INPUT"
    assert code(asked(gateway, query=text, extensions={"persistedQuery": {"version": 2}})) == "BAD_USER_INPUT"
    assert code(asked(gateway, extensions=automatic(text))) == "PERSISTED_QUERY_NOT_FOUND"
    assert asked(gateway, extensions=automatic(KNOWN)) == (200, ROLE)


@pytest.mark.parametrize("mode", ["on"], indirect=True)
def test_a_known_mutation_is_not_run_by_get(gateway: GatewayProcess) -> None:
    text = 'mutation { cancelOrder(input: {number: "a", reason: "b"}) { __typename } }'
    status, _ = asked(gateway, "GET", query=text, extensions=automatic(text))

    assert status == 405


async def test_a_socket_takes_identifiers_as_well(gateway: GatewayProcess, mode: str) -> None:
    async with connected(gateway.socket_url, TOKEN) as socket:
        await said(socket)
        for id_, payload in {
            "named": {"documentId": "role"},
            "hashed": {"extensions": automatic(KNOWN)},
            "unknown": {"documentId": "nowhere"},
            "follow": {"documentId": "abc123"},
        }.items():
            await socket.send(json.dumps({"id": id_, "type": "subscribe", "payload": payload}))
        found: dict[str, str] = {}
        while set(found) != {"named", "hashed", "unknown", "follow"}:
            message = await said(socket)
            found.setdefault(message["id"], message["type"])

    runs = "error" if mode == "off" else "next"
    assert found == {"named": runs, "hashed": runs, "unknown": "error", "follow": runs}


@pytest.mark.parametrize("mode", ["on"], indirect=True)
async def test_relay_follows_asks_and_names_a_document(gateway: GatewayProcess) -> None:
    async with running(gateway, "relay", KNOWN_DOCUMENT="role") as script:
        await script.says("update")
        number = await sold(gateway)

        assert (await script.acknowledged())["group"]["key"] == number
        assert "nothing" in (await script.says("errors"))[0]["message"]
        assert (await script.says("answer")) == ROLE
        assert (await script.says("known")) == ROLE
        assert await script.ended() == 0
