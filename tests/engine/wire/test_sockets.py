"""A socket carries its operations, ends each for itself, and holds nothing when it is gone."""

from __future__ import annotations

import asyncio
import time

import pytest

from engine.operations import Answer, Request, Stage
from engine.wire.connections import Ending
from tests.engine.wire.scripted import Peer, Scripted, data, turns


@pytest.fixture
async def executor() -> Scripted:
    return Scripted()


async def test_an_answer_and_a_complete_carry_the_id(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    executor.gate.set()

    peer.subscribe('an "id"', "query")

    assert await peer.told() == {"id": 'an "id"', "type": "next", "payload": {"data": "query"}}
    assert await peer.told() == {"id": 'an "id"', "type": "complete"}
    await peer.leave()


async def test_an_id_is_free_before_its_client_reads_the_end(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    executor.gate.set()

    peer.on_complete = lambda: peer.subscribe("1", "subscription")
    peer.subscribe("1", "query")
    assert [(await peer.told())["type"] for _ in range(2)] == ["next", "complete"]
    executor.updates.put_nowait(Answer(data(1)))

    assert (await peer.told())["type"] == "next"
    await peer.leave()


async def test_all_that_a_client_asks_reaches_the_executor(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    executor.gate.set()

    peer.subscribe("1", "query", variables={"a": 1}, operationName="A", extensions={"b": 2})
    await peer.told()

    assert executor.requests == [Request("query", {"a": 1}, "A", {"b": 2})]
    assert executor.contexts == ["context"]
    await peer.leave()


async def test_updates_are_sent_as_they_come_and_the_end_as_complete(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    peer.subscribe("1", "subscription")

    executor.updates.put_nowait(Answer(data(1)))
    executor.updates.put_nowait(Answer(data(2)))
    executor.updates.put_nowait(None)

    assert [(await peer.told())["payload"]["data"] for _ in range(2)] == [1, 2]
    assert await peer.told() == {"id": "1", "type": "complete"}
    await peer.leave()


@pytest.mark.parametrize("end", ["complete", "leave", "drain"])
async def test_a_subscription_is_closed_when_nobody_follows_it(executor: Scripted, end: str) -> None:
    peer = await Peer(executor).admitted()
    peer.subscribe("1", "subscription")
    await turns()

    if end == "complete":
        peer.say(type="complete", id="1")
    elif end == "leave":
        await peer.leave()
    else:
        await peer.sockets.connections.drain(0)
    await turns()

    assert executor.done == ["subscription"]
    assert len(peer.sockets.connections) == (0 if end == "leave" else 1)
    await peer.leave()


@pytest.mark.parametrize("end", ["complete", "leave"])
@pytest.mark.parametrize(("kind", "done"), [("mutation", ["mutation"]), ("query", [])])
async def test_a_mutation_runs_to_its_end_and_a_query_does_not(
    executor: Scripted, end: str, kind: str, done: list[str]
) -> None:
    peer = await Peer(executor).admitted()
    peer.subscribe("1", kind)
    await turns()

    if end == "complete":
        peer.say(type="complete", id="1")
    else:
        await peer.leave()
    await turns()
    executor.gate.set()
    await turns()

    assert executor.done == done
    assert peer.silent
    assert not peer.sockets.kept
    await peer.leave()


async def test_a_mutation_that_runs_on_counts_among_the_operations_of_its_socket(executor: Scripted) -> None:
    peer = await Peer(executor, max_operations=2).admitted()
    for _ in range(3):
        peer.subscribe("1", "mutation")
        await turns()
        peer.say(type="complete", id="1")
        await turns()

    refused = await peer.told()
    assert "2 operations run" in refused["payload"][0]["message"]
    executor.gate.set()
    await turns()
    peer.subscribe("1", "mutation")
    assert (await peer.told())["type"] == "next"
    await peer.leave()


async def test_what_an_executor_raises_ends_the_operation_alone_and_is_noted(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()

    peer.subscribe("1", "raise")
    error = await peer.told()
    peer.subscribe("1", "subscription")
    executor.updates.put_nowait(Answer(data(1)))

    assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL_SERVER_ERROR")
    assert "trace-1" in error["payload"][0]["message"]
    assert isinstance(peer.faults.noted[0], ZeroDivisionError)
    assert (await peer.told())["type"] == "next"
    await peer.leave()


async def test_a_subscription_that_fails_on_its_way_ends_with_an_error(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    peer.subscribe("1", "subscription")

    executor.updates.put_nowait(Answer(data(1)))
    executor.updates.put_nowait(Answer(b'{"errors":[{"message":"no"}]}', Stage.REFUSED))

    assert (await peer.told())["type"] == "next"
    assert await peer.told() == {"id": "1", "type": "error", "payload": [{"message": "no"}]}
    await turns()
    assert peer.silent
    assert executor.done == ["subscription"]
    await peer.leave()


async def test_a_token_closes_its_socket_when_it_expires(executor: Scripted) -> None:
    peer = await Peer(executor, expires_at=time.time() + 0.05).admitted()

    closed = await peer.sent()

    assert (closed["code"], closed["reason"]) == (4403, Ending.EXPIRED.reason)
    await peer.leave()


async def test_a_socket_is_asked_to_come_back_once(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()

    await peer.sockets.connections.end_where(lambda identity: identity == "somebody else", Ending.CHANGED)
    assert peer.silent
    await peer.sockets.connections.end_where(lambda identity: identity == "who", Ending.CHANGED)
    await peer.sockets.connections.drain(0)

    assert (await peer.sent())["code"] == 4403
    assert peer.silent
    await peer.leave()


async def test_what_cannot_be_sent_to_a_peer_that_left_disturbs_nobody(executor: Scripted) -> None:
    peer = await Peer(executor).admitted()
    peer.subscribe("1", "subscription")
    await turns()
    socket = next(iter(peer.sockets.connections._open))  # noqa: SLF001 - the one which is open

    async def gone(_message: object) -> None:
        raise ConnectionResetError

    socket._send = gone  # type: ignore[attr-defined]  # noqa: SLF001 - as a server does for a peer that left
    executor.updates.put_nowait(Answer(data(1)))
    await turns()
    await peer.leave()

    assert peer.faults.noted == []
    assert executor.done == ["subscription"]


async def test_a_drain_is_spread_over_its_seconds(executor: Scripted) -> None:
    peers = [await Peer(executor).admitted() for _ in range(5)]
    together = peers[0].sockets.connections
    for peer in peers[1:]:
        for one in peer.sockets.connections._open:  # noqa: SLF001 - the sockets of one process
            together.add(one)

    started = time.monotonic()
    await together.drain(0.2)

    assert 0.15 < time.monotonic() - started < 2
    assert [(await peer.sent())["code"] for peer in peers] == [1012] * 5
    await asyncio.gather(*(peer.leave() for peer in peers))
