"""A client of the gateway's API: a document and its variables give the data, or a sentence what to do."""

from types import TracebackType
from typing import Any, Final, Self

import httpx

PATH: Final = "/graphql"
BUSY: Final = frozenset({429, 502, 503, 504})
"""HTTP states of a gateway, or of a proxy before it, which will answer later."""

CODES: Final = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 413: "TOO_LARGE"}
"""What an HTTP status says where the answer holds no code."""
REMEDIES: Final = {
    "UNAUTHENTICATED": "The gateway did not accept the token: make one with `onevisit token --role {role}`,"
    " with the same ONEVISIT_SECRET as the gateway, and check that it has not expired.",
    "FORBIDDEN": "The token's role may not do this: make one with `onevisit token --role {role}`.",
}


class GatewayUnreachable(Exception):  # noqa: N818 - what happened, not a fault of ours
    """Nobody answered, or the gateway is busy; the same request may succeed later."""


class GatewayRefused(Exception):  # noqa: N818 - what happened, not a fault of ours
    """The gateway answered, and the request as a whole was not carried out; ``code`` is that of the API."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class GraphQLClient:
    """Requests to one gateway with one token, over connections that are kept open.

    Args:
        url: The gateway's address, such as ``http://127.0.0.1:8000``, with or without ``/graphql``.
        token: What ``onevisit token`` printed.
        role: Whose token it should be, for the remedy where it is refused.
        timeout_seconds: For connecting, and for each wait for a part of the answer.
    """

    def __init__(
        self, url: str, token: str = "", *, role: str = "upstream", timeout_seconds: float = 30.0
    ) -> None:
        self.url = _endpoint(url)
        self._role = role
        self._http = httpx.AsyncClient(
            headers=_headers(token, role),
            timeout=timeout_seconds,
            # A proxy of the environment is for the world outside, and does not know this machine's own ports.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def execute(self, document: str, variables: dict[str, object] | None = None) -> dict[str, Any]:
        """The ``data`` of the answer; errors beside some data are left to who reads the data.

        Raises:
            GatewayUnreachable: No answer, or one that says "later".
            GatewayRefused: An answer without data.
        """
        try:
            response = await self._http.post(self.url, json={"query": document, "variables": variables or {}})
        except httpx.ConnectError as error:
            raise GatewayUnreachable(
                f"No connection: is `onevisit serve` running at {self.url}? ({error})"
            ) from error
        except httpx.TimeoutException as error:
            raise GatewayUnreachable(
                f"{self.url} did not answer within {self._http.timeout.read:g} s."
            ) from error
        except httpx.TransportError as error:
            raise GatewayUnreachable(f"The connection to {self.url} broke off ({error}).") from error
        return self._data(response)

    def _data(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code in BUSY:
            raise GatewayUnreachable(f"{self.url} is busy (HTTP {response.status_code}): try again later.")
        answer = _json(response)
        data, errors = answer.get("data"), answer.get("errors")
        if isinstance(data, dict) and any(value is not None for value in data.values()):
            return data
        raise _refused(self.url, self._role, response.status_code, errors)


def _endpoint(url: str) -> str:
    try:
        known = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise GatewayRefused(
            "BAD_URL", f"{url} is no address ({error}): write such as http://127.0.0.1:8000."
        ) from error
    if known.scheme not in {"http", "https"} or not known.host:
        raise GatewayRefused(
            "BAD_URL", f"{url} is no address of a gateway: write such as http://127.0.0.1:8000."
        )
    base = str(known).rstrip("/")
    return base if base.endswith(PATH) else base + PATH


def _headers(token: str, role: str) -> dict[str, str]:
    bare = token.strip()
    if not bare:
        return {}
    if not bare.isascii() or not bare.isprintable():
        raise GatewayRefused("UNAUTHENTICATED", REMEDIES["UNAUTHENTICATED"].format(role=role))
    return {"Authorization": f"Bearer {bare}"}


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {}


def _refused(url: str, role: str, status: int, errors: object) -> GatewayRefused:
    """The first error of the answer with its remedy, or what the HTTP status alone says."""
    first = errors[0] if isinstance(errors, list) and errors else None
    error: dict[str, Any] = first if isinstance(first, dict) else {}
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    code = str(code or CODES.get(status, "NO_GATEWAY"))
    said = str(error.get("message") or f"{url} answered HTTP {status} and no data: is it a OneVisit gateway?")
    remedy = REMEDIES[code].format(role=role) if code in REMEDIES else None
    return GatewayRefused(code, f"{remedy} ({said})" if remedy is not None else said)
