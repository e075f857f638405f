"""Talks JSON with a network management system, and tells its answers from its outages."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from domain.network import NetworkUnavailableError
from gateway.adapters.breaker import Breaker

SHOWN: Final = 200
"""So many characters of an answer that makes no sense are shown."""
LONGEST_ANSWER: Final = 4 * 1024 * 1024
_DENIED: Final = {401, 403}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, and its JSON (null where there is none)."""

    status: int
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the classes of HTTP


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
        except NetworkUnavailableError:
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return reply

    async def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None
    ) -> Reply:
        try:
            answer = await self._http.request(method, path, json=body, params=query)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise NetworkUnavailableError(f"{method} {path} got no answer ({cause})") from error
        shown = f"{method} {path} got HTTP {answer.status_code}"
        if answer.status_code in _DENIED:
            raise NetworkUnavailableError(f"{shown}; look at ONEVISIT_NMS_AUTHORIZATION")
        if answer.is_server_error or answer.is_redirect:
            raise NetworkUnavailableError(f"{shown}: {answer.text[:SHOWN]}")
        if not answer.content:
            return Reply(answer.status_code)
        try:
            return Reply(answer.status_code, answer.json())
        except (ValueError, RecursionError) as error:
            kind = answer.headers.get("content-type", "no content type")
            raise NetworkUnavailableError(f"{shown} with {kind}, not JSON: {answer.text[:SHOWN]}") from error


def _tls(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=access.ca_file)
    if access.client_certificate is not None:
        context.load_cert_chain(access.client_certificate)
    return context
