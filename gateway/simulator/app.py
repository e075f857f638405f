"""The simulated network management system over HTTP: TMF640, TMF702 and TMF653, its script and its record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gateway.simulator import resources, service_tests, services
from gateway.simulator.agenda import Agenda
from gateway.simulator.answers import Refused, error, missing
from gateway.simulator.behaviour import ScriptError
from gateway.simulator.calls import Call
from gateway.simulator.hubs import Hubs, shown
from gateway.simulator.inventory import Inventory
from gateway.simulator.listing import listed
from gateway.simulator.record import Record
from gateway.simulator.script import Script, checked
from gateway.simulator.service_tests import ServiceTests

SERVICES: Final = services.BASE
RESOURCES: Final = resources.BASE
TESTS: Final = service_tests.BASE
BASES: Final = {"service": SERVICES, "resource": RESOURCES, "serviceTest": TESTS}
CREATED: Final = 201
NO_CONTENT: Final = 204
BAD_REQUEST: Final = 400

Handler = Callable[[Request], Awaitable[Response]]


class Simulator:
    """One server. ``app`` is the ASGI application; ``start`` and ``stop`` go around its life.

    Without ``rules`` the script that a record holds goes on. Raises ScriptError, RecordError.
    """

    def __init__(self, *, rules: Any = None, record: Path | None = None, secret: str | None = None) -> None:
        self.record = Record(record)
        self.script = Script(self.record)
        if rules is not None:
            self.script.resume(rules)
        self.hubs = Hubs(self.record, secret)
        self.agenda = Agenda()
        parts = (self.script, self.record, self.hubs, self.agenda)
        self.services = Inventory(services.SERVICES, *parts)
        self.resources = Inventory(resources.RESOURCES, *parts)
        self.tests = ServiceTests(*parts)
        self.app = Starlette(
            routes=[
                *self._inventory(self.services),
                *self._inventory(self.resources),
                *self._collection("serviceTest", self.tests.make, self.tests.delete),
                Route("/", self._welcome),
                Route("/record", self._read_record),
                Route("/script", self._read_script, methods=["GET"]),
                Route("/script", self._write_script, methods=["PUT"]),
            ],
            exception_handlers={Refused: _refused, HTTPException: _http_error},
        )

    def start(self) -> None:
        """Go on with what a process before left under way."""
        self.hubs.start()
        for part in (self.services, self.resources, self.tests):
            part.start()

    async def stop(self) -> None:
        """Stop; with a record, the next process goes on."""
        await self.agenda.stop()
        await self.hubs.stop()
        self.record.close()

    def _inventory(self, inventory: Inventory) -> list[Route]:
        api = inventory.shape.api
        base = BASES[api]

        async def change(request: Request) -> Response:
            status, made = await inventory.change(request.path_params["id"], await _call(request))
            return JSONResponse(shown(made), status)

        return [
            *self._collection(api, inventory.make, inventory.delete),
            Route(f"{base}/{api}/{{id}}", change, methods=["PATCH"]),
            *self._reads(f"{base}/monitor", inventory.monitors),
        ]

    def _collection(
        self,
        api: str,
        make: Callable[[Call], Awaitable[tuple[int, dict[str, Any]]]],
        delete: Callable[[str, Call], None],
    ) -> list[Route]:
        """Making, reading, removing and hubs, which every API has."""
        path = f"{BASES[api]}/{api}"

        async def made(request: Request) -> Response:
            status, thing = await make(await _call(request))
            return JSONResponse(shown(thing), status, headers={"Location": thing["href"]})

        async def gone(request: Request) -> Response:
            delete(request.path_params["id"], await _call(request))
            return Response(status_code=NO_CONTENT)

        return [
            *self._hub(api),
            *self._reads(path, api),
            Route(path, made, methods=["POST"]),
            Route(f"{path}/{{id}}", gone, methods=["DELETE"]),
        ]

    def _reads(self, path: str, collection: str) -> list[Route]:
        async def many(request: Request) -> Response:
            page, total = listed(self.record.all(collection), request.query_params)
            counts = {"X-Total-Count": str(total), "X-Result-Count": str(len(page))}
            return JSONResponse([shown(one) for one in page], headers=counts)

        async def one(request: Request) -> Response:
            found = self.record.find(collection, request.path_params["id"])
            if found is None:
                raise missing(collection, request.path_params["id"])
            return JSONResponse(shown(found))

        return [Route(path, many, methods=["GET"]), Route(f"{path}/{{id}}", one, methods=["GET"])]

    def _hub(self, api: str) -> list[Route]:
        path, collection = f"{BASES[api]}/hub", f"{api}/hub"

        async def subscribe(request: Request) -> Response:
            call = await _call(request)
            hub = self.hubs.subscribe(api, dict(call.body))
            self.record.did("SUBSCRIBED", "", **call.by, hub=hub["id"], callback=hub["callback"])
            return JSONResponse(hub, CREATED, headers={"Location": f"{call.url}/{hub['id']}"})

        async def unsubscribe(request: Request) -> Response:
            id_, call = request.path_params["id"], await _call(request)
            if self.record.find(collection, id_) is None:
                raise missing("hub", id_)
            self.record.remove(collection, id_)
            self.record.did("UNSUBSCRIBED", "", **call.by, hub=id_)
            return Response(status_code=NO_CONTENT)

        return [
            *self._reads(path, collection),
            Route(path, subscribe, methods=["POST"]),
            Route(f"{path}/{{id}}", unsubscribe, methods=["DELETE"]),
        ]

    async def _welcome(self, _request: Request) -> Response:
        return JSONResponse(
            {"name": "simulated network", "apis": BASES, "script": "/script", "record": "/record"}
        )

    async def _read_record(self, request: Request) -> Response:
        page, _ = listed(self.record.doings, request.query_params)
        return JSONResponse(page)

    async def _read_script(self, _request: Request) -> Response:
        return JSONResponse(self.script.rules)

    async def _write_script(self, request: Request) -> Response:
        try:
            self.script.set(orjson.loads(await request.body()))
        except (ScriptError, orjson.JSONDecodeError) as wrong:
            return JSONResponse(error(BAD_REQUEST, str(wrong)), BAD_REQUEST)
        self.record.did("SCRIPTED", "", method="PUT", path="/script", rules=len(self.script.rules))
        return Response(status_code=NO_CONTENT)


async def _call(request: Request) -> Call:
    """The request, its body an object of JSON; an empty one where there is none to be."""
    text = await request.body()
    try:
        body = orjson.loads(text) if text or request.method != "DELETE" else {}
        orjson.dumps([[[[[[[[body]]]]]]]])  # as deep as it will stand in the record
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        body = None
    if not isinstance(body, dict):
        why = "the body is no object of JSON, or nested too deeply"
        raise Refused(BAD_REQUEST, error(BAD_REQUEST, why))
    own = {"id", "href"}
    given = {name: value for name, value in body.items() if name not in own and not name.startswith("_")}
    url = str(request.url.replace(query="", fragment=""))
    return Call(request.method, url, request.url.path, given)


async def _refused(_request: Request, refused: Exception) -> Response:
    if not isinstance(refused, Refused):
        raise refused
    if isinstance(refused.body, str):
        return HTMLResponse(refused.body, refused.status)
    return JSONResponse(refused.body, refused.status)


async def _http_error(_request: Request, wrong: Exception) -> Response:
    if not isinstance(wrong, HTTPException):
        raise wrong
    return JSONResponse(error(wrong.status_code, wrong.detail), wrong.status_code, headers=wrong.headers)


def rules_of(file: Path | None) -> Any:
    """The rules in a file, null where none is named. Raises ScriptError naming the file and what is wrong in it."""
    if file is None:
        return None
    try:
        rules = orjson.loads(file.read_bytes())
        checked(rules)
    except OSError as wrong:
        raise ScriptError(f"{file} cannot be read: {wrong.strerror}") from wrong
    except orjson.JSONDecodeError as wrong:
        raise ScriptError(f"{file} is no JSON: {wrong}") from wrong
    except ScriptError as wrong:
        raise ScriptError(f"{file}: {wrong}") from wrong
    return rules
