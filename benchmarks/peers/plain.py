"""Plain strawberry: its executor, its transports, an ORM and dataloaders, as its documentation teaches them."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.plain_loaders import Loaders
from benchmarks.peers.plain_roots import SCALARS, Mutation, Query, Subscription


class Endpoint(GraphQL[dict[str, Any], None]):
    """The endpoint, with loaders of its own for each execution."""

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, Any]:
        return {"request": request, "response": response, "loaders": Loaders()}


schema = Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS))
endpoint = Endpoint(schema, graphql_ide=None)
app = Starlette(
    routes=[Route("/graphql", endpoint, methods=["GET", "POST"]), WebSocketRoute("/graphql", endpoint)]
)
