"""The simulated network management system over HTTP: TMF640, TMF702 and TMF653, its script and its record."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gateway.adapters.characteristics import fields_of
from gateway.simulator.callbacks import Callbacks
from gateway.simulator.network import Refused, SimulatedNetwork, shown
from gateway.simulator.record import Record
from gateway.simulator.script import Script, ScriptError

SERVICES: Final = "/tmf-api/ServiceActivationAndConfiguration/v4"
RESOURCES: Final = "/tmf-api/ResourceActivationAndConfiguration/v4"
TESTS: Final = "/tmf-api/ServiceTestManagement/v4"
NO_CONTENT: Final = 204
CREATED: Final = 201

Handler = Callable[[Request], Awaitable[Response]]


class Simulator:
    """One server. ``app`` is the ASGI application; ``start`` and ``stop`` go around its life."""

    def __init__(self, *, rules: Any = (), record: Path | None = None, secret: str | None = None) -> None:
        self.record = Record(record)
        self.callbacks = Callbacks(self.record, secret)
        self.network = SimulatedNetwork(Script(rules), self.record, self.callbacks)
        self.app = Starlette(
            routes=[
                *self._inventory(SERVICES, "service"),
                *self._inventory(RESOURCES, "resource"),
                *self._collection(TESTS, "serviceTest", {"POST": self._test}),
                Route("/record", self._read_record),
                Route("/script", self._read_script, methods=["GET"]),
                Route("/script", self._write_script, methods=["PUT"]),
            ],
            exception_handlers={Refused: _refused},
        )

    def start(self) -> None:
        """Go on with what a process before left under way."""
        self.network.start()

    async def stop(self) -> None:
        """Stop; with a record, the next process goes on."""
        await self.network.stop()
        await self.callbacks.close()
        self.record.close()

    def _inventory(self, base: str, api: str) -> list[Route]:
        async def make(request: Request) -> Response:
            status, made = await self.network.provision(api, await _body(request))
            return JSONResponse(shown(made), status)

        async def change(request: Request) -> Response:
            id_ = request.path_params["id"]
            status, made = await self.network.provision(api, await _body(request), id_)
            return JSONResponse(shown(made), status)

        async def watch(request: Request) -> Response:
            return self._one(f"{api}/monitor", request)

        return [
            *self._collection(base, api, {"POST": make, "PATCH": change}),
            Route(f"{base}/monitor/{{id:path}}", watch, methods=["GET"]),
        ]

    def _collection(self, base: str, api: str, changes: Mapping[str, Handler]) -> list[Route]:
        """Making, listing, reading and hubs, which every API has."""

        async def listed(request: Request) -> Response:
            wanted = dict(request.query_params)
            return JSONResponse([shown(one) for one in self.record.all(api) if _fits(one, wanted)])

        async def one(request: Request) -> Response:
            return self._one(api, request)

        async def gone(request: Request) -> Response:
            return self._gone(api, request)

        hubs = f"{api}/hub"

        async def hub(request: Request) -> Response:
            made = {**await _body(request), "id": secrets.token_hex(3)}
            self.record.put(hubs, made)
            return JSONResponse(made, CREATED, headers={"Location": f"{base}/hub/{made['id']}"})

        async def all_hubs(_request: Request) -> Response:
            return JSONResponse(self.record.all(hubs))

        async def no_hub(request: Request) -> Response:
            return self._gone(hubs, request)

        routes = [
            Route(f"{base}/hub", hub, methods=["POST"]),
            Route(f"{base}/hub", all_hubs, methods=["GET"]),
            Route(f"{base}/hub/{{id}}", no_hub, methods=["DELETE"]),
            Route(f"{base}/{api}", listed, methods=["GET"]),
            Route(f"{base}/{api}", changes["POST"], methods=["POST"]),
            Route(f"{base}/{api}/{{id}}", one, methods=["GET"]),
            Route(f"{base}/{api}/{{id}}", gone, methods=["DELETE"]),
        ]
        if "PATCH" in changes:
            routes.append(Route(f"{base}/{api}/{{id}}", changes["PATCH"], methods=["PATCH"]))
        return routes

    async def _test(self, request: Request) -> Response:
        return JSONResponse(shown(await self.network.test(await _body(request))), CREATED)

    def _one(self, collection: str, request: Request) -> Response:
        found = self.record.things.get(collection, {}).get(request.path_params["id"])
        return JSONResponse(shown(found)) if found is not None else _missing(request)

    def _gone(self, collection: str, request: Request) -> Response:
        id_ = request.path_params["id"]
        if id_ not in self.record.things.get(collection, {}):
            return _missing(request)
        self.record.remove(collection, id_)
        return Response(status_code=NO_CONTENT)

    async def _read_record(self, _request: Request) -> Response:
        return JSONResponse(self.record.doings)

    async def _read_script(self, _request: Request) -> Response:
        return JSONResponse(self.network.script.given)

    async def _write_script(self, request: Request) -> Response:
        try:
            self.network.script.set(await request.json())
        except (ScriptError, ValueError) as error:
            return JSONResponse({"message": str(error)}, 400)
        return Response(status_code=NO_CONTENT)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, {"code": "400", "reason": "Bad request", "message": "the body is no JSON object"})
    return body


def _fits(thing: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    fields = {**fields_of(thing.get("characteristic")), **thing}
    return all(str(fields.get(name)) == value for name, value in wanted.items())


def _missing(request: Request) -> Response:
    text = f"there is no {request.url.path.rsplit('/', 2)[-2]} {request.path_params['id']}"
    return JSONResponse({"code": "60", "reason": "Not found", "message": text}, 404)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    if isinstance(error.body, str):
        return HTMLResponse(error.body, error.status)
    return JSONResponse(error.body, error.status)


def rules_of(file: Path | None) -> Any:
    """The rules in a file. Raises ScriptError naming it."""
    if file is None:
        return ()
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScriptError(f"{file} cannot be read: {error}") from error
