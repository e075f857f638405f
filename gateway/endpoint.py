"""``/graphql``: POST and GET through strawberry's view, sockets through graphql-transport-ws.

Who calls is settled before a document is looked at; a body is bounded and read strictly before strawberry sees
it, so that whatever is sent is answered with a sentence and never with a fault.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

import orjson
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from domain.access import Actor
from domain.world import World
from gateway.auth import Claims, Tokens, UnauthenticatedError, actor_of, bearer
from gateway.faults import UnavailableError, answer, refused
from gateway.sockets import SocketContext, Sockets, TransportHandler
from resolvers import errors

log = logging.getLogger("onevisit.endpoint")

RECHECK_SECONDS = 5.0
INIT_WAIT = timedelta(seconds=4)
MAX_OPERATIONS = 100
"""Of one socket at one time."""

SERVED = {"GET": {OperationType.QUERY}, "POST": {OperationType.QUERY, OperationType.MUTATION}}
ELSEWHERE = {
    OperationType.MUTATION: "a mutation is sent by POST",
    OperationType.SUBSCRIPTION: "a subscription runs on a WebSocket here, in the protocol graphql-transport-ws",
}
"""What a method carries out, and where the rest is carried out."""


class Worlds(Protocol):
    """Whoever knows the present reference data."""

    async def world(self) -> World:
        """The world as it is now."""
        ...


class Endpoint(GraphQL[Any, Any]):
    """The one path that speaks GraphQL. ``new_context`` makes the context of an operation for a caller."""

    graphql_transport_ws_handler_class = TransportHandler

    def __init__(
        self,
        schema: BaseSchema,
        tokens: Tokens,
        worlds: Worlds,
        new_context: Callable[[Actor], Any],
        *,
        max_body_bytes: int,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_WAIT,
            max_subscriptions_per_connection=MAX_OPERATIONS,
            allowed_origins=["*"],  # a socket carries its token itself and never a cookie
        )
        self._tokens = tokens
        self._worlds = worlds
        self._new_context = new_context
        self._max_body_bytes = max_body_bytes
        self.sockets = Sockets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or serve a socket."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self._respond(scope, receive)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is answered
            response = answer(error)
        await response(scope, receive, send)

    async def authenticate(self, token: str) -> tuple[Actor, Claims]:
        """Who a token is, in the present world. Raises UnauthenticatedError, UnavailableError."""
        claims = self._tokens.verify(token)
        try:
            world = await self._worlds.world()
        except Exception as error:
            raise UnavailableError from error
        return actor_of(claims, world), claims

    def decode_json(self, data: str | bytes) -> object:
        """What a message or a variable says; strict, and bounded in depth and digits. Raises JSONDecodeError."""
        return orjson.loads(data)

    async def execute_single(  # noqa: PLR0917 - its signature is strawberry's
        self,
        request: Request,
        request_adapter: Any,
        sub_response: Response,
        context: Any,
        root_value: Any,
        request_data: Any,
    ) -> ExecutionResult:
        """The answer of one operation. Raises HTTPException for what HTTP does not carry out, and says where to go."""
        del request, sub_response
        try:
            return await self.schema.execute(
                request_data.query,
                root_value=root_value,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=SERVED[request_adapter.method],
                operation_extensions=request_data.extensions,
            )
        except InvalidOperationTypeError as error:
            kind = error.operation_type
            status = 405 if kind is OperationType.MUTATION else 400
            raise HTTPException(status, ELSEWHERE[kind]) from error
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, errors.no_operation(error)) from error
        except MissingQueryError as error:
            raise HTTPException(400, "query is missing, or empty") from error

    async def watch(self) -> None:
        """Look again and again whether the callers of open sockets are still what they were; without end."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                if len(self.sockets):
                    await self.sockets.recheck(await self._worlds.world())
            except Exception as error:  # noqa: BLE001 - an outage of the database closes no socket
                log.warning("sockets were not checked", extra={"cause": f"{type(error).__name__}: {error}"})

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        """The context of an HTTP operation; of a socket, what will learn who it is."""
        del response
        if isinstance(request, WebSocket):
            return SocketContext(self._new_context)
        return self._new_context(request.scope["onevisit.actor"])

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        request = Request(scope, receive)
        try:
            scope["onevisit.actor"], _ = await self.authenticate(bearer(request.headers.get("authorization")))
        except UnauthenticatedError as error:
            return refused(401, "UNAUTHENTICATED", str(error), {"WWW-Authenticate": "Bearer"})
        if request.method not in {"GET", "POST"}:
            allowed = {"Allow": "GET, POST"}
            return refused(
                405, "BAD_USER_INPUT", f"{request.method} is not served here; use POST or GET", allowed
            )
        if request.method == "GET" and not request.query_params.get("query"):
            return refused(400, "BAD_USER_INPUT", "query is missing; send it as a parameter, or by POST")
        if request.method == "POST":
            read = await self._read(request)
            if isinstance(read, Response):
                return read
            request = Request(scope, _replayed(read))
        try:
            return await self.run(request)
        except HTTPException as error:
            headers = {"Allow": "POST"} if error.status_code == 405 else None  # noqa: PLR2004 - HTTP's own number
            return refused(error.status_code, "BAD_USER_INPUT", error.reason, headers)

    async def _read(self, request: Request) -> bytes | Response:
        """The body of a POST, bounded and known to be a GraphQL request; else the answer that says why not."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refused(415, "BAD_USER_INPUT", "send the request as application/json")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._max_body_bytes:
                text = f"the request is larger than {self._max_body_bytes} bytes; send fewer orders at once"
                return refused(413, "BAD_USER_INPUT", text)
        problem = bad_request(bytes(body))
        return refused(400, "BAD_USER_INPUT", problem) if problem is not None else bytes(body)


def bad_request(body: bytes) -> str | None:
    """What is wrong with the JSON of a request, null when it is one."""
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return f"the body is no JSON: {error}"
    if isinstance(request, list):
        return "batches are not served; send one operation a request, with aliases where that helps"
    if not isinstance(request, dict):
        return "the body is an object with a query"
    if not isinstance(request.get("query"), str):
        return "query is missing, or no text"
    for name in ("variables", "extensions"):
        if not isinstance(request.get(name), dict | None):
            return f"{name} is an object"
    if not isinstance(request.get("operationName"), str | None):
        return "operationName is a text"
    return None


def _replayed(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
