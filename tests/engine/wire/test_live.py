"""A subscription that has caught up: whole frames to the wire, back-pressure, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from engine.operations import Answer, Request
from engine.wire.frames import SharedFrames, start_of
from tests.engine.feed import Desk, Feed
from tests.engine.wire.scripted import Peer, Scripted, turns


class Sharing(Scripted):
    """An executor whose subscriptions follow one feed."""

    def __init__(self) -> None:
        super().__init__()
        self.feed = Feed()
        self.desk = Desk()

    async def subscribe(self, _request: Request, new_context: Callable[[], str]) -> Any:
        self.contexts.append(new_context())
        return self.desk.follow(self.feed)


class Wire:
    """What a server writes without waiting; while it is paused, nothing."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.paused = False

    def write(self, frame: bytes) -> bool:
        if not self.paused:
            self.frames.append(frame)
        return not self.paused

    @property
    def told(self) -> list[Any]:
        return [orjson.loads(frame[2:]) for frame in self.frames]


@pytest.fixture
async def executor() -> Sharing:
    return Sharing()


async def test_what_was_missed_is_sent_and_what_is_live_is_written(executor: Sharing) -> None:
    wire = Wire()
    peer = await Peer(executor, write_frame=wire.write).admitted()
    executor.feed.append()

    peer.subscribe('"1"', "subscription")
    first = await peer.told()
    await turns()
    executor.feed.append()
    await turns()

    assert first == {"id": '"1"', "type": "next", "payload": 1}
    assert wire.told == [{"id": '"1"', "type": "next", "payload": 2}]
    await peer.leave()


async def test_a_client_that_is_behind_is_sent_the_rest_when_it_can_take_it(executor: Sharing) -> None:
    wire = Wire()
    peer = await Peer(executor, write_frame=wire.write).admitted()
    peer.subscribe("1", "subscription")
    await turns()

    wire.paused = True
    executor.feed.append()
    assert (await peer.told())["payload"] == 1  # through the server's own send, which waits
    wire.paused = False
    await turns()
    executor.feed.append()
    await turns()

    assert [one["payload"] for one in wire.told] == [2]
    await peer.leave()


@pytest.mark.parametrize("end", ["complete", "leave", "drain"])
async def test_nothing_is_left_of_a_live_subscription_that_ends(executor: Sharing, end: str) -> None:
    wire = Wire()
    peer = await Peer(executor, write_frame=wire.write).admitted()
    peer.subscribe("1", "subscription")
    await turns()
    assert len(executor.desk.channels) == 1

    if end == "complete":
        peer.say(type="complete", id="1")
    elif end == "leave":
        await peer.leave()
    else:
        await peer.sockets.connections.drain(0)
    await turns()
    executor.feed.append()
    await turns()

    assert (len(executor.desk.channels), executor.feed.readers, wire.frames) == (0, 0, [])
    await peer.leave()


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("end", ["complete", "leave"])
async def test_nothing_is_left_of_one_that_ends_at_any_step_of_its_way_back(
    executor: Sharing, end: str, steps: int
) -> None:
    wire = Wire()
    peer = await Peer(executor, write_frame=wire.write).admitted()
    peer.subscribe("1", "subscription")
    await turns()

    wire.paused = True
    executor.feed.append()
    await turns(steps)
    if end == "complete":
        peer.say(type="complete", id="1")
    else:
        await peer.leave()
    await turns(20)

    assert (len(executor.desk.channels), executor.feed.readers) == (0, 0)
    await peer.leave()


async def test_an_id_that_is_live_is_in_use_until_it_is_completed(executor: Sharing) -> None:
    peer = await Peer(executor, write_frame=Wire().write).admitted()
    peer.subscribe("1", "subscription")
    await turns()

    peer.say(type="complete", id="1")
    peer.subscribe("1", "subscription")
    await turns()
    peer.subscribe("1", "subscription")

    assert (await peer.sent())["code"] == 4409


async def test_a_fault_of_a_live_subscription_ends_it_with_an_error(executor: Sharing) -> None:
    peer = await Peer(executor, write_frame=Wire().write).admitted()
    peer.subscribe("1", "subscription")
    await turns()

    executor.desk.broken = {1}
    executor.feed.append()

    assert (await peer.sent())["type"] == "websocket.send"
    assert len(executor.desk.channels) == 0
    await peer.leave()


@pytest.mark.parametrize("size", [0, 50, 70, 200, 70_000])
def test_a_frame_says_its_length_in_the_shortest_form(size: int) -> None:
    body = orjson.dumps("x" * size)

    frame = SharedFrames().next_frame(start_of("1"), Answer(body))

    text = b'{"id":"1","type":"next","payload":%b}' % body
    head = frame[: -len(text)]
    assert frame.endswith(text)
    assert head[0] == 0x81
    assert {2: head[1], 4: int.from_bytes(head[2:4]), 10: int.from_bytes(head[2:10])}[len(head)] == len(text)
    assert len(head) == (2 if len(text) < 126 else 4 if len(text) < 65_536 else 10)


def test_frames_of_several_ids_and_answers_are_never_mixed_up() -> None:
    shared, answers = SharedFrames(), [Answer(b"1"), Answer(b"2")]

    made = [
        (id_, answer, shared.next_frame(start_of(id_), answer))
        for answer in answers
        for id_ in ("a", "a", "b")
    ]

    for id_, answer, frame in made:
        message = {"id": id_, "type": "next", "payload": orjson.loads(answer.body)}
        assert orjson.loads(frame[2:]) == message
