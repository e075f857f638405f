"""An executor that answers by the document's first word, and an ASGI peer spoken to by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from engine.operations import Answer, Request, Stage
from engine.wire.connections import Caller
from engine.wire.frames import WRITE_FRAME
from engine.wire.live import Write
from engine.wire.persisted import Documents
from engine.wire.sockets import PROTOCOL, Sockets

FAR = 4e9
"""An instant in 2096, in seconds since the epoch."""


def data(value: Any) -> bytes:
    return json.dumps({"data": value}, separators=(",", ":")).encode()


class Scripted:
    """``mutation`` and ``query`` wait for their gate; ``subscription`` gives what is put into it; ``raise`` raises."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.updates: asyncio.Queue[Answer | None] = asyncio.Queue()
        self.requests: list[Request] = []
        self.contexts: list[str] = []
        self.done: list[str] = []
        self.cancelled: list[str] = []

    def operation_type(self, request: Request) -> str | None:
        self.requests.append(request)
        return request.document.split()[0] if request.document else None

    async def execute(self, request: Request, context: str) -> Answer:
        self.contexts.append(context)
        if request.document == "raise":
            raise ZeroDivisionError
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(request.document)
            raise
        self.done.append(request.document)
        return Answer(data(request.document))

    async def subscribe(
        self, request: Request, new_context: Callable[[], str]
    ) -> Answer | AsyncIterator[Answer]:
        self.contexts.append(new_context())
        if request.document == "subscription refused":
            return Answer(b'{"errors":[{"message":"no"}]}', Stage.REFUSED)
        return self._updates()

    async def _updates(self) -> AsyncIterator[Answer]:
        try:
            while (update := await self.updates.get()) is not None:
                yield update
        finally:
            self.done.append("subscription")


class Faults:
    """Keeps what was noted."""

    def __init__(self) -> None:
        self.noted: list[BaseException] = []

    def __call__(self, error: BaseException) -> str:
        self.noted.append(error)
        return f"trace-{len(self.noted)}"


def caller(expires_at: float = FAR) -> Caller[str]:
    return Caller(lambda: "context", expires_at, identity="who")


class Peer:
    """A socket's other side. Everything that is sent to it is kept."""

    def __init__(
        self, executor: Scripted, *, expires_at: float = FAR, write_frame: Write | None = None, **options: Any
    ) -> None:
        self.faults = Faults()

        async def admit(_payload: Any) -> Caller[str]:
            return caller(expires_at)

        self.sockets = Sockets[str](executor, Documents(), admit, self.faults, **options)
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        extensions = {} if write_frame is None else {WRITE_FRAME: write_frame}
        scope = {"type": "websocket", "subprotocols": [PROTOCOL], "extensions": extensions}
        self.on_complete: Callable[[], None] | None = None
        self.serving = asyncio.create_task(self.sockets.serve(scope, self._inbox.get, self._send))

    async def _send(self, message: Any) -> None:
        self._outbox.put_nowait(message)
        if self.on_complete is not None and '"type":"complete"' in message.get("text", ""):
            self.on_complete()
            self.on_complete = None
            await turns()  # as long as a client needs to answer

    async def admitted(self) -> Peer:
        """After ``connection_init``."""
        self.say(type="connection_init")
        assert (await self.sent())["type"] == "websocket.accept"
        assert await self.told() == {"type": "connection_ack"}
        return self

    def say(self, **message: Any) -> None:
        self._inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def subscribe(self, id_: str, document: str, **more: Any) -> None:
        self.say(type="subscribe", id=id_, payload={"query": document, **more})

    async def leave(self) -> None:
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.serving

    async def sent(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self._outbox.get()

    async def told(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads((await self.sent())["text"])
        return message

    @property
    def silent(self) -> bool:
        return self._outbox.empty()


async def turns(count: int = 10) -> None:
    """Let everything run that can run."""
    for _ in range(count):
        await asyncio.sleep(0)
