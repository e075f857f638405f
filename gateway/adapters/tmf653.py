"""TMF653 Service Test v4: a check is two tests, of speed (速度核查) and of quality (质量核查), and over when both are.

Each carries our key with its own name behind it (``N1#Q1/speed``), so that a test whose creation was not answered is
found again, and only a missing one is made. ``state`` is a free word: one that is not known here goes on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from domain.commands import Measured
from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.characteristics import characteristics, fields_of, value_of
from gateway.adapters.tmf_client import TmfClient
from gateway.adapters.tmf_errors import refusal

EVENTS: Final = ("ServiceTestStateChangeEvent",)
TESTS: Final = ("speed", "quality")
ENDED: Final = {
    "completed",
    "complete",
    "done",
    "finished",
    "passed",
    "pass",
    "failed",
    "fail",
    "succeeded",
    "success",
}
UNMADE: Final = {"cancelled", "canceled", "rejected", "aborted", "terminated", "error", "terminatedwitherror"}
"""Words of a test that has figures, and of one that has none. TR-143's ``Error_…`` are of the latter."""

_DOWN: Final = {"suspend", "terminate", "deactivate"}
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class _Test:
    """One test as the system shows it."""

    id: str
    state: str
    body: Mapping[str, Any]

    @property
    def unmade(self) -> bool:
        return self.state in UNMADE or self.state.startswith("error_")

    @property
    def over(self) -> bool:
        return self.unmade or self.state in ENDED


class ServiceTests:
    """Checks through one service test API."""

    def __init__(self, client: TmfClient, path: str) -> None:
        self.path = path.rstrip("/")
        self._client = client

    async def send(self, request: NetworkRequest) -> Answer:
        """Make both tests."""
        return await self._made(request, {})

    async def look(self, request: NetworkRequest) -> Answer | None:
        """How far both are; a missing one is made. Null when there is none of them."""
        found = {name: test for name in TESTS if (test := await self._find(request, name)) is not None}
        return await self._made(request, found) if found else None

    async def _made(self, request: NetworkRequest, found: Mapping[str, _Test]) -> Answer:
        tests = dict(found)
        for name in TESTS:
            if name in tests:
                continue
            reply = await self._client.post(f"{self.path}/serviceTest", self._body(request, name))
            if not reply.ok:
                return refusal(reply.status, reply.body, request.data)
            tests[name] = _test(reply.body)
        remote = {name: test.id for name, test in tests.items()}
        unmade = next((test for test in tests.values() if test.unmade), None)
        if unmade is not None:
            return Finished(ReportOutcome.NOT_READY, remote, failure=_why(unmade), nms_verdict=unmade.state)
        if not all(test.over for test in tests.values()):
            return UnderWay(remote)
        return _result(request, tests, remote)

    async def _find(self, request: NetworkRequest, name: str) -> _Test | None:
        if (known := request.remote.get(name)) is not None:
            reply = await self._client.get(f"{self.path}/serviceTest/{quote(known, safe='')}")
            return _test(reply.body) if reply.ok else None
        key = f"{request.key}/{name}"
        reply = await self._client.get(f"{self.path}/serviceTest", externalId=key)
        listed = reply.body if isinstance(reply.body, list) else []
        mine = [one for one in listed if fields_of(one.get("characteristic")).get("externalId") == key]
        return _test(mine[-1]) if mine else None

    def _body(self, request: NetworkRequest, name: str) -> dict[str, Any]:
        fields = {"externalId": f"{request.key}/{name}", **request.data}
        if request.action in _DOWN:
            fields["expected"] = "down"
        body: dict[str, Any] = {
            "name": f"{name} check",
            "mode": "ONDEMAND",
            "testSpecification": {"id": f"{request.product}-{name}".upper(), "version": "1.0"},
            "characteristic": characteristics(fields),
            "@type": "ServiceTest",
        }
        if request.service is not None:
            body["relatedService"] = {"id": request.service}
        return body


def _test(body: Any) -> _Test:
    if not isinstance(body, Mapping) or not isinstance(body.get("id"), str):
        raise NetworkUnavailableError(f"a service test without an id came: {str(body)[:200]}")
    return _Test(body["id"], str(body.get("state", "")).lower(), body)


def _why(test: _Test) -> str:
    said = test.body.get("description") or test.body.get("reason")
    return f"test {test.id} is {test.state}" + (f": {said}" if said else "")


def _result(request: NetworkRequest, tests: Mapping[str, _Test], remote: Mapping[str, str]) -> Finished:
    words = ", ".join(f"{name}: {test.state}" for name, test in tests.items())
    try:
        measures = tuple(figure for test in tests.values() for figure in measures_of(test.body))
    except ValueError as error:
        return Finished(ReportOutcome.NOT_READY, remote, failure=str(error), nms_verdict=words)
    echoed = {n: v for test in tests.values() for n, v in _echo(test, request.data).items()}
    done = Finished(
        ReportOutcome.SUCCEEDED,
        remote,
        echoed=echoed or None,
        measures=measures,
        complete=True,
        nms_verdict=words,
    )
    return _down(done) if request.action in _DOWN else done


def _echo(test: _Test, sent: Mapping[str, Any]) -> dict[str, Any]:
    fields = fields_of(test.body.get("characteristic"), sent)
    return {name: value for name, value in fields.items() if name in sent}


def _down(done: Finished) -> Finished:
    """The check of a service that is to be down: nothing answers there any more (D14)."""
    reachable = [figure.value for figure in done.measures if figure.metric == "reachable"]
    if not reachable:
        text = "the test does not say whether the service is reachable"
        return Finished(ReportOutcome.NOT_READY, done.remote, failure=text, nms_verdict=done.nms_verdict)
    if not any(reachable):
        return done
    text = "the service still answers"
    return Finished(
        ReportOutcome.FAILED, done.remote, measures=done.measures, failure=text, nms_verdict=done.nms_verdict
    )


def measures_of(test: Mapping[str, Any]) -> list[Measured]:
    """The figures of a test. Raises ValueError naming the metric whose figure is none."""
    listed = test.get("testMeasure")
    found = []
    for place, one in enumerate(listed if isinstance(listed, list) else ()):
        name = one.get("metricName") if isinstance(one, Mapping) else None
        value = _number(value_of(one)) if name else None
        if value is None:
            said = f"{name} is {value_of(one)!r}, which is no number" if name else "it has no metricName"
            raise ValueError(f"testMeasure[{place}]: {said}")
        found.append(Measured(str(name), value, str(one.get("unitOfMeasure", "1"))))
    return found


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return float(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
