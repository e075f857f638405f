"""The gateway as one object: every part is built once, started in order, and handed down from here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.access import SYSTEM, Actor
from domain.commands import RefreshGroup
from domain.world import World
from engine.resumption import Resumption
from gateway.adapters.tmf_events import read_event
from gateway.auth import Tokens
from gateway.console.pages import console_routes
from gateway.couriers import Couriers, Office
from gateway.endpoint import Endpoint
from gateway.limits import BudgetRule
from gateway.listener import Listener, listener_token, listener_url
from gateway.pauses import Pauses
from gateway.settings import Settings
from gateway.work_orders import WorkOrders
from gateway.workers.callbacks import CallbackReader
from gateway.workers.timers import Chore, Timers
from live.doorbell import Doorbell
from live.hub import LiveHub
from persistence import concerned
from persistence.callbacks import SqlCallbacks
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.migrations import ensure
from persistence.outbox import SqlOutbox
from persistence.reads import SqlReads
from persistence.reference import SqlReference
from persistence.store import SqlStore, utc_now
from resolvers.context import Context, Services
from resolvers.root import build_executor, schema

SHOWN_CALLBACKS = timedelta(hours=1)
PATH = "/graphql"
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
        self.doorbell = Doorbell(settings.bell_url, self.hub.look)
        self.store = SqlStore(
            self.database,
            self.doorbell,
            settings.policy,
            on_errands=lambda: self.couriers.ring(),  # noqa: PLW0108 - they are made after the store, which they need
        )
        self.administration = SqlReference(self.database)
        office = Office(self.database, self.reads, self.store, utc_now)
        self.couriers = Couriers(settings, office, listener_url(settings, secret))
        self.callbacks = SqlCallbacks(self.database)
        self.reader = CallbackReader(
            self.callbacks,
            SqlOutbox(self.database),
            self.reads,
            read_event,
            utc_now,
            hastened=self.couriers.ring,
        )
        token, ring = listener_token(secret), self.reader.ring
        self.listener = Listener(self.callbacks, token, settings.nms_secret, utc_now, ring)
        self.timers = Timers(self.store, utc_now, chores=self._chores())
        self._callback_counts: Mapping[str, int] = {}
        self.services = Services(
            store=self.store,
            reads=self.reads,
            log=self.log,
            hub=self.hub,
            administration=self.administration,
            callbacks=self.callbacks,
            clock=utc_now,
        )
        self.endpoint = Endpoint(
            build_executor([BudgetRule]),
            Resumption(schema),
            self.tokens,
            self.store,
            new_context=self.new_context,
            settings=settings,
        )
        self.operations = 0
        """Contexts that were made: a count of what this process was asked, and of the updates that it executed."""
        self.pauses = Pauses(lambda: self.operations + self.hub.counts.delivered)
        self._watching: list[asyncio.Task[None]] = []
        self._asking: asyncio.Task[World] | None = None
        self.app = self._app()

    def new_context(self, actor: Actor) -> Context:
        """The context of one operation."""
        self.operations += 1
        return Context(self.services, actor)

    async def open(self) -> Self:
        """Reach the database and start what runs by itself. Raises DatabaseError with a sentence."""
        await self.database.open(exclusive=True)
        await ensure(self.database)
        await self.hub.start()
        await self.doorbell.start()
        await self.timers.start()
        await self.couriers.start()
        await self.reader.start()
        self._watching = [
            asyncio.create_task(self.endpoint.watch(), name="sockets"),
            asyncio.create_task(self.pauses.run(), name="pauses"),
        ]
        return self

    def _chores(self) -> tuple[Chore, ...]:
        """What is done again and again."""
        return (
            Chore(60, self._mend_stranded),
            Chore(3600, self.store.forget_answers),
            Chore(10, self._look_at_callbacks),
            Chore(3600, self._forget_callbacks),
        )

    async def _look_at_callbacks(self) -> None:
        """Say what strangers sent, and count what came."""
        self.listener.tell_forged()
        self._callback_counts = await self.callbacks.counts(utc_now() - SHOWN_CALLBACKS)

    async def _forget_callbacks(self) -> None:
        await self.callbacks.forget(utc_now())

    async def _mend_stranded(self) -> None:
        """Finish what a process left that died between a change of crews and its consequences."""
        for group in await concerned.stranded(self.database):
            await self.store.execute(RefreshGroup(group), SYSTEM)

    async def drain(self) -> None:
        """Tell every open socket and stream to come back."""
        await self.endpoint.drain(self.settings.drain_seconds)

    async def close(self) -> None:
        """Stop what runs by itself and give the database back."""
        for task in (*self._watching, self._asking):
            if task is not None:
                task.cancel()
        await self.reader.stop()
        await self.couriers.stop()
        await self.timers.stop()
        await self.doorbell.stop()
        await self.hub.stop()
        await self.database.close()

    def _app(self) -> ASGIApp:
        routes = [
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            *self.listener.routes(),
            *WorkOrders(self.endpoint.authenticate, self.new_context).routes(),
            *console_routes(),
        ]
        return _Front(self.endpoint, Starlette(routes=routes))

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
            "callbacks": self._callback_counts,
            "streams": len(self.endpoint.streams),
            "longest_pause_ms": round(self.pauses.longest * 1000),
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
        if self.settings.bell_url.startswith("memory"):
            return "rings in this process alone: others are heard by polling"
        return "rings" if self.doorbell.counts.connected else "silent: other processes are heard by polling"


class _Front:
    """Leads to the one path that speaks GraphQL by the shortest way: its sockets hold what lies on it."""

    def __init__(self, endpoint: Endpoint, others: ASGIApp) -> None:
        self._endpoint = endpoint
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        ours = scope["type"] in {"http", "websocket"} and scope["path"] in {PATH, PATH + "/"}
        return (self._endpoint if ours else self._others)(scope, receive, send)
