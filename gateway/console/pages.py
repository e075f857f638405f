"""The static files of GraphiQL under ``/graphiql``, with a strict content security policy.

They hold nothing of anybody, so that they are served without a token. The page asks ``/graphql`` of its own origin
and nobody else; the policy makes the browser keep to that.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"

# The editor writes style elements and style attributes as it lays out its lines: styles alone are 'unsafe-inline'.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NOT_BUILT: Final = (
    "GraphiQL is not built yet. Run `make setup` in the project's folder, then load this page again.\n"
)

# The name of an asset holds the hash of its content: another content has another name.
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


def console_routes(static: Path = STATIC) -> list[BaseRoute]:
    """The routes of GraphiQL: ``/graphiql`` leads to ``/graphiql/``, the page, with its assets below it."""
    return [
        Route("/graphiql", _to_page, methods=["GET"]),
        Mount("/graphiql", app=_ConsoleFiles(directory=static, html=True, check_dir=False)),
    ]


async def _to_page(_request: Request) -> Response:
    """The page's addresses are relative to a folder. So is this one, as a proxy may serve us under a prefix."""
    return RedirectResponse("graphiql/", headers=SECURITY_HEADERS)


class _ConsoleFiles(StaticFiles):
    """The files of the build, or a sentence that tells how to get them."""

    async def check_config(self) -> None:
        """A folder that is not there yet is no fault: ``get_response`` says what to do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its headers. HEAD has no body; any other method but GET is 405, an unknown path 404."""
        response = await self._response(path, scope)
        response.headers.update(SECURITY_HEADERS)
        return response

    async def _response(self, path: str, scope: Scope) -> Response:
        if not self._is_built():
            return PlainTextResponse(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, {"Cache-Control": "no-store"})
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _IMMUTABLE if path.startswith("assets") else _ASK_AGAIN
        return response

    def _is_built(self) -> bool:
        return self.directory is not None and (Path(self.directory) / "index.html").is_file()
