"""Activation by way of an inventory: what TMF640 (services) and TMF702 (resources) have in common.

A thing is made with POST or changed with PATCH. The answer is the thing itself, or a monitor to ask. It is done when
the thing, read again, has the state that was wanted; what its characteristics say is the echo. That a thing is not
there is believed only when its collection answers: otherwise the address in the settings is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.answers import id_of
from gateway.adapters.dialect import Dialect
from gateway.adapters.monitor import Monitor, monitor_at, monitor_in
from gateway.adapters.tmf_client import NOT_FOUND, Reply, TmfClient
from gateway.adapters.tmf_errors import refusal, refused, unexpected
from gateway.adapters.tmf_lists import mine_in

_ACCEPTED: Final = 202
_ENDING: Final = frozenset({"terminate", "deactivate"})


class Inventory:
    """Activates in one API of a network management system."""

    def __init__(self, client: TmfClient, path: str, dialect: Dialect) -> None:
        self.path = path.rstrip("/")
        self._client = client
        self._dialect = dialect
        self._collection = f"{self.path}/{dialect.collection}"

    async def send(self, request: NetworkRequest) -> Answer:
        """Have the thing changed where it is known, else made in the wanted state."""
        body = self._dialect.body(request)
        if request.service is None:
            return self._answered(request, await self._client.post(self._collection, body))
        reply = await self._client.patch(self._address(request.service), body)
        if not reply.absent:
            return self._answered(request, reply)
        await self._mine(request)  # raises where not even the collection is there
        return await self._without(request, body)

    async def _without(self, request: NetworkRequest, body: Mapping[str, Any]) -> Answer:
        """The service that we know is not there: activated anew, or terminated already, else a wrong one."""
        if request.action == "activation":
            return self._answered(request, await self._client.post(self._collection, body))
        named = "serviceId" in request.data  # by people, who may be wrong
        if request.action in _ENDING and not named:
            return Finished(ReportOutcome.SUCCEEDED, request.remote, service=request.service)
        text = f"there is no {self._dialect.collection} {request.service}"
        fields = ("serviceId",) if named else ()
        verdict = f"HTTP {NOT_FOUND}"
        return Finished(ReportOutcome.FAILED, failure=text, refused_fields=fields, nms_verdict=verdict)

    def _answered(self, request: NetworkRequest, reply: Reply) -> Answer:
        if reply.status == _ACCEPTED:
            monitor = monitor_in(reply.body, self._dialect.collection)
            id_ = monitor.id or monitor_at(reply.location)
            return UnderWay(_known(monitor=id_, thing=monitor.thing) or {"asked": request.key})
        if not reply.ok:
            return refused(self._collection, reply, request.data)
        if reply.body is None:  # done, without a word of it
            return UnderWay(_known(thing=request.service) or {"asked": request.key})
        return self._thing(request, reply.body)

    async def look(self, request: NetworkRequest) -> Answer | None:
        """The monitor if there is one, else the thing, by its id or by our key."""
        if (id_ := request.remote.get("monitor")) is not None:
            reply = await self._client.get(f"{self.path}/monitor/{quote(id_, safe='')}")
            if not reply.absent:
                monitor = monitor_in(self._read(reply), self._dialect.collection)
                return await self._monitored(request, replace(monitor, id=id_))
        known = request.remote.get("thing") or (request.service if "asked" in request.remote else None)
        if known is not None:
            reply = await self._client.get(self._address(known))
            if not reply.absent:
                return self._thing(request, self._read(reply))
        mine = await self._mine(request)
        if mine:
            return await self._found(request, mine[-1])
        is_gone = known is not None and request.action in _ENDING
        return Finished(ReportOutcome.SUCCEEDED, request.remote, service=known) if is_gone else None

    async def _mine(self, request: NetworkRequest) -> list[Mapping[str, Any]]:
        """The things that carry our key."""
        reply = await self._client.get(self._collection, externalId=request.key)
        return mine_in(reply, self._collection, lambda one: one.get("externalId") == request.key)

    async def _found(self, request: NetworkRequest, thing: Mapping[str, Any]) -> Answer:
        """What has become of a thing whose monitor we do not know: it may have been refused meanwhile."""
        answer = self._thing(request, thing)
        if isinstance(answer, Finished) or "monitor" in request.remote:
            return answer
        monitor = await self._monitor_of(request, thing)
        return await self._monitored(request, monitor) if monitor is not None else answer

    async def _monitor_of(self, request: NetworkRequest, thing: Mapping[str, Any]) -> Monitor | None:
        """The last monitor of a thing, in systems which list them."""
        source = str(thing.get("href") or f"{self._dialect.collection}/{id_of(thing)}")
        try:
            reply = await self._client.get(f"{self.path}/monitor", sourceHref=source)
        except NetworkUnavailableError:
            return None
        listed = reply.body if reply.ok and isinstance(reply.body, list) else []
        monitors = [monitor_in(one, self._dialect.collection) for one in listed]
        mine = [one for one in monitors if one.thing == id_of(thing) and one.key in {None, request.key}]
        return mine[-1] if mine else None

    async def _monitored(self, request: NetworkRequest, monitor: Monitor) -> Answer:
        thing = monitor.thing or request.remote.get("thing") or request.service
        remote = {**request.remote, **_known(monitor=monitor.id, thing=thing)}
        if monitor.state == "inerror":
            answer = refusal(monitor.status, monitor.said, request.data)
            return replace(answer, remote=remote, nms_verdict="InError")
        if monitor.state != "completed":
            return UnderWay(remote)
        return await self._completed(replace(request, remote=remote), thing)

    async def _completed(self, request: NetworkRequest, thing: str | None) -> Answer:
        """The thing after its monitor has ended, by its id, else by our key."""
        reply = await self._client.get(self._address(thing)) if thing is not None else Reply(NOT_FOUND)
        if not reply.absent:
            return self._thing(request, self._read(reply), ended=True)
        if thing is not None and request.action in _ENDING:
            return Finished(ReportOutcome.SUCCEEDED, request.remote, service=thing)
        mine = await self._mine(request)
        if mine:
            return self._thing(request, mine[-1], ended=True)
        text = "its monitor has ended, and what it made is not found"
        return Finished(ReportOutcome.NOT_READY, request.remote, failure=text)

    def _thing(self, request: NetworkRequest, body: Any, *, ended: bool = False) -> Answer:
        """Done when it is in the wanted state; before that it goes on, unless its monitor says that it has ended."""
        id_ = id_of(body)
        if id_ is None:
            text = f"a {self._dialect.type_name} without an id came: {json.dumps(body)[:200]}"
            raise NetworkUnavailableError(text)
        remote = {**request.remote, "thing": id_}
        missed = self._dialect.missed(request.action, body)
        if missed:
            return Finished(ReportOutcome.NOT_READY, remote, failure=missed) if ended else UnderWay(remote)
        return Finished(
            ReportOutcome.SUCCEEDED,
            remote,
            service=id_,
            echoed=self._dialect.echo(request, body),
            nms_verdict=self._dialect.shown(request.action, body),
        )

    def _read(self, reply: Reply) -> Any:
        """What is there. Raises NetworkUnavailableError: a question is not refused for what was sent."""
        if not reply.ok:
            raise unexpected(f"GET {self.path}/…", reply)
        return reply.body

    def _address(self, thing: str) -> str:
        return f"{self._collection}/{quote(thing, safe='')}"


def _known(**names: str | None) -> dict[str, str]:
    return {name: value for name, value in names.items() if value}
