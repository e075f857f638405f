"""``/graphql``: where the transports of ``engine.wire`` meet callers, the present world, limits and faults.

Who calls is settled before a document is looked at.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

from starlette.types import Receive, Scope, Send

from domain import access
from domain.access import Actor
from domain.world import World
from engine.operations import Executor
from engine.resumption import Resumption
from engine.wire.closing import TRY_AGAIN_LATER, UNAUTHORIZED, ClosingError
from engine.wire.connections import Caller, Connections, Ending
from engine.wire.http import ClientLeftError, Http, Statuses, header
from engine.wire.sockets import Sockets
from gateway.auth import Claims, Tokens, UnauthenticatedError, actor_of, bearer
from gateway.faults import UnavailableError, answer, noted, refused
from gateway.settings import Settings
from resolvers.context import Context

log = logging.getLogger("onevisit.endpoint")

RECHECK_SECONDS = 5.0
HEARD_SECONDS = 0.1
"""A caller who is no member is what its token says; a database that was silent for so long is asked for a sign."""


class Worlds(Protocol):
    """Whoever knows the present reference data."""

    async def world(self) -> World:
        """The world as it is now."""
        ...

    def heard(self, since: float) -> bool:
        """Whether the database has answered a statement that began after ``since``, and none has failed since."""
        ...


class Identity(NamedTuple):
    """Who was admitted to a connection: what the token said, and who that was then."""

    claims: Claims
    actor: Actor

    def still_in(self, world: World) -> bool:
        """Whether the caller is in this world what it was."""
        try:
            return actor_of(self.claims, world) == self.actor
        except UnauthenticatedError:
            return False


class Endpoint:
    """The one path that speaks GraphQL. ``new_context`` makes the context of an operation for a caller."""

    def __init__(
        self,
        executor: Executor[Context],
        resumption: Resumption,
        tokens: Tokens,
        worlds: Worlds,
        *,
        new_context: Callable[[Actor], Context],
        settings: Settings,
    ) -> None:
        self._tokens = tokens
        self._worlds = worlds
        self._new_context = new_context
        documents = settings.documents
        self._http = Http(
            executor,
            documents,
            resumption,
            noted,
            statuses=Statuses(settings.http_statuses),
            max_body_bytes=settings.max_body_bytes,
            heartbeat_seconds=settings.heartbeat_seconds,
        )
        self._sockets = Sockets(executor, documents, self._admit, noted, max_sockets=settings.max_sockets)

    @property
    def sockets(self) -> Connections:
        """The open sockets."""
        return self._sockets.connections

    @property
    def streams(self) -> Connections:
        """The open streams over HTTP."""
        return self._http.streams

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request or serve a socket."""
        serve = self._sockets.serve if scope["type"] == "websocket" else self._answer
        return serve(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._caller(header(scope, b"authorization"))
            reply = await self._http.answer(scope, receive, caller)
        except ClientLeftError:
            return
        except UnauthenticatedError as error:
            headers = {"WWW-Authenticate": "Bearer"}
            await refused(401, "UNAUTHENTICATED", str(error), headers)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is answered
            await answer(error)(scope, receive, send)
        else:
            await reply(receive, send)

    async def authenticate(self, token: str) -> tuple[Actor, Claims]:
        """Who a token is, in the present world. Raises UnauthenticatedError, UnavailableError."""
        claims = self._tokens.verify(token)
        if claims.member is None and self._worlds.heard(time.monotonic() - HEARD_SECONDS):
            return Actor(access.Scope(claims.role), claims.subject), claims
        try:
            world = await self._worlds.world()
        except Exception as error:
            raise UnavailableError from error
        return actor_of(claims, world), claims

    async def watch(self) -> None:
        """Look again and again whether the callers of open connections are still what they were; without end."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                if len(self.sockets) or len(self.streams):
                    await self._recheck(await self._worlds.world())
            except Exception as error:  # noqa: BLE001 - an outage of the database closes no socket
                log.warning("callers were not checked", extra={"cause": f"{type(error).__name__}: {error}"})

    async def drain(self, seconds: float) -> None:
        """Tell every open socket and stream to come back, spread over some seconds."""
        await asyncio.gather(self.sockets.drain(seconds), self.streams.drain(seconds))

    async def _recheck(self, world: World) -> None:
        """Send away every caller who is not what it was: disabled, or in another crew."""

        def changed(identity: Identity) -> bool:
            return not identity.still_in(world)

        for connections in (self.sockets, self.streams):
            await connections.end_where(changed, Ending.CHANGED)

    async def _caller(self, authorization: str | None) -> Caller[Context]:
        actor, claims = await self.authenticate(bearer(authorization))
        return Caller(partial(self._new_context, actor), claims.expires_at, Identity(claims, actor))

    async def _admit(self, payload: Mapping[str, Any]) -> Caller[Context]:
        """Who opens a socket, by the payload of its ``connection_init``. Raises ClosingError."""
        given = payload.get("Authorization") or payload.get("authorization")
        try:
            return await self._caller(given if isinstance(given, str) else None)
        except UnauthenticatedError as error:
            raise ClosingError(UNAUTHORIZED, str(error)) from error
        except UnavailableError as error:
            text = f"The database does not answer: come back; traceId {noted(error)}"
            raise ClosingError(TRY_AGAIN_LATER, text) from error
