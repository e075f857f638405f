"""Streams over HTTP: one answer after the other in one response, with heartbeats, until one of the sides ends it.

How each part is written is said by a ``Form``: server-sent events (``sse``) or Apollo's multipart (``multipart``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Protocol

from starlette.types import Receive, Send

from engine.operations import Answer, Stage
from engine.wire.connections import Caller, Connections, Ending
from engine.wire.messages import errors_body


class Form(Protocol):
    """How the parts of a stream are written."""

    content_type: bytes
    opening: bytes
    heartbeat: bytes
    closing: bytes

    def update(self, answer: Answer) -> bytes:
        """One answer."""
        ...

    def failure(self, body: bytes) -> bytes:
        """The end, for an error which is none of the operation's own; ``body`` holds it. Empty: end without a word."""
        ...


async def once(answer: Answer) -> AsyncIterator[Answer]:
    """A stream of one answer."""
    yield answer


class Stream:
    """One response that carries answers. Called once, with ASGI's ``receive`` and ``send``."""

    def __init__(
        self,
        form: Form,
        answers: AsyncIterator[Answer],
        caller: Caller[Any],
        open_streams: Connections,
        *,
        heartbeat_seconds: float,
        noted: Callable[[BaseException], str],
    ) -> None:
        self.caller: Caller[Any] | None = caller
        self._form = form
        self._answers = answers
        self._open = open_streams
        self._heartbeat_seconds = heartbeat_seconds
        self._noted = noted
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def end(self, ending: Ending) -> None:
        """End it, and say why where its form has words for that."""
        if not self._ending.done():
            self._ending.set_result(ending)

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Send until the answers end, the client leaves, or the stream is ended from this side."""
        headers = [
            (b"content-type", self._form.content_type),
            (b"cache-control", b"no-cache, no-store"),
            (b"x-accel-buffering", b"no"),  # a proxy which keeps parts back would keep them for ever
        ]
        self._open.add(self)
        expiry = self._watch_token()
        try:
            async with aclosing(self._answers):  # type: ignore[type-var]  # an iterator without aclose is none of ours
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await _send(send, self._form.opening)
                await self._run(receive, send)
        except OSError:  # the client has left
            return
        finally:
            expiry.cancel()
            self._open.discard(self)

    def _watch_token(self) -> asyncio.TimerHandle:
        assert self.caller is not None  # noqa: S101 - a stream begins with its caller
        delay = max(0.0, self.caller.expires_at - time.time())
        return asyncio.get_running_loop().call_later(delay, self._expire)

    def _expire(self) -> None:
        if not self._ending.done():
            self._ending.set_result(Ending.EXPIRED)

    async def _run(self, receive: Receive, send: Send) -> None:
        left = asyncio.ensure_future(_gone(receive))
        pump = asyncio.ensure_future(self._pump(send))
        try:
            while not await _any_done(left, pump, self._ending, seconds=self._heartbeat_seconds):
                await _send(send, self._form.heartbeat)
            if not left.done():
                pump.cancel()  # if it has ended, nothing happens
                await asyncio.wait([pump])
                await send({"type": "http.response.body", "body": self._last_words(pump), "more_body": False})
        finally:
            left.cancel()
            pump.cancel()
            await asyncio.gather(left, pump, return_exceptions=True)

    def _last_words(self, pump: asyncio.Future[None]) -> bytes:
        """What is written last: the answers have ended, something went wrong here, or the stream is ended."""
        if pump.cancelled():
            ending = self._ending.result()
            return self._form.failure(errors_body(ending.reason, ending.code))
        if (error := pump.exception()) is not None:
            text = f"something went wrong here; traceId {self._noted(error)}"
            return self._form.failure(errors_body(text, "INTERNAL_SERVER_ERROR"))
        return self._form.closing

    async def _pump(self, send: Send) -> None:
        async for answer in self._answers:
            await _send(send, self._form.update(answer))
            if answer.stage is not Stage.EXECUTED:
                return


async def _gone(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _any_done(*futures: asyncio.Future[Any], seconds: float) -> bool:
    done, _ = await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
