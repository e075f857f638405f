"""TMF697 over REST: visits as work orders, to read, for operators who speak TM Forum's APIs.

Callers, access and masking are those of GraphQL. Conventions are those of TMF630: ``offset`` and ``limit`` with
``X-Total-Count`` and ``X-Result-Count``, ``fields`` for some attributes of the first level, errors as an object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from domain import access
from domain.access import Actor
from domain.filters import TaskFilter
from domain.pages import Counted, Span
from domain.values import TaskState
from domain.views import TaskView
from gateway.auth import Claims, UnauthenticatedError, bearer
from gateway.faults import ABSENT, UnavailableError, noted
from resolvers.context import Context
from resolvers.errors import MASKED
from resolvers.nodes import find_nodes
from schema.node import decode_id
from schema.work_orders import PATH, STATE, work_order

LARGEST_LIMIT: Final = 200
USUAL_LIMIT: Final = 50
LARGEST_OFFSET: Final = 100_000
LONGEST_DIGITS: Final = 9
PARAMETERS: Final = ("limit", "offset", "state", "externalId", "fields")
UNUSED_STATES: Final = frozenset({"rejected", "assessingCancellation", "pendingCancellation"})
"""States of TMF697 which no visit is ever in."""
ALWAYS_TOLD: Final = frozenset({"@type", "id", "href"})

Authenticate = Callable[[str], Awaitable[tuple[Actor, Claims]]]


class _RefusedError(Exception):
    """A request that is answered with an error of TMF630; the message says what to mend."""

    def __init__(
        self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        body = {
            "@type": "Error",
            "code": self.code,
            "reason": self.status.phrase,
            "message": str(self),
            "status": str(self.status.value),
        }
        return Response(orjson.dumps(body), self.status, self.headers, "application/json")


class WorkOrders:
    """The resource, for whoever ``authenticate`` knows. ``new_context`` makes what a read has at hand."""

    def __init__(self, authenticate: Authenticate, new_context: Callable[[Actor], Context]) -> None:
        self._authenticate = authenticate
        self._new_context = new_context

    def routes(self) -> list[BaseRoute]:
        """The list, and each work order by its global id, in which a slash may stand."""
        return [
            Route(PATH, _Served(self, self._list)),
            Route(f"{PATH}/{{id:path}}", _Served(self, self._one)),
        ]

    async def answer(
        self, request: Request, serve: Callable[[Request, Context], Awaitable[Response]]
    ) -> Response:
        """What the caller reads, whatever happens."""
        try:
            context = self._new_context(await self._caller(request))
            _check_method(request)
            return await serve(request, context)
        except _RefusedError as refused:
            return refused.response()
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is answered
            return _fault(error).response()

    async def _caller(self, request: Request) -> Actor:
        try:
            actor, _ = await self._authenticate(bearer(request.headers.get("authorization")))
        except UnauthenticatedError as error:
            headers = {"WWW-Authenticate": "Bearer"}
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED", str(error), headers) from error
        return actor

    async def _one(self, request: Request, context: Context) -> Response:
        asked = _asked(request, ("fields",))
        id_ = request.path_params["id"]
        is_visit = (decode_id(id_) or ("", ""))[0] == "Task" and access.may_see_work_order(
            None, context.scope
        )
        found = (await find_nodes(context, [id_]))[0] if is_visit else None
        if found is None:
            text = (
                "there is no work order of this id which you may see; take the id of a Task, percent-encoded"
            )
            raise _RefusedError(HTTPStatus.NOT_FOUND, "NOT_FOUND", text)
        return _json((await _exported(context, [found], asked.get("fields")))[0])

    async def _list(self, request: Request, context: Context) -> Response:
        asked = _asked(request, PARAMETERS)
        span = Span(
            _number(asked, "offset", 0, 0, LARGEST_OFFSET),
            _number(asked, "limit", USUAL_LIMIT, 1, LARGEST_LIMIT),
        )
        keys = (asked["externalId"],) if "externalId" in asked else None
        wanted = TaskFilter(states=_states(asked.get("state")), group_keys=keys)
        found: Counted[TaskView] = Counted((), 0)
        if access.may_see_work_order(None, context.scope):
            found = await context.services.reads.counted_tasks(wanted, span, context.scope)
        shown = await _exported(context, found.rows, asked.get("fields"))
        return _json(shown, {"X-Total-Count": str(found.total), "X-Result-Count": str(len(shown))})


class _Served:
    """An ASGI application as an object, which starlette takes for every method."""

    def __init__(
        self, resource: WorkOrders, serve: Callable[[Request, Context], Awaitable[Response]]
    ) -> None:
        self._resource = resource
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._resource.answer(Request(scope, receive), self._serve)
        await response(scope, receive, send)


def _check_method(request: Request) -> None:
    if request.method not in {"GET", "HEAD"}:
        text = f"{request.method} is not served: work orders are made and changed through GraphQL"
        allowed = {"Allow": "GET, HEAD"}
        raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "BAD_USER_INPUT", text, allowed)


async def _exported(context: Context, tasks: Sequence[TaskView], fields: str | None) -> list[dict[str, Any]]:
    world = await context.world()
    whole = [work_order(task, context.scope, world) for task in tasks]
    if fields is None:
        return whole
    told = ALWAYS_TOLD | {name.strip() for name in fields.split(",")}
    return [{name: part for name, part in each.items() if name in told} for each in whole]


def _json(value: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), HTTPStatus.OK, headers, "application/json")


def _asked(request: Request, known: Sequence[str]) -> dict[str, str]:
    """The parameters of a request; one which is unknown or comes twice would select something else than was meant."""
    asked: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise _bad(f"{name[:40]!r} is no parameter here; known are {', '.join(known)}")
        if name in asked:
            raise _bad(f"{name} is given twice")
        asked[name] = value
    return asked


def _number(asked: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = asked.get(name, str(usual))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_DIGITS else -1
    if not least <= number <= most:
        raise _bad(f"{name} is {text[:40]!r}; give a whole number from {least} to {most}")
    return number


def _states(text: str | None) -> tuple[TaskState, ...] | None:
    """The states of visits which are shown as one of the states given, by commas; all when none is given."""
    if text is None:
        return None
    words = {word.strip() for word in text.split(",")}
    known = {*STATE.values(), *UNUSED_STATES}
    if not words <= known:
        raise _bad(f"state is {text[:40]!r}; give one or more of {', '.join(sorted(known))}")
    return tuple(state for state, word in STATE.items() if word in words)


def _bad(message: str) -> _RefusedError:
    return _RefusedError(HTTPStatus.BAD_REQUEST, "BAD_USER_INPUT", message)


def _fault(error: Exception) -> _RefusedError:
    """What the caller is told of a fault or an outage: nothing that it holds, but where the log has it."""
    trace = noted(error)
    if isinstance(error, UnavailableError):
        status, text, headers = HTTPStatus.SERVICE_UNAVAILABLE, ABSENT, {"Retry-After": "1"}
    else:
        status, text, headers = HTTPStatus.INTERNAL_SERVER_ERROR, MASKED, {}
    return _RefusedError(status, "INTERNAL_SERVER_ERROR", f"{text} (traceId {trace})", headers)
