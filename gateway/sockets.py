"""graphql-transport-ws, to the letter where strawberry's handler is not: authorisation, close codes, bad frames.

Close codes: 4400 a frame that the protocol does not know, 4401 no valid token, 4403 the token expired while the
socket was open (come back with a fresh one), 4408 no ``connection_init`` in time, 4409 an id that is in use,
4429 a second ``connection_init``, 1011 a fault (its traceId is in the reason), 1012 the gateway stops (come back),
1013 the database does not answer (come back).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from domain.access import Actor
from domain.world import World
from gateway.auth import Claims, UnauthenticatedError, actor_of, bearer
from gateway.faults import UnavailableError, noted

BAD_FRAME = 4400
UNAUTHORIZED = 4401
EXPIRED = 4403
ALREADY_INITIALISED = 4429
FAULT = 1011
RESTART = 1012
TRY_AGAIN_LATER = 1013
LONGEST_REASON = 123
"""Bytes that fit in a close frame."""


class SocketContext:
    """The context of a socket: who it is, once ``connection_init`` has said so. Each operation gets its own of it."""

    def __init__(self, new_context: Callable[[Actor], Any]) -> None:
        self._new_context = new_context
        self.actor: Actor | None = None

    def fresh(self) -> Any:
        """The context of one operation of this caller."""
        if self.actor is None:
            raise UnauthenticatedError("send connection_init first")
        return self._new_context(self.actor)


class Sockets:
    """The open sockets of this process, so that a stop can close them one after the other."""

    def __init__(self) -> None:
        self._open: set[TransportHandler] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, handler: TransportHandler) -> None:
        """A socket was opened."""
        self._open.add(handler)

    def discard(self, handler: TransportHandler) -> None:
        """A socket is gone."""
        self._open.discard(handler)

    async def recheck(self, world: World) -> None:
        """Send away every socket whose caller is not what it was: disabled, or in another crew."""
        for handler in list(self._open):
            if not handler.still_in(world):
                await handler.close(EXPIRED, "What you may do has changed: come back")

    async def drain(self, seconds: float) -> None:
        """Close every socket with 1012, spread over some seconds so that clients do not come back all at once."""
        handlers = list(self._open)
        random.shuffle(handlers)
        pause = seconds / len(handlers) if handlers else 0
        closing = []
        for handler in handlers:
            closing.append(asyncio.create_task(handler.close(RESTART, "The gateway restarts: come back")))
            await asyncio.sleep(pause)
        if closing:
            await asyncio.wait(closing, timeout=2)


class TransportHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    """One socket."""

    expiry: asyncio.Task[None] | None = None
    claims: Claims | None = None

    async def handle(self) -> None:
        """Serve the socket until it closes."""
        self.view.sockets.add(self)  # type: ignore[attr-defined]  # the view is gateway.endpoint.Endpoint
        try:
            await super().handle()
        except Exception as error:  # noqa: BLE001 - whatever it is, the socket ends with a word
            await self.close(FAULT, f"Something went wrong here; traceId {noted(error)}")
        finally:
            self.view.sockets.discard(self)  # type: ignore[attr-defined]  # as above
            if self.expiry is not None:
                self.expiry.cancel()

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; one that is closed already stays so."""
        try:
            fitting = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
            await self.websocket.close(code=code, reason=fitting)
        except (RuntimeError, OSError):
            return

    async def handle_message(self, message: Any) -> None:
        """Refuse what is no message of the protocol before anything looks into it."""
        problem = bad_frame(message)
        if problem is not None:
            await self.close(BAD_FRAME, problem)
            return
        if message["type"] == "ping":
            answer = {"type": "pong"} | ({"payload": message["payload"]} if message.get("payload") else {})
            await self.send_message(answer)  # type: ignore[arg-type]  # a pong may carry the ping's payload
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Learn who it is. Without a valid token the socket closes with 4401."""
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.close(ALREADY_INITIALISED, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        payload = message.get("payload") or {}
        try:
            header = payload.get("Authorization") or payload.get("authorization")
            token = bearer(header if isinstance(header, str) else None)
            self.context.actor, self.claims = await self.view.authenticate(token)  # type: ignore[attr-defined]  # as above
        except UnauthenticatedError as error:
            await self.close(UNAUTHORIZED, str(error))
            return
        except UnavailableError as error:
            trace = noted(error)
            await self.close(TRY_AGAIN_LATER, f"The database does not answer: come back; traceId {trace}")
            return
        self.expiry = asyncio.create_task(self._expire(self.claims.expires_at))
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True

    async def handle_subscribe(self, message: Any) -> None:
        """Begin an operation, unless too many run already."""
        running, most = len(self.operations), self.max_subscriptions_per_connection
        known = not self.connection_acknowledged or message["id"] in self.operations
        if known or most is None or running < most:
            await super().handle_subscribe(message)
            return
        text = f"{running} operations run on this socket; complete one, or open another socket"
        problem: Any = {"message": text, "extensions": {"code": "BAD_USER_INPUT"}}
        await self.send_message({"id": message["id"], "type": "error", "payload": [problem]})

    async def handle_task_exception(self, error: Exception) -> None:
        """Note what an operation raised; that its client has left is none of our faults."""
        if not isinstance(error, WebSocketDisconnected):
            noted(error)

    def still_in(self, world: World) -> bool:
        """Whether the caller is in this world what it was when the socket opened."""
        if self.claims is None:
            return True
        try:
            return bool(actor_of(self.claims, world) == self.context.actor)
        except UnauthenticatedError:
            return False

    async def _expire(self, expires_at: float) -> None:
        await asyncio.sleep(max(0.0, expires_at - time.time()))
        await self.close(EXPIRED, "The token has expired: come back with a fresh one")

    @staticmethod
    def _get_pre_execution_close_reason(error: Any) -> str | None:
        """A document that cannot run is an ``error`` of its own id, never the end of the socket."""
        del error
        return None


def bad_frame(message: Any) -> str | None:
    """What is wrong with a frame, null when it is one of the protocol (PROTOCOL.md of graphql-ws)."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type"
    kind, payload = message["type"], message.get("payload")
    if kind in {"connection_init", "ping", "pong"}:
        return None if payload is None or isinstance(payload, dict) else f"The payload of {kind} is an object"
    if kind not in {"subscribe", "complete"}:
        return "Unknown message type"
    if not isinstance(message.get("id"), str) or not message["id"]:
        return f"The id of {kind} is a text that is not empty"
    return _bad_payload(payload) if kind == "subscribe" else None


def _bad_payload(payload: Any) -> str | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "The payload of subscribe is an object with a query"
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            return f"{name} is an object"
    if not isinstance(payload.get("operationName"), str | None):
        return "operationName is a text"
    return None
