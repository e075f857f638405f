"""The listener: takes callbacks of the network management system, writes them down as they came, and answers at once.

Who calls is known by a path that nobody can guess and, with a secret, by a signature of the body. Nothing is
understood here but what a record needs; ``workers/callbacks`` reads the rest afterwards.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from domain.callbacks import (
    LARGEST_BODY,
    CallbackSource,
    CallbackStatus,
    Finding,
    Received,
    name_of,
    received,
)
from gateway.settings import Settings

log = logging.getLogger("onevisit.listener")

BODY_SECONDS: Final = 10.0
STORE_SECONDS: Final = 2.0
"""Within which the database must have it; the sender waits for the answer."""
MOST_WRITING: Final = 200
"""Callbacks at once on their way to the database; others are told to come again."""
MOST_FORGED: Final = 10
"""Of a minute: how many callbacks of strangers are kept. The rest is counted in the log."""
LARGEST_FORGED: Final = 1024
"""Bytes that are kept of each."""
MINUTE: Final = 60.0
SIGNATURE: Final = "x-hub-signature-256"

_TOO_LARGE: Final = f"the callback is larger than {LARGEST_BODY} bytes"
_AWAY: Final = "the callback could not be kept; send it again a little later"
_NO_TEXT: Final = "the body holds what is no UTF-8, or NUL"


class Records(Protocol):
    """Where callbacks are kept."""

    def record(self, received: Received) -> Coroutine[Any, Any, bool]:
        """Keep it, durably when this returns."""
        ...


def listener_token(secret: str) -> str:
    """The part of the path that nobody can guess. Every process with the same secret has the same."""
    return hmac.new(secret.encode(), b"onevisit: callbacks of the network", hashlib.sha256).hexdigest()[:40]


def listener_url(settings: Settings, secret: str) -> str | None:
    """What hubs are told to call back; null where no address for it is set."""
    if settings.nms_callback_url is None:
        return None
    return f"{settings.nms_callback_url.rstrip('/')}/nms/{listener_token(secret)}"


class Listener:
    """Answers ``POST /nms/{token}`` and ``POST /nms/{token}/listener/{event}``; ``ring`` says that one was kept."""

    def __init__(
        self,
        records: Records,
        token: str,
        secret: str | None,
        clock: Callable[[], datetime],
        ring: Callable[[], None],
    ) -> None:
        self._records = records
        self._token = token.encode()
        self._secret = secret.encode() if secret is not None else None
        self._clock = clock
        self._ring = ring
        self._forged = Allowance(MOST_FORGED)
        self._writing: set[asyncio.Task[bool]] = set()

    def routes(self) -> list[Route]:
        """Both paths."""
        return [Route("/nms/{token}", self), Route("/nms/{token}/listener/{event}", self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    def tell_forged(self) -> None:
        """Say in the log how many callbacks of strangers were not kept since the last time."""
        if (count := self._forged.taken_back()) > 0:
            log.warning("forged callbacks were not kept", extra={"count": count})

    async def _respond(self, request: Request) -> Response:
        if not hmac.compare_digest(request.path_params["token"].encode(), self._token):
            return PlainTextResponse("Not Found", 404)
        if request.method != "POST":
            return PlainTextResponse("send callbacks by POST", 405, {"Allow": "POST"})
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse(f"the callback did not come within {BODY_SECONDS:g} s", 408)
        if body is None:
            log.warning("a callback is too large", extra={"largest_bytes": LARGEST_BODY})
            return PlainTextResponse(_TOO_LARGE, 413)
        event = request.path_params.get("event", "")
        problem = self._problem(request.headers.get(SIGNATURE), body)
        if problem is not None:
            return await self._refuse(event, body, problem)
        return await self._keep(_readable(event, body, self._clock()))

    def _problem(self, header: str | None, body: bytes) -> str | None:
        """Why the sender is a stranger; null when it is known."""
        if self._secret is None:
            return None
        if header is None:
            return "the header X-Hub-Signature-256 is missing"
        wanted = f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}"
        same = hmac.compare_digest(header.strip().lower().encode(), wanted.encode())
        return None if same else "the signature in X-Hub-Signature-256 is not of this body with our secret"

    async def _keep(self, callback: Received) -> Response:
        if not await self._written(callback):
            return PlainTextResponse(_AWAY, 503, {"Retry-After": "1"})
        self._ring()
        return Response(status_code=204)

    async def _refuse(self, event: str, body: bytes, problem: str) -> Response:
        """Tell a stranger so, whether or not it can be kept."""
        if self._forged.take():
            log.warning("forged callback", extra={"event": event[:100], "problem": problem})
            text, finding = body.decode(errors="replace"), Finding(CallbackStatus.FORGED, problem)
            now, largest = self._clock(), LARGEST_FORGED
            await self._written(
                received(CallbackSource.NMS, event, text, now, finding=finding, largest=largest)
            )
        return PlainTextResponse(problem, 401)

    async def _written(self, callback: Received) -> bool:
        """Whether the database has it; false when that is not known in time."""
        if len(self._writing) >= MOST_WRITING:
            return False
        task = asyncio.create_task(self._records.record(callback), name="callback")
        self._writing.add(task)
        task.add_done_callback(self._wrote)
        await asyncio.wait([task], timeout=STORE_SECONDS)  # a frozen server would not let go of it
        if not task.done():
            log.error("a callback was not kept in time", extra={"seconds": STORE_SECONDS})
            return False
        return task.exception() is None

    def _wrote(self, task: asyncio.Task[bool]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a callback could not be kept", extra={"cause": f"{type(error).__name__}: {error}"})


class Allowance:
    """So many of a minute, and a count of the others."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._over = 0
        self._since = -MINUTE

    def take(self) -> bool:
        """Whether there is one left."""
        now = asyncio.get_running_loop().time()
        if now - self._since >= MINUTE:
            self._taken, self._since = 0, now
        allowed = self._taken < self._most
        self._taken += allowed
        self._over += not allowed
        return allowed

    def taken_back(self) -> int:
        """How many were not allowed since this was last asked."""
        over, self._over = self._over, 0
        return over


async def _body(request: Request) -> bytes | None:
    """The body as it came, null for one that is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _readable(event: str, body: bytes, at: datetime) -> Received:
    """A callback of a known sender. What is no JSON will never be, so that is said here."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        finding = Finding(CallbackStatus.UNREADABLE, _NO_TEXT)
        return received(CallbackSource.NMS, event, body.decode(errors="replace"), at, finding=finding)
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        finding = Finding(CallbackStatus.UNREADABLE, f"the body is no JSON: {error}")
        return received(CallbackSource.NMS, event, text, at, finding=finding)
    named: dict[str, Any] = said if isinstance(said, dict) else {}
    name = event or name_of(named.get("eventType")) or ""
    return received(CallbackSource.NMS, name, text, at, event_id=named.get("eventId"))
