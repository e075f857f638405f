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
from domain.world import World
from gateway.auth import Tokens
from gateway.console.pages import console_routes
from gateway.couriers import Couriers, Office
from gateway.endpoint import Endpoint
from gateway.limits import BudgetRule
from gateway.settings import Settings
from gateway.work_orders import WorkOrders
from gateway.workers.timers import Chore, Timers
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

READY_SECONDS = 3.0
"""Within which the database must answer for the process to be called ready."""


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
        self.store = SqlStore(
            self.database,
            self.doorbell,
            settings.policy,
            on_errands=lambda: self.couriers.ring(),  # noqa: PLW0108 - they are made after the store, which they need
        )
        self.administration = SqlReference(self.database)
        chores = (Chore(60, self._mend_stranded), Chore(3600, self.store.forget_answers))
        self.timers = Timers(self.store, utc_now, chores=chores)
        office = Office(self.database, self.reads, self.store, utc_now)
        self.couriers = Couriers(settings, office, None)
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
        self._asking: asyncio.Task[World] | None = None
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
        await self.couriers.start()
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
        for task in (self._watch, self._asking):
            if task is not None:
                task.cancel()
        await self.couriers.stop()
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
            *WorkOrders(self.endpoint.authenticate, self.new_context).routes(),
            *console_routes(),
        ]
        return Starlette(routes=routes)

    async def _live(self, _request: Request) -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "live"})

    async def _ready(self, _request: Request) -> JSONResponse:
        """Whether requests can be served, and what an operator should look at if not."""
        problem = await self._problem()
        hub = self.hub.counts
        body: dict[str, Any] = {
            "status": "not ready" if problem else "ready",
            "database": f"{self.database.shown} {problem or 'answers'}",
            "doorbell": self._bell_shown(),
            "log": "is followed" if hub.healthy else "cannot be read: feeds wait for the database",
            "position": hub.position,
            "followers": hub.followers,
            "overflows": hub.overflows,
            "sockets": len(self.endpoint.sockets),
        }
        return JSONResponse(body, 503 if problem else 200)

    async def _problem(self) -> str | None:
        """Why the database serves nobody, for whoever may read it; null when it does."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self.store.world(), name="ready")
        await asyncio.wait([self._asking], timeout=READY_SECONDS)  # a frozen server would not let go of it
        if not self._asking.done():
            why = f"no answer within {READY_SECONDS:g} s"
        elif (error := self._asking.exception()) is not None:
            why = type(error).__name__
        else:
            return None
        return f"does not answer ({why}): requests are refused with 503 until it does"

    def _bell_shown(self) -> str:
        if self.settings.broadcast_url.startswith("memory"):
            return "rings in this process alone: others are heard by polling"
        return "rings" if self.doorbell.counts.connected else "silent: other processes are heard by polling"


class _Delegate:
    """An ASGI application as an object, which starlette takes for every method and for sockets."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint(scope, receive, send)
