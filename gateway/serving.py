"""Running the gateway, as one process or as several: open, listen, print where to look, drain and close."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import uvicorn
import uvloop

from domain.values import Role
from gateway.app import Gateway
from gateway.drain import DrainingServer
from gateway.pauses import settle
from gateway.processes import Processes
from gateway.settings import Settings
from gateway.stalled import CutOffHttp, CutOffSocket
from gateway.tls import serving_context
from persistence.database import Database
from persistence.migrations import ensure

CLOSE_SECONDS = 5.0
STOP_SECONDS = 10.0
"""Which a worker has beyond its draining and closing, before it is killed."""
DEEPEST_CALL = 20_000
"""Frames. A document of 5,000 tokens may be 2,500 levels deep, and parsing takes some frames a level: then it is
refused for its depth, and not answered with a fault."""


def serve(settings: Settings, secret: str, *, links: bool) -> None:
    """Serve until a signal comes. Raises DatabaseError, OSError with a sentence before the first request."""
    sys.setrecursionlimit(DEEPEST_CALL)
    if settings.workers == 1:
        _run(_serve(settings, secret, listen(settings.host, settings.port), links=links))
        return
    asyncio.run(_prepare(settings))
    sockets = listen_for(settings.workers, settings.host, settings.port)
    patience = settings.drain_seconds + CLOSE_SECONDS + STOP_SECONDS

    def work(place: int, listening: socket.socket, lifeline: int) -> None:
        serving = _serve(settings, secret, listening, links=links and place == 0, lifeline=lifeline)
        _run(serving)

    Processes(sockets, work, patience).run()


def _run(serving: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def _prepare(settings: Settings) -> None:
    """Bring the database to the tables of this version, or say what is wrong with it, once for all workers."""
    async with Database(settings.database_url) as database:
        await ensure(database)


async def _serve(
    settings: Settings, secret: str, listening: socket.socket, *, links: bool, lifeline: int | None = None
) -> None:
    """Serve on a socket, until a signal comes or the lifeline ends."""
    tls = serving_context(settings)
    gateway = Gateway(settings, secret)
    config = uvicorn.Config(
        gateway.app,
        host=settings.host,
        port=settings.port,
        interface="asgi3",
        http=partial(CutOffHttp, stall_seconds=settings.stall_seconds),  # type: ignore[arg-type]  # any maker will do
        ws=partial(CutOffSocket, stall_seconds=settings.stall_seconds),  # type: ignore[arg-type]  # as above
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        ssl_context_factory=None if tls is None else lambda *_: tls,
        timeout_graceful_shutdown=int(settings.drain_seconds) + 5,
    )
    try:
        await gateway.open()
        if links:
            _print_links(gateway, listening.getsockname()[1])
        settle()
        server = DrainingServer(config, gateway.drain)
        if lifeline is not None:
            _stop_with(lifeline, server)
        await server.serve([listening])
    finally:
        listening.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):  # a frozen database gives no connection back
                await gateway.close()


def _stop_with(lifeline: int, server: DrainingServer) -> None:
    """Stop in order when the pipe ends: whoever started this process is gone."""
    loop = asyncio.get_running_loop()

    def ended() -> None:
        loop.remove_reader(lifeline)
        server.handle_exit(signal.SIGTERM, None)

    loop.add_reader(lifeline, ended)


def listen_for(workers: int, host: str, port: int) -> list[socket.socket]:
    """A socket for each worker, all on one port. Raises OSError with a sentence."""
    with listen(host, port) as free:  # so that nobody else's port is shared by mistake
        family, address = free.family, free.getsockname()[:2]
    return [
        socket.create_server(address, family=family, backlog=2048, reuse_port=True) for _ in range(workers)
    ]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError with a sentence."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (")[
            0
        ]  # what Python adds in brackets names the address again
        raise OSError(
            f"cannot listen on {host}, port {port}: {why}. Name another with --host and --port, or stop who has it"
        ) from error


def _print_links(gateway: Gateway, port: int) -> None:
    """Where to look, with a token ready for each role an integrator needs first."""
    settings = gateway.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"{settings.scheme}://{host}:{port}"
    lines = [
        f"OneVisit serves {base}/graphql, on {gateway.database.shown}.",
        "Open one of these in a browser:",
    ]
    for role in (Role.DISPATCHER, Role.UPSTREAM):
        token = gateway.tokens.issue(role, hours=settings.token_hours)
        lines.append(f"  as {role.lower():10} {base}/graphiql/#token={token}")
    lines.append("For a day of orders, claims and receipts type in another terminal: onevisit demo")
    print("\n".join(lines), file=sys.stderr, flush=True)
