from __future__ import annotations

import asyncio
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from domain.values import Role
from gateway.console.pages import STATIC, console_routes
from tests.console.browser import chromium
from tests.wire.processes import GatewayProcess
from tests.wire.trade import Trade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import Page
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

_NOT_BUILT: Final = "GraphiQL is not built: run `make setup`"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page of a browser which nobody has used before."""
    if not (STATIC / "index.html").is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_NOT_BUILT)
    async with chromium() as browser:
        yield await browser.new_page()


@pytest.fixture
async def trade(tmp_path: Path) -> AsyncIterator[Trade]:
    """A real gateway on SQLite with districts and crews, and callers for it."""
    gateway = await asyncio.to_thread(GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}").start, tmp_path)
    made = await Trade([gateway.url]).prepare()
    yield made
    await made.close()
    await asyncio.to_thread(gateway.stop)


@pytest.fixture
def gateway_url(trade: Trade) -> str:
    """The origin of the real gateway."""
    return trade.urls[0]


@pytest.fixture
def token(trade: Trade) -> Callable[[str], str]:
    """A signed token for a role; for CREW of the member Li."""

    def signed(role: str) -> str:
        return trade.client(Role(role), "Li" if role == "CREW" else None).token

    return signed


@pytest.fixture
async def closed_gateway_url() -> AsyncIterator[str]:
    """The real pages in front of a door that takes no token: HTTP 401, and 4401 on the socket."""
    routes = [
        *console_routes(),
        Route("/graphql", _unauthenticated, methods=["POST"]),
        WebSocketRoute("/graphql", _unauthorized),
    ]
    async with _served(Starlette(routes=routes)) as url:
        yield url


async def _unauthenticated(_request: Request) -> Response:
    error = {"message": "Send a token.", "extensions": {"code": "UNAUTHENTICATED"}}
    return JSONResponse({"errors": [error]}, status_code=401)


async def _unauthorized(websocket: WebSocket) -> None:
    await websocket.accept("graphql-transport-ws")
    await websocket.receive_json()
    await websocket.close(4401, "Unauthorized")


@asynccontextmanager
async def _served(app: Starlette) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
