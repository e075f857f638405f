"""Activation by way of an inventory: what TMF640 (services) and TMF702 (resources) have in common.

A thing is made with POST or changed with PATCH. The answer is the thing itself, or a monitor to ask. It is done when
the thing, read again, has the state that was wanted; what its characteristics say is the echo.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.characteristics import characteristics, fields_of
from gateway.adapters.tmf_client import Reply, TmfClient
from gateway.adapters.tmf_errors import refusal

_ACCEPTED: Final = 202
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one API: its collection, its list of characteristics, and which attributes each action wants."""

    collection: str
    characteristics: str
    type_name: str
    product: str
    wanted: Mapping[str, Mapping[str, str]]


class Inventory:
    """Activates in one API of a network management system."""

    def __init__(self, client: TmfClient, path: str, dialect: Dialect) -> None:
        self.path = path.rstrip("/")
        self._client = client
        self._dialect = dialect

    async def send(self, request: NetworkRequest) -> Answer:
        """Have the thing changed where it is known, else made in the wanted state."""
        body = self._body(request)
        if request.service is not None:
            reply = await self._client.patch(self._address(request.service), body)
        else:
            reply = await self._client.post(f"{self.path}/{self._dialect.collection}", body)
        if reply.status == _ACCEPTED:
            return UnderWay(self._remote(reply.body))
        return (
            self._thing(request, reply.body) if reply.ok else refusal(reply.status, reply.body, request.data)
        )

    async def look(self, request: NetworkRequest) -> Answer | None:
        """The monitor if there is one, else the thing, by its id or by our key."""
        if (monitor := request.remote.get("monitor")) is not None:
            return await self._monitored(request, monitor)
        if (known := request.remote.get("thing")) is not None:
            reply = await self._client.get(self._address(known))
            return self._read(request, reply)
        reply = await self._client.get(f"{self.path}/{self._dialect.collection}", externalId=request.key)
        listed = reply.body if isinstance(reply.body, list) else []
        mine = [one for one in listed if isinstance(one, Mapping) and one.get("externalId") == request.key]
        return self._thing(request, mine[-1]) if mine else None

    async def _monitored(self, request: NetworkRequest, monitor: str) -> Answer | None:
        reply = await self._client.get(f"{self.path}/monitor/{quote(monitor, safe='')}")
        if reply.status == _NOT_FOUND:
            return None
        body = reply.body if isinstance(reply.body, Mapping) else {}
        state, remote = str(body.get("state", "")).lower(), {**request.remote, **self._remote(body)}
        if state == "inerror":
            status, said = _response(body)
            return refusal(status, said, request.data)
        if state != "completed":
            return UnderWay(remote)
        thing = remote.get("thing")
        if thing is None:
            return Finished(
                ReportOutcome.NOT_READY, remote, failure="its monitor ended without naming what it made"
            )
        return self._read(request, await self._client.get(self._address(thing)), ended=True)

    def _read(self, request: NetworkRequest, reply: Reply, *, ended: bool = False) -> Answer | None:
        if reply.status == _NOT_FOUND and request.action in {"terminate", "deactivate"}:
            return Finished(ReportOutcome.SUCCEEDED, request.remote, service=request.service)
        return self._thing(request, reply.body, ended=ended) if reply.ok else None

    def _thing(self, request: NetworkRequest, body: Any, *, ended: bool = False) -> Answer:
        """Done when it is in the wanted state; before that it goes on, unless its monitor says that it has ended."""
        if not isinstance(body, Mapping) or not isinstance(body.get("id"), str):
            raise NetworkUnavailableError(
                f"a {self._dialect.type_name} without an id came: {json.dumps(body)[:200]}"
            )
        remote = {**request.remote, "thing": body["id"]}
        wanted = self._dialect.wanted[request.action]
        missed = {name: body.get(name) for name, value in wanted.items() if body.get(name) != value}
        if missed and not ended:
            return UnderWay(remote)
        if missed:
            text = ", ".join(f"{name} is {value}, not {wanted[name]}" for name, value in missed.items())
            return Finished(ReportOutcome.NOT_READY, remote, failure=text)
        echoed = fields_of(body.get(self._dialect.characteristics), request.data)
        return Finished(
            ReportOutcome.SUCCEEDED,
            remote,
            service=body["id"],
            echoed=echoed or None,
            nms_verdict=", ".join(wanted.values()),
        )

    def _body(self, request: NetworkRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "externalId": request.key,
            "name": f"{request.product} {request.key.rpartition('#')[0]}",
            self._dialect.product: request.product,
            **self._dialect.wanted[request.action],
            self._dialect.characteristics: characteristics(request.data),
            "@type": self._dialect.type_name,
        }
        if request.place is not None:
            body["place"] = [{"id": request.place, "role": "installation"}]
        return body

    def _remote(self, body: Any) -> dict[str, str]:
        """What a monitor calls itself and what it watches; some give ids, some addresses."""
        found = body if isinstance(body, Mapping) else {}
        names = {"monitor": found.get("id") or found.get("href"), "thing": found.get("sourceHref")}
        return {name: str(value).rstrip("/").rsplit("/", 1)[-1] for name, value in names.items() if value}

    def _address(self, thing: str) -> str:
        return f"{self.path}/{self._dialect.collection}/{quote(thing, safe='')}"


def _response(monitor: Mapping[str, Any]) -> tuple[int, Any]:
    """The answer which a monitor keeps: its status, and its body, which some send as text."""
    response = monitor.get("response")
    if not isinstance(response, Mapping):
        return 500, response or "in error, without a word"
    body = response.get("body")
    if isinstance(body, str):
        with contextlib.suppress(ValueError):
            body = json.loads(body)
    status = str(response.get("statusCode", "400"))
    return int(status) if status.isdecimal() else 400, body
