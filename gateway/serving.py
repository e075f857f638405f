"""Running one gateway process: open, listen, print where to look, drain and close."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
import uvloop

from domain.values import Role
from gateway.app import Gateway
from gateway.drain import DrainingServer
from gateway.settings import Settings

DEEPEST_CALL = 20_000
"""Frames. A document of 5,000 tokens may be 2,500 levels deep, and parsing takes some frames a level: then it is
refused for its depth, and not answered with a fault."""


def serve(settings: Settings, secret: str, *, links: bool) -> None:
    """Serve until a signal comes. Raises DatabaseError, OSError with a sentence before the first request."""
    sys.setrecursionlimit(DEEPEST_CALL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, secret, links=links))


async def _serve(settings: Settings, secret: str, *, links: bool) -> None:
    gateway = Gateway(settings, secret)
    config = uvicorn.Config(
        gateway.app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=int(settings.drain_seconds) + 5,
    )
    listening = config.bind_socket()
    try:
        await gateway.open()
        if links:
            _print_links(gateway, listening.getsockname()[1])
        await DrainingServer(config, gateway.drain).serve([listening])
    finally:
        listening.close()
        await gateway.close()


def _print_links(gateway: Gateway, port: int) -> None:
    """Where to look, with a token ready for each role an integrator needs first."""
    settings = gateway.settings
    base = f"http://{settings.host}:{port}"
    lines = [
        f"OneVisit serves {base}/graphql, on {gateway.database.shown}.",
        "Open one of these in a browser:",
    ]
    for role in (Role.DISPATCHER, Role.UPSTREAM):
        token = gateway.tokens.issue(role, hours=settings.token_hours)
        lines.append(f"  as {role.lower():10} {base}/graphiql/#token={token}")
    lines.append("For a day of orders, claims and receipts type in another terminal: onevisit demo")
    print("\n".join(lines), file=sys.stderr, flush=True)
