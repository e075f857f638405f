"""A real server on a free port which answers ``intakeOrders`` by a script."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.client import GraphQLClient
from gateway.intake import send
from gateway.order_files import Line
from gateway.progress import Progress
from gateway.reports import Report
from tests.gateway.written import ORDER

Order = dict[str, Any]
Script = Callable[[list[Order]], Response]

QUICK = (0.01, 0.01)
ACCEPTED = {"__typename": "OrderAccepted", "duplicate": False, "amended": False, "warnings": []}


@dataclass
class Gateway:
    """A server that answers ``intakeOrders`` by a script, and keeps what it was asked."""

    script: Script
    url: str = ""
    batches: list[list[Order]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.batches.append(body["variables"]["input"]["orders"])
        self.authorizations.append(request.headers.get("authorization"))
        assert "intakeOrders(input: $input)" in body["query"]
        return self.script(self.batches[-1])


@asynccontextmanager
async def serving(script: Script, port: int = 0) -> AsyncIterator[Gateway]:
    gateway = Gateway(script)
    app = Starlette(routes=[Route("/graphql", gateway.answer, methods=["POST"])])
    config = uvicorn.Config(app, ws="none", log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listening:
        gateway.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield gateway
        finally:
            server.should_exit = True
            await task


def results(*given: dict[str, Any]) -> Response:
    return JSONResponse({"data": {"intakeOrders": {"results": list(given)}}})


def accept_all(orders: list[Order]) -> Response:
    return results(*[{**ACCEPTED, "order": {"number": order["number"]}} for order in orders])


def error(code: str, message: str, status: int = 200) -> Response:
    body = {"data": None, "errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status)


def invalid(message: str, **more: object) -> dict[str, Any]:
    return {"__typename": "InvalidOrder", "code": "INVALID_ORDER", "message": message, "problems": [], **more}


def in_turn(*responses: Response | Script) -> Script:
    """Answers with each in turn; what is a script is asked for its answer."""
    turns = iter(responses)

    def answer(orders: list[Order]) -> Response:
        turn = next(turns)
        return turn if isinstance(turn, Response) else turn(orders)

    return answer


def refuse(numbers: Sequence[str]) -> Script:
    def answer(orders: list[Order]) -> Response:
        return results(
            *[
                invalid(f"{order['number']} is refused") if order["number"] in numbers else ACCEPTED
                for order in orders
            ]
        )

    return answer


def lines(count: int) -> list[Line]:
    return [Line(n, {**ORDER, "number": f"N{n}"}, source={"工单号": f"N{n}"}) for n in range(1, count + 1)]


async def sent(given: Sequence[Line] | Iterator[Line], gateway: Gateway, **more: Any) -> Report:
    async with GraphQLClient(gateway.url, "T", timeout_seconds=5) as client:
        return await send(given, client, Progress(io.StringIO()), pauses_seconds=QUICK, **more)
