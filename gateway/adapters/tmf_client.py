"""Talks JSON with a network management system, and tells its answers from its outages."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from domain.network import NetworkUnavailableError
from domain.texts import storable
from gateway.adapters.answers import read_json
from gateway.adapters.breaker import Breaker

SHOWN: Final = 200
"""So many characters of an answer that makes no sense are shown."""
LONGEST_ANSWER: Final = 4 * 1024 * 1024
SHORTEST_SECRET: Final = 8
"""What is shorter may stand in any answer by chance."""
LONGEST_AFTER_SECONDS: Final = 60.0
"""For no longer a Retry-After is obeyed."""
NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405
_DENIED: Final = frozenset({401, 403})
_SAYS_ALL: Final = frozenset({NOT_FOUND, NOT_ALLOWED, 409, 423, 425, 429})
"""Statuses whose meaning needs no body: a proxy sends HTML with them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its JSON (null where there is none), and where it says that the thing is."""

    status: int
    body: Any = None
    location: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the classes of HTTP

    @property
    def absent(self) -> bool:
        """Whether nothing is there."""
        return self.status == NOT_FOUND


@dataclass(frozen=True, slots=True)
class Access:
    """How the system is reached. ``authorization`` is the whole header; files are paths of PEM."""

    url: str
    authorization: str | None = None
    timeout_seconds: float = 10.0
    ca_file: str | None = None
    client_certificate: str | None = None


class TmfClient:
    """One client a process: its connections are kept, its failures counted by one breaker."""

    def __init__(
        self,
        access: Access,
        breaker: Breaker | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._access = access
        self._breaker = breaker or Breaker()
        headers = {"Accept": "application/json"}
        if access.authorization is not None:
            headers["Authorization"] = access.authorization
        self._http = httpx.AsyncClient(
            base_url=access.url,
            headers=headers,
            timeout=access.timeout_seconds,
            verify=_tls(access) if access.url.startswith("https") else False,
            trust_env=False,
            transport=transport,
        )

    @property
    def timeout_seconds(self) -> float:
        """How long an answer may take."""
        return self._access.timeout_seconds

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def get(self, path: str, **query: str) -> Reply:
        """What is there."""
        return await self._ask("GET", path, None, query)

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Make something."""
        return await self._ask("POST", path, body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Change something."""
        return await self._ask("PATCH", path, body)

    async def delete(self, path: str) -> Reply:
        """Remove something."""
        return await self._ask("DELETE", path, None)

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer to one request. Raises NetworkUnavailableError for anything that is none."""
        if (wait := self._breaker.wait_seconds()) > 0:
            text = f"it was not asked, as it gave no answer several times; again in {wait:.0f} s"
            raise NetworkUnavailableError(text, asked=False, after_seconds=wait)
        try:
            reply = await self._exchange(method, path, body, query)
        except BaseException:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return reply

    async def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None
    ) -> Reply:
        asked = f"{method} {path}"
        try:
            async with asyncio.timeout(self._access.timeout_seconds):
                answer, content = await self._whole(method, path, body, query)
        except TimeoutError as error:
            text = f"{asked} got no whole answer within {self._access.timeout_seconds:g} s"
            raise NetworkUnavailableError(text) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise NetworkUnavailableError(f"{asked} got no answer ({self._shown(cause)})") from error
        shown = f"{asked} got HTTP {answer.status_code}"
        self._judge(shown, answer, content)
        return self._read(shown, answer, content)

    async def _whole(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None
    ) -> tuple[httpx.Response, bytes]:
        """The answer and as much of its body as is wanted; one byte more says that it is too long."""
        content = bytearray()
        async with self._http.stream(method, path, json=body, params=query) as answer:
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    break
        return answer, self._redacted(bytes(content[: LONGEST_ANSWER + 1]))

    def _judge(self, shown: str, answer: httpx.Response, content: bytes) -> None:
        """Raises NetworkUnavailableError for what is no answer to the question."""
        if answer.status_code in _DENIED:
            raise NetworkUnavailableError(f"{shown}; look at ONEVISIT_NMS_AUTHORIZATION")
        if answer.is_server_error or answer.is_redirect:
            raise NetworkUnavailableError(f"{shown}: {self._shown(content)}", after_seconds=_after(answer))
        if len(content) > LONGEST_ANSWER:
            raise NetworkUnavailableError(f"{shown} with more than {LONGEST_ANSWER} bytes")

    def _read(self, shown: str, answer: httpx.Response, content: bytes) -> Reply:
        location = answer.headers.get("location")
        if not content.strip():
            return Reply(answer.status_code, None, location)
        try:
            return Reply(answer.status_code, read_json(content), location)
        except ValueError as error:
            if answer.status_code in _SAYS_ALL:
                return Reply(answer.status_code, None, location)
            kind = answer.headers.get("content-type", "no content type")
            text = f"{shown} with {kind}, not JSON: {self._shown(content)}"
            raise NetworkUnavailableError(text) from error

    def _shown(self, said: str | bytes) -> str:
        """The beginning of what was said, on one line."""
        text = self._redacted(said.encode("utf-8", "replace") if isinstance(said, str) else said)
        return storable(" ".join(text.decode("utf-8", "replace").split()))[:SHOWN]

    def _redacted(self, content: bytes) -> bytes:
        """What was said without our secret, which some systems repeat when they complain of it."""
        header = self._access.authorization or ""
        for secret in (header, header.rpartition(" ")[2]):
            if len(secret) >= SHORTEST_SECRET:
                content = content.replace(secret.encode(), b"***")
        return content


def _after(answer: httpx.Response) -> float | None:
    """For how long it wants to be left alone, where it says so in seconds."""
    said = answer.headers.get("retry-after", "")
    return min(float(said), LONGEST_AFTER_SECONDS) if said.isascii() and said.isdecimal() else None


def _tls(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=access.ca_file)
    if access.client_certificate is not None:
        context.load_cert_chain(access.client_certificate)
    return context
