"""Running one gateway process: open, listen, print where to look, drain and close."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress
from functools import partial

import uvicorn
import uvloop

from domain.values import Role
from gateway.app import Gateway
from gateway.drain import DrainingServer
from gateway.settings import Settings
from gateway.stalled import CutOffHttp, CutOffSocket
from gateway.tls import serving_context

CLOSE_SECONDS = 5.0
DEEPEST_CALL = 20_000
"""Frames. A document of 5,000 tokens may be 2,500 levels deep, and parsing takes some frames a level: then it is
refused for its depth, and not answered with a fault."""


def serve(settings: Settings, secret: str, *, links: bool) -> None:
    """Serve until a signal comes. Raises DatabaseError, OSError with a sentence before the first request."""
    sys.setrecursionlimit(DEEPEST_CALL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, secret, links=links))


async def _serve(settings: Settings, secret: str, *, links: bool) -> None:
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
    listening = listen(settings.host, settings.port)
    try:
        await gateway.open()
        if links:
            _print_links(gateway, listening.getsockname()[1])
        await DrainingServer(config, gateway.drain).serve([listening])
    finally:
        listening.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):  # a frozen database gives no connection back
                await gateway.close()


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
