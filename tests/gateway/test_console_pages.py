from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette

from gateway.console.pages import NOT_BUILT, console_routes

if TYPE_CHECKING:
    from pathlib import Path


def client_of(static: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=console_routes(static)))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A build of two files, beside a file that is none of it."""
    build = tmp_path / "static"
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_text("<!doctype html><title>page</title>")
    (build / "assets" / "index-a1b2c3.js").write_text("page()")
    (tmp_path / "secret.txt").write_text("not of the build")
    return build


@pytest.fixture
def client(static: Path) -> httpx.AsyncClient:
    return client_of(static)


async def policy(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    header = (await client.get(path)).headers["content-security-policy"]
    return dict(directive.split(" ", maxsplit=1) for directive in header.split("; "))


async def test_the_address_without_a_slash_leads_to_the_page_relative_to_itself(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/graphiql")

    assert response.is_redirect
    assert response.headers["location"] == "graphiql/"
    assert (await client.get("/graphiql", follow_redirects=True)).text.endswith("<title>page</title>")


async def test_the_page_is_asked_for_again_each_time_and_may_not_be_framed(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphiql/")

    assert response.status_code == HTTPStatus.OK
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert (await policy(client, "/graphiql/"))["frame-ancestors"] == "'none'"


async def test_an_asset_is_kept_for_ever_because_its_name_holds_its_hash(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphiql/assets/index-a1b2c3.js")

    assert response.text == "page()"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/graphiql", "/graphiql/", "/graphiql/assets/index-a1b2c3.js"])
async def test_scripts_workers_and_connections_come_from_this_origin_and_are_never_made_of_text(
    client: httpx.AsyncClient, path: str
) -> None:
    directives = await policy(client, path)

    assert directives["default-src"] == "'none'"
    assert {directives[name] for name in ("script-src", "worker-src", "connect-src")} == {"'self'"}
    assert "unsafe-eval" not in str(directives)
    assert [name for name, sources in directives.items() if "unsafe-inline" in sources] == ["style-src"]


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql/assets/index-a1b2c3.js"])
async def test_head_answers_like_get_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    asked = await client.head(path)

    assert asked.status_code == HTTPStatus.OK
    assert asked.content == b""
    assert asked.headers["content-length"] == (await client.get(path)).headers["content-length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/graphiql", "/graphiql/", "/graphiql/assets/index-a1b2c3.js"])
async def test_nothing_but_get_and_head_is_allowed(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/%2e%2e/secret.txt",
        "/graphiql/..%2fsecret.txt",
        "/graphiql/assets/..%2f..%2fsecret.txt",
        "/graphiql/..%5csecret.txt",
        "/graphiql/%2fetc%2fhostname",
        "/graphiql/unknown.js",
        "/graphiql/%00",
    ],
)
async def test_no_path_leads_out_of_the_build(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "not of the build" not in response.text


async def test_a_link_that_points_out_of_the_build_is_not_followed(
    client: httpx.AsyncClient, static: Path
) -> None:
    (static / "assets" / "leak.txt").symlink_to(static.parent / "secret.txt")

    response = await client.get("/graphiql/assets/leak.txt")

    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql/assets/index-a1b2c3.js"])
async def test_before_the_build_a_sentence_names_the_remedy(tmp_path: Path, path: str) -> None:
    client = client_of(tmp_path / "static")

    response = await client.get(path)

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.text == NOT_BUILT
    assert "make setup" in response.text


async def test_a_build_made_while_the_gateway_runs_is_served(client: httpx.AsyncClient, static: Path) -> None:
    page = (static / "index.html").rename(static / "later.html")
    assert (await client.get("/graphiql/")).status_code == HTTPStatus.SERVICE_UNAVAILABLE

    page.rename(static / "index.html")

    assert (await client.get("/graphiql/")).status_code == HTTPStatus.OK
