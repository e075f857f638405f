"""A stream sends what comes, tells of its end where its form can, and leaves nothing running."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.operations import Answer, Stage
from engine.wire.connections import Connections, Ending
from engine.wire.multipart import Multipart
from engine.wire.sse import Events
from engine.wire.streams import Form, Stream
from tests.engine.feed import Desk, Feed
from tests.engine.wire.scripted import FAR, Faults, caller, data, turns

FAILED = Answer(b'{"errors":[{"message":"no"}]}', Stage.REFUSED)


class Reader:
    """The other side of a stream."""

    def __init__(
        self,
        answers: AsyncIterator[Answer],
        form: Form,
        *,
        expires_at: float = FAR,
        within: Connections | None = None,
    ) -> None:
        self.faults, self.open, self.body = Faults(), within if within is not None else Connections(), b""
        self.whole = False
        self._left = asyncio.Event()
        self.stream = Stream(
            form, answers, caller(expires_at), self.open, heartbeat_seconds=0.02, noted=self.faults
        )
        self.serving = asyncio.create_task(self.stream(self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.body += message.get("body", b"")
        self.whole = message["type"] == "http.response.body" and not message["more_body"]

    def leave(self) -> None:
        self._left.set()

    async def ended(self) -> bytes:
        async with asyncio.timeout(5):
            await self.serving
        assert len(self.open) == 0
        return self.body


class Source:
    """Answers, and whether they were closed."""

    def __init__(self, *answers: Answer, error: Exception | None = None, endless: bool = False) -> None:
        self._answers, self._error, self._endless = answers, error, endless
        self.closed = False

    async def __call__(self) -> AsyncIterator[Answer]:
        try:
            for answer in self._answers:
                yield answer
            if self._error is not None:
                raise self._error
            if self._endless:
                await asyncio.Event().wait()
        finally:
            self.closed = True


FORMS = [Events(), Multipart()]


@pytest.mark.parametrize("form", FORMS)
async def test_answers_and_their_end_are_written_in_their_form(form: Form) -> None:
    answers = (Answer(data(1), cursor="c1"), Answer(data(2)))
    reader = Reader(Source(*answers)(), form)

    body = await reader.ended()

    assert body.replace(form.heartbeat, b"") == (
        form.opening + b"".join(map(form.update, answers)) + form.closing
    ).replace(form.heartbeat, b"")
    assert reader.whole


def test_the_id_of_an_event_is_its_cursor_and_left_out_where_there_is_none() -> None:
    assert Events().update(Answer(b"{}", cursor="c1")) == b"id: c1\nevent: next\ndata: {}\n\n"
    assert Events().update(Answer(b"{}")) == b"event: next\ndata: {}\n\n"


@pytest.mark.parametrize("form", FORMS)
async def test_nothing_follows_an_answer_that_says_the_stream_failed(form: Form) -> None:
    source = Source(FAILED, Answer(data(1)))
    reader = Reader(source(), form)

    body = await reader.ended()

    assert body.endswith(form.update(FAILED) + form.closing)
    assert source.closed


async def test_nothing_is_left_of_a_stream_whose_client_leaves_before_it_begins() -> None:
    feed, desk = Feed(), Desk()
    stream = Stream(Events(), desk.follow(feed), caller(), Connections(), heartbeat_seconds=1, noted=Faults())

    async def send(_message: Any) -> None:
        raise ConnectionResetError

    assert feed.readers == 1
    await stream(asyncio.Event().wait, send)  # type: ignore[arg-type]  # nobody receives

    assert feed.readers == 0


@pytest.mark.parametrize("form", FORMS)
async def test_a_fault_is_noted_and_told_where_the_form_can(form: Form) -> None:
    reader = Reader(Source(Answer(data(1)), error=ZeroDivisionError())(), form)

    body = await reader.ended()

    assert isinstance(reader.faults.noted[0], ZeroDivisionError)
    assert (b"trace-1" in body) == isinstance(form, Multipart)
    assert b"event: complete" not in body


async def test_heartbeats_come_while_nothing_else_does() -> None:
    source = Source(endless=True)
    reader = Reader(source(), Multipart())

    await asyncio.sleep(0.15)
    reader.leave()
    body = await reader.ended()

    assert body.count(b"{}") >= 3
    assert source.closed
    assert not reader.whole


async def test_a_stream_is_ended_once_and_its_source_with_it() -> None:
    source = Source(Answer(data(1)), endless=True)
    reader = Reader(source(), Multipart())
    await turns()

    await reader.open.drain(0)
    await reader.stream.end(Ending.CHANGED)
    body = await reader.ended()

    assert Ending.RESTART.reason.encode() in body
    assert Ending.CHANGED.reason.encode() not in body
    assert source.closed


async def test_a_stream_that_opens_while_others_are_drained_is_ended_at_once() -> None:
    connections = Connections()
    await connections.drain(0)

    reader = Reader(Source(endless=True)(), Multipart(), within=connections)

    assert Ending.RESTART.reason.encode() in await reader.ended()


async def test_a_token_ends_its_stream() -> None:
    reader = Reader(Source(endless=True)(), Multipart(), expires_at=time.time() + 0.05)

    assert Ending.EXPIRED.reason.encode() in await reader.ended()
