"""The protocol graphql-transport-ws, and no other, on ASGI websockets.

Close codes: 4400 a frame that the protocol does not know, 4401 not admitted, 4403 the token expired or its bearer
changed, 4406 another subprotocol, 4408 no ``connection_init`` in time, 4409 an id that is in use, 4429 a second
``connection_init``, 1011 a fault (its traceId is in the reason), 1012 the gateway stops, 1013 it cannot serve now.

An operation that cannot run ends itself with an ``error`` message, and never its socket. A mutation whose client does
not wait for it runs to its end, and nobody is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar

from starlette.types import Receive, Scope, Send

from engine.operations import Answer, Executor, Stage
from engine.updates import Updates
from engine.wire import closing, frames
from engine.wire.closing import ClosingError
from engine.wire.connections import Caller, Connections, Ending
from engine.wire.live import Live, Running, Write
from engine.wire.messages import Parameters, RequestError, errors_body, read_message, read_parameters
from engine.wire.persisted import DocumentError, Documents

PROTOCOL: Final = "graphql-transport-ws"

Context = TypeVar("Context")


@dataclass(frozen=True)
class Sockets(Generic[Context]):
    """The transport, and the open sockets of this process.

    Args:
        executor: Executes what the sockets are asked.
        documents: Finds the documents that they mean.
        admit: Who it is, by the payload of ``connection_init``. Raises ClosingError.
        noted: Keeps a fault and gives the id under which it is found.
        init_seconds: How long a socket may wait with ``connection_init``.
        max_operations: Of one socket at one time.
        max_sockets: Of this process; one more is asked to come back later.
    """

    executor: Executor[Context]
    documents: Documents
    admit: Callable[[Mapping[str, Any]], Awaitable[Caller[Context]]]
    noted: Callable[[BaseException], str]
    init_seconds: float = 4.0
    max_operations: int = 100
    max_sockets: int = 10_000
    connections: Connections = field(default_factory=Connections)
    kept: set[asyncio.Task[None]] = field(default_factory=set)
    """What runs to its end, whatever becomes of its socket."""
    frames: frames.SharedFrames = field(default_factory=frames.SharedFrames)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Let it run to its end."""
        self.kept.add(task)
        task.add_done_callback(self.kept.discard)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        await receive()  # websocket.connect
        spoken = PROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken else None})
        socket = Socket(self, send, scope.get("extensions", {}).get(frames.WRITE_FRAME))
        if not spoken:
            await socket.close(closing.OTHER_PROTOCOL, f"Subprotocol not acceptable: {PROTOCOL} is")
        elif len(self.connections) >= self.max_sockets:
            await socket.close(
                closing.TRY_AGAIN_LATER, "Too many sockets are open here: come back a little later"
            )
        else:
            await socket.serve(receive)


