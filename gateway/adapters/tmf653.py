"""TMF653 Service Test v4: a check is two tests, of speed (速度核查) and of quality (质量核查), and over when both are.

Each carries our key with its own name behind it (``N1#Q1/speed``), so that a test whose creation was not answered is
found again, and only a missing one is made. A system that makes one test at a time refuses the second as busy: it is
made when the first is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.answers import id_of
from gateway.adapters.characteristics import characteristics, fields_of
from gateway.adapters.made_tests import DOWN, MadeTest, result_of
from gateway.adapters.tmf_client import TmfClient
from gateway.adapters.tmf_errors import refused, unexpected
from gateway.adapters.tmf_lists import mine_in

EVENTS: Final = ("ServiceTestStateChangeEvent",)
TESTS: Final = ("speed", "quality")


class ServiceTests:
    """Checks through one service test API."""

    def __init__(self, client: TmfClient, path: str) -> None:
        self.path = path.rstrip("/")
        self._client = client
        self._collection = f"{self.path}/serviceTest"

    async def send(self, request: NetworkRequest) -> Answer:
        """Make both tests."""
        return await self._made(request, {})

    async def look(self, request: NetworkRequest) -> Answer | None:
        """How far both are; a missing one is made. Null when there is none of them."""
        found = {name: test for name in TESTS if (test := await self._find(request, name)) is not None}
        return await self._made(request, found) if found else None

    async def _made(self, request: NetworkRequest, found: Mapping[str, MadeTest]) -> Answer:
        tests = dict(found)
        for name in TESTS:
            if name in tests:
                continue
            made = await self._make(request, name)
            if isinstance(made, MadeTest):
                tests[name] = made
            elif tests and made.outcome is ReportOutcome.NOT_READY:
                break
            else:
                return made
        remote = {name: test.id for name, test in tests.items()}
        is_over = len(tests) == len(TESTS) and all(test.over for test in tests.values())
        return result_of(request, tests, remote) if is_over else UnderWay(remote)

    async def _make(self, request: NetworkRequest, name: str) -> MadeTest | Finished:
        reply = await self._client.post(self._collection, _body(request, name))
        return _test(reply.body) if reply.ok else refused(self._collection, reply, request.data)

    async def _find(self, request: NetworkRequest, name: str) -> MadeTest | None:
        """A test by its id, else by our key. Only a collection that answers can say that there is none."""
        if (known := request.remote.get(name)) is not None:
            reply = await self._client.get(f"{self._collection}/{quote(known, safe='')}")
            if reply.ok:
                return _test(reply.body)
            if not reply.absent:
                raise unexpected(f"GET {self._collection}/{known}", reply)
        key = f"{request.key}/{name}"
        reply = await self._client.get(self._collection, externalId=key)
        mine = mine_in(reply, self._collection, lambda one: _key(one) == key)
        return _test(mine[-1]) if mine else None


def _key(test: Mapping[str, Any]) -> Any:
    return fields_of(test.get("characteristic")).get("externalId") or test.get("externalId")


def _body(request: NetworkRequest, name: str) -> dict[str, Any]:
    own = {"externalId": f"{request.key}/{name}"}
    if request.action in DOWN:
        own["expected"] = "down"
    body: dict[str, Any] = {
        "name": f"{name} check",
        "mode": "ONDEMAND",
        "testSpecification": {"id": f"{request.product}-{name}".upper(), "version": "1.0"},
        "characteristic": characteristics({**request.data, **own}),
        "@type": "ServiceTest",
    }
    if request.service is not None:
        body["relatedService"] = {"id": request.service}
    return body


def _test(body: Any) -> MadeTest:
    id_ = id_of(body)
    if id_ is None:
        raise NetworkUnavailableError(f"a service test without an id came: {str(body)[:200]}")
    return MadeTest(id_, str(body.get("state", "")), body)
