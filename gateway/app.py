"""The gateway as one object: every part is built once, started in order, and handed down from here."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from domain.access import SYSTEM, Actor
from domain.commands import RefreshGroup
from gateway.auth import Tokens
from gateway.console.pages import console_routes
from gateway.endpoint import Endpoint
from gateway.limits import BudgetRule
from gateway.settings import Settings
from gateway.timers import Chore, Timers
from live.doorbell import Doorbell
from live.hub import LiveHub
from persistence import concerned
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.migrations import ensure
from persistence.reads import SqlReads
from persistence.reference import SqlReference
from persistence.store import SqlStore, utc_now
from resolvers.context import Context, Services
from resolvers.root import build_schema


class Gateway:
    """One process of the gateway. ``open`` before the first request, ``close`` after the last."""

    def __init__(self, settings: Settings, secret: str) -> None:
        self.settings = settings
        self.tokens = Tokens(secret)
        self.database = Database(settings.database_url, pool_size=settings.pool_size)
        self.log = SqlEventLog(self.database)
        self.reads = SqlReads(self.database)
        self.hub = LiveHub(self.log, self.reads, poll_seconds=settings.poll_seconds)
        self.doorbell = Doorbell(settings.broadcast_url, self.hub.look)
        self.store = SqlStore(self.database, self.doorbell, settings.policy)
        self.administration = SqlReference(self.database)
        chores = (Chore(60, self._mend_stranded), Chore(3600, self.store.forget_answers))
        self.timers = Timers(self.store, utc_now, chores=chores)
        self.services = Services(
            store=self.store,
            reads=self.reads,
            log=self.log,
            hub=self.hub,
            administration=self.administration,
            clock=utc_now,
        )
        self.endpoint = Endpoint(
            build_schema([BudgetRule]),
            self.tokens,
            self.store,
            self.new_context,
            max_body_bytes=settings.max_body_bytes,
        )
        self._watch: asyncio.Task[None] | None = None
        self.app = self._app()

    def new_context(self, actor: Actor) -> Context:
        """The context of one operation."""
        return Context(self.services, actor)

    async def open(self) -> Self:
        """Reach the database and start what runs by itself. Raises DatabaseError with a sentence."""
        await self.database.open(exclusive=True)
        await ensure(self.database)
        await self.hub.start()
        await self.doorbell.start()
        await self.timers.start()
        self._watch = asyncio.create_task(self.endpoint.watch(), name="sockets")
        return self

    async def _mend_stranded(self) -> None:
        """Finish what a process left that died between a change of crews and its consequences."""
        for group in await concerned.stranded(self.database):
            await self.store.execute(RefreshGroup(group), SYSTEM)

    async def drain(self) -> None:
        """Tell every open socket to come back."""
        await self.endpoint.sockets.drain(self.settings.drain_seconds)

    async def close(self) -> None:
        """Stop what runs by itself and give the database back."""
        if self._watch is not None:
            self._watch.cancel()
        await self.timers.stop()
        await self.doorbell.stop()
        await self.hub.stop()
        await self.database.close()

    def _app(self) -> Starlette:
        routes = [
            Route("/graphql", _Delegate(self.endpoint)),
            WebSocketRoute("/graphql", _Delegate(self.endpoint)),
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            *console_routes(),
        ]
        return Starlette(routes=routes)

    async def _live(self, _request: Request) -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "live"})

    async def _ready(self, _request: Request) -> JSONResponse:
        """Whether requests can be served, and what an operator should look at if not."""
        try:
            await self.store.world()
        except Exception as error:  # noqa: BLE001 - whatever it is, the operator is told
            database = f"does not answer: {error}"
        else:
            database = "answers"
        ready = database == "answers"
        bell = self.doorbell.counts
        body: dict[str, Any] = {
            "status": "ready" if ready else "not ready",
            "database": f"{self.database.shown} {database}",
            "doorbell": "rings" if bell.connected else "silent: other processes are heard by polling",
            "position": self.hub.counts.position,
            "followers": self.hub.counts.followers,
            "sockets": len(self.endpoint.sockets),
        }
        return JSONResponse(body, 200 if ready else 503)


class _Delegate:
    """An ASGI application as an object, which starlette takes for every method and for sockets."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint(scope, receive, send)
