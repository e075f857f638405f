"""GraphQL over HTTP: POST of JSON and GET, one answer or a stream of them, in the media type that the client takes.

With ``application/json`` a request that is well-formed is answered 200, whatever became of it; with
``application/graphql-response+json`` a request error is a 4xx. ``Statuses.DRAFT`` follows the newer draft of the
specification instead: 422 for what is read but cannot be carried out, 294 where errors stand beside data, and the same
statuses for both media types.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from engine.operations import Answer, Executor, Request, Stage
from engine.resumption import Resumption
from engine.wire.connections import Caller, Connections
from engine.wire.messages import (
    BAD_USER_INPUT,
    NOT_WELL_FORMED,
    Parameters,
    RequestError,
    errors_body,
    read_body,
    read_query,
)
from engine.wire.multipart import Multipart
from engine.wire.negotiation import Accepted, Media, accepted
from engine.wire.persisted import DocumentError, Documents
from engine.wire.sse import LAST_EVENT_ID, Events
from engine.wire.streams import Form, Stream, once

Context = TypeVar("Context")
Headers = tuple[tuple[bytes, bytes], ...]

OK: Final = 200
PARTIAL: Final = 294
ALLOW_POST: Final[Headers] = ((b"allow", b"POST"),)
ALLOW_BOTH: Final[Headers] = ((b"allow", b"GET, POST"),)
TAKEN: Final = ", ".join(media.value for media in Media)
TRANSPORTS: Final = (
    "a subscription runs on a WebSocket in the protocol graphql-transport-ws, or over HTTP with"
    " `Accept: text/event-stream` (graphql-sse), or with `Accept: multipart/mixed;subscriptionSpec=1.0`"
)
FORMS: Final[dict[Media, Form]] = {Media.EVENTS: Events(), Media.MULTIPART: Multipart()}


class Statuses(Enum):
    """Which version of GraphQL over HTTP the statuses are of."""

    CLASSIC = "classic"
    DRAFT = "draft"

    def of(self, answer: Answer, media: Media) -> int:
        """The status of an answer."""
        if self is Statuses.CLASSIC:
            return _CLASSIC[answer.stage] if media is Media.RESPONSE else OK
        partial = (
            answer.stage is Stage.EXECUTED
            and media is Media.RESPONSE
            and "errors" in orjson.loads(answer.body)
        )
        return PARTIAL if partial else _DRAFT[answer.stage]

    def of_request(self, error: RequestError) -> int:
        """The status of a request that is not carried out."""
        return error.draft if self is Statuses.DRAFT else error.status


_CLASSIC: Final = {Stage.UNREADABLE: 400, Stage.INVALID: 400, Stage.REFUSED: 403, Stage.EXECUTED: OK}
_DRAFT: Final = {Stage.UNREADABLE: 400, Stage.INVALID: 422, Stage.REFUSED: 403, Stage.EXECUTED: OK}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as HTTP sends it."""

    status: int
    body: bytes
    media: Media = Media.JSON
    headers: Headers = ()

    async def __call__(self, _receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [
            (b"content-type", _CONTENT_TYPES[self.media]),
            (b"content-length", b"%d" % len(self.body)),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


_CONTENT_TYPES: Final = {media: f"{media.value}; charset=utf-8".encode() for media in Media}


class ClientLeftError(Exception):
    """There is nobody to answer."""


@dataclass(frozen=True)
class Http(Generic[Context]):
    """The transport. ``noted`` keeps a fault and gives the id under which it is found."""

    executor: Executor[Context]
    documents: Documents
    resumption: Resumption
    noted: Callable[[BaseException], str]
    statuses: Statuses = Statuses.CLASSIC
    max_body_bytes: int = 4 << 20
    heartbeat_seconds: float = 10.0
    streams: Connections = field(default_factory=Connections)

    async def answer(self, scope: Scope, receive: Receive, caller: Caller[Context]) -> Reply | Stream:
        """What is to be sent. Raises ClientLeftError."""
        takes = accepted(header(scope, b"accept") or "")
        try:
            given = await self._read(scope, receive, takes)
            request = self.documents.request(given)
            return await self._run(scope, request, takes, caller)
        except DocumentError as error:
            return self._one(Answer(errors_body(str(error), error.code), Stage.INVALID), takes.json)
        except RequestError as error:
            status = self.statuses.of_request(error)
            return Reply(status, errors_body(str(error), BAD_USER_INPUT), takes.json, error.headers)

    async def _read(self, scope: Scope, receive: Receive, takes: Accepted) -> Parameters:
        """The parameters of a request. Raises RequestError for what is none."""
        method = scope["method"]
        if method not in {"GET", "POST"}:
            raise RequestError(f"{method} is not served here; use POST or GET", 405, ALLOW_BOTH)
        if takes.best is None:
            raise RequestError(f"none of what you accept is served here: {TAKEN}", 406)
        if method == "GET":
            given = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
            if not any(given.get(name) for name in ("query", "documentId", "extensions")):
                raise RequestError(
                    "query is missing; send it as a parameter, or by POST", draft=NOT_WELL_FORMED
                )
            return read_query(given)
        if not _is_json(header(scope, b"content-type") or ""):
            raise RequestError("send the request as application/json, in UTF-8", 415)
        return read_body(await self._body(receive))

    async def _body(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeftError
            body += message.get("body", b"")
            if len(body) > self.max_body_bytes:
                text = f"the request is larger than {self.max_body_bytes} bytes; send less at once"
                raise RequestError(text, 413)
            if not message.get("more_body"):
                return bytes(body)

    async def _run(
        self, scope: Scope, request: Request, takes: Accepted, caller: Caller[Context]
    ) -> Reply | Stream:
        kind = self.executor.operation_type(request)
        if kind == "mutation" and scope["method"] == "GET":
            raise RequestError("a mutation is sent by POST", 405, ALLOW_POST)
        media = takes.stream if kind == "subscription" else takes.best
        if media is None:
            raise RequestError(TRANSPORTS)
        if kind != "subscription":
            answer = await self.executor.execute(request, caller.new_context())
            return self._stream(once(answer), media, caller) if media.streams else self._one(answer, media)
        last = header(scope, LAST_EVENT_ID) if media is Media.EVENTS else None
        if last:
            request = self.resumption.behind(request, last)
        found = await self.executor.subscribe(request, caller.new_context)
        return self._stream(once(found) if isinstance(found, Answer) else found, media, caller)

    def _one(self, answer: Answer, media: Media) -> Reply:
        return Reply(self.statuses.of(answer, media), answer.body, self._media(answer, media))

    def _media(self, answer: Answer, media: Media) -> Media:
        """The draft answers a request error in its own media type, whatever the client takes of JSON."""
        plain = self.statuses is Statuses.CLASSIC or answer.stage is Stage.EXECUTED
        return media if plain else Media.RESPONSE

    def _stream(self, answers: AsyncIterator[Answer], media: Media, caller: Caller[Context]) -> Stream:
        return Stream(
            FORMS[media],
            answers,
            caller,
            self.streams,
            heartbeat_seconds=self.heartbeat_seconds,
            noted=self.noted,
        )


def header(scope: Scope, name: bytes) -> str | None:
    """A header of a request, its lines joined; null when it has none."""
    found = [value for key, value in scope["headers"] if key == name]
    return b", ".join(found).decode("latin-1") if found else None


def _is_json(content_type: str) -> bool:
    kind, _, parameters = content_type.partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "').lower()
    return kind.strip().lower() == "application/json" and charset in {"", "utf-8", "utf8"}