class Socket(Generic[Context]):
    """One socket. There may be ten thousand, so it holds no more than it needs."""

    __slots__ = (
        "__weakref__", "_closed", "_of", "_operations", "_send", "_timer", "_unheard", "_write", "caller",
    )  # fmt: skip

    def __init__(self, of: Sockets[Context], send: Send, write: Write | None = None) -> None:
        self.caller: Caller[Context] | None = None
        self._of = of
        self._send = send
        self._write = write
        self._operations: dict[str, Running] = {}
        self._unheard = 0  # mutations that run on though their client does not wait for them
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    async def serve(self, receive: Receive) -> None:
        """Take messages until the socket closes."""
        self._of.connections.add(self)
        self._set_timer(self._of.init_seconds)
        try:
            while (event := await receive())["type"] != "websocket.disconnect" and not self._closed:
                await self._take(event)
        except RequestError as error:
            await self.close(closing.BAD_FRAME, str(error))
        except ClosingError as error:
            await self.close(error.code, str(error))
        except OSError:  # the client has left
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the socket ends with a word
            await self.close(closing.FAULT, f"Something went wrong here; traceId {self._of.noted(error)}")
        finally:
            self._of.connections.discard(self)
            self._stop()

    async def end(self, ending: Ending) -> None:
        """Close it from this side."""
        await self.close(ending.close_code, ending.reason)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; one that is closed already stays so."""
        if self._closed:
            return
        self._stop()
        with suppress(RuntimeError, OSError):  # the client was faster
            await self._send({"type": "websocket.close", "code": code, "reason": closing.fitting(reason)})

    def _stop(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for id_ in list(self._operations):
            self._complete(id_)

    def _set_timer(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._on_time)

    def _on_time(self) -> None:
        """Too late: ``connection_init`` has not come, or the token has expired."""
        if self.caller is None:
            ending = self.close(closing.INIT_TIMEOUT, "Connection initialisation timeout")
        else:
            ending = self.end(Ending.EXPIRED)
        self._of.keep(asyncio.ensure_future(ending))

    async def _take(self, event: Mapping[str, Any]) -> None:
        """One message. Raises RequestError, ClosingError."""
        message = read_message(event.get("text"))
        match message["type"]:
            case "connection_init":
                await self._init(message.get("payload") or {})
            case "ping":
                await self._say(frames.pong_frame(message.get("payload")))
            case "subscribe":
                await self._subscribe(message["id"], message.get("payload"))
            case "complete":
                self._complete(message["id"])

    async def _init(self, payload: Mapping[str, Any]) -> None:
        if self.caller is not None:
            raise ClosingError(closing.ALREADY_INITIALISED, "Too many initialisation requests")
        if self._timer is not None:
            self._timer.cancel()
        self.caller = await self._of.admit(payload)
        if not self._closed:
            self._set_timer(self.caller.expires_at - time.time())
            await self._say(frames.ACK)

    async def _subscribe(self, id_: str, payload: object) -> None:
        if self.caller is None:
            raise ClosingError(closing.UNAUTHORIZED, "Unauthorized: send connection_init first")
        parameters = read_parameters(payload, "The payload of subscribe")
        if id_ in self._operations:
            raise ClosingError(closing.ID_IN_USE, f"Subscriber for {id_} already exists")
        running = len(self._operations) + self._unheard
        if running >= self._of.max_operations:
            text = f"{running} operations run on this socket; complete one, or open another socket"
            await self._say(frames.error_frame(id_, errors_body(text)))
            return
        self._start(id_, partial(self._run, id_, parameters, self.caller))

    def catch_up(self, id_: str, updates: Updates) -> None:
        """Go on with a subscription whose client is behind."""
        if self._closed:
            updates.close()
        else:
            task = self._start(id_, partial(self._follow, id_, updates))
            # a task that is given up before its first step cannot close anything
            task.add_done_callback(lambda done: updates.close() if done.cancelled() else None)

    def _start(self, id_: str, operation: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._guarded(id_, operation))
        self._operations[id_] = task
        return task

    def _complete(self, id_: str) -> None:
        """The client does not wait for an operation, or no longer; what it does not know of is ignored."""
        running = self._operations.pop(id_, None)
        if isinstance(running, asyncio.Task) and running in self._of.kept:
            self._unheard += 1
            running.add_done_callback(self._ended_unheard)
        elif running is not None:
            running.cancel()

    def _ended_unheard(self, _task: asyncio.Task[None]) -> None:
        self._unheard -= 1

    async def _guarded(self, id_: str, operation: Callable[[], Awaitable[None]]) -> None:
        """An operation that ends itself, whatever happens, and never its socket."""
        try:
            await operation()
        except DocumentError as error:
            await self._finish(id_, frames.error_frame(id_, errors_body(str(error), error.code)))
        except OSError:  # the client has left
            return
        except Exception as error:  # noqa: BLE001 - as the docstring says
            text = f"something went wrong here; traceId {self._of.noted(error)}"
            await self._finish(id_, frames.error_frame(id_, errors_body(text, "INTERNAL_SERVER_ERROR")))
        finally:
            if self._mine(id_):
                del self._operations[id_]

    async def _run(self, id_: str, parameters: Parameters, caller: Caller[Context]) -> None:
        """One operation, from its message to its last frame. What changes something runs to its end."""
        running = asyncio.current_task()
        assert running is not None  # noqa: S101 - this is a task
        request = self._of.documents.request(parameters)
        match self._of.executor.operation_type(request):
            case "subscription":
                found = await self._of.executor.subscribe(request, caller.new_context)
            case "mutation":
                self._of.keep(running)
                found = await self._of.executor.execute(request, caller.new_context())
            case _:
                found = await self._of.executor.execute(request, caller.new_context())
        if isinstance(found, Answer):
            await self._result(id_, found)
        else:
            await self._follow(id_, found)

    async def _result(self, id_: str, answer: Answer) -> None:
        if answer.stage is not Stage.EXECUTED:
            await self._finish(id_, frames.error_frame(id_, answer.body))
        elif self._mine(id_):
            await self._say(frames.next_frame(id_, answer))
            await self._finish(id_, frames.complete_frame(id_))

    async def _follow(self, id_: str, answers: AsyncIterator[Answer]) -> None:
        """Send one answer after the other."""
        if isinstance(answers, Updates) and self._write is not None:
            await self._catch_up(id_, answers, self._write)
            return
        async with aclosing(answers) as updates:  # type: ignore[type-var]  # what an executor gives has aclose
            async for answer in updates:
                if not await self._update(id_, answer):
                    return
                del answer  # or it is held until the next one comes
        await self._finish(id_, frames.complete_frame(id_))

    async def _catch_up(self, id_: str, updates: Updates, write: Write) -> None:
        """Send what was missed. From there on the subscription goes on without a task."""
        live: Live | None = None
        try:
            while (answer := await updates.missed()) is not None:
                if not await self._update(id_, answer):
                    return
            if self._mine(id_):
                self._operations[id_] = live = Live(self, id_, updates, write, self._of.frames)
                updates.join(live.take, live.lost)
        finally:
            if live is None:
                updates.close()

    async def _update(self, id_: str, answer: Answer) -> bool:
        """Send one answer of several; false when it was the last."""
        if answer.stage is not Stage.EXECUTED:
            await self._finish(id_, frames.error_frame(id_, answer.body))
            return False
        await self._say(frames.next_frame(id_, answer))
        return True

    async def _finish(self, id_: str, frame: str) -> None:
        """The last frame of an operation; its id is free before the client reads that."""
        if self._mine(id_):
            del self._operations[id_]
            await self._say(frame)

    def _mine(self, id_: str) -> bool:
        """Whether the client still waits for the operation that runs in this task."""
        return self._operations.get(id_) is asyncio.current_task()

    async def _say(self, frame: str) -> None:
        if not self._closed:
            await self._send({"type": "websocket.send", "text": frame})
