"""A caller of a simulated network that runs in the test's own process, with the words that tests need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from gateway.adapters.characteristics import characteristics, fields_of
from gateway.simulator import resources, service_tests, services
from gateway.simulator.app import Simulator

SERVICES = f"{services.BASE}/service"
RESOURCES = f"{resources.BASE}/resource"
TESTS = f"{service_tests.BASE}/serviceTest"
MONITORS = f"{services.BASE}/monitor"
SECONDS = 10

Found = dict[str, Any]
T = TypeVar("T")


class Caller:
    """Asks one simulator over ASGI. Its callbacks are real HTTP all the same."""

    def __init__(
        self,
        *rules: Mapping[str, Any],
        record: Path | None = None,
        secret: str | None = None,
        scripted: bool = True,
    ) -> None:
        self.simulator = Simulator(rules=list(rules) if scripted else None, record=record, secret=secret)
        transport = httpx.ASGITransport(self.simulator.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://nms")

    async def __aenter__(self) -> Self:
        self.simulator.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        await self.simulator.stop()

    async def listen(self, url: str, query: str = "") -> None:
        """Have the callbacks of all three APIs sent there."""
        for base in (services.BASE, resources.BASE, service_tests.BASE):
            answer = await self.http.post(f"{base}/hub", json={"callback": url, "query": query})
            assert answer.status_code == 201, answer.text

    async def activate(self, key: str, **fields: Any) -> httpx.Response:
        return await self.http.post(SERVICES, json=service(key, state="active", **fields))

    async def active(self, key: str, **fields: Any) -> Found:
        """A service which has become active."""
        monitor = (await self.activate(key, **fields)).json()
        await self.ended(MONITORS, monitor["id"])
        found: Found = await self.read(monitor["sourceHref"])
        return found

    async def suspend(self, id_: str, key: str) -> Found:
        body = {"externalId": key, "state": "inactive"}
        monitor = (await self.http.patch(f"{SERVICES}/{id_}", json=body)).json()
        await self.ended(MONITORS, monitor["id"])
        found: Found = await self.read(f"{SERVICES}/{id_}")
        return found

    async def test(self, key: str, part: str, **fields: Any) -> httpx.Response:
        listed = characteristics({"externalId": f"{key}/{part}", **fields})
        return await self.http.post(TESTS, json={"name": f"{part} check", "characteristic": listed})

    async def measured(self, key: str, part: str, **fields: Any) -> Found:
        """The figures of a test by their metrics; its state where it has none."""
        made = await self.test(key, part, **fields)
        assert made.status_code == 201, made.text
        return figures(await self.ended(TESTS, made.json()["id"]))

    async def read(self, path: str, **query: str) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ended(self, collection: str, id_: str) -> Found:
        """A monitor or a test at its end."""

        async def over() -> Found | None:
            found: Found = await self.read(f"{collection}/{id_}")
            return found if found["state"] not in {"InProgress", "inProgress", "acknowledged"} else None

        return await soon(over)

    def record(self, done: str, key: str = "") -> list[Found]:
        """What was done under that word, for that key if one is given."""
        doings = self.simulator.record.doings
        return [one for one in doings if one["done"] == done and (not key or one["key"] == key)]


def service(key: str, state: str = "active", **fields: Any) -> Found:
    return {"externalId": key, "state": state, "serviceCharacteristic": characteristics(fields)}


def figures(test: Found) -> Found:
    measures = test.get("testMeasure", [])
    found = {one["metricName"]: one["value"]["value"] for one in measures}
    return found or {"state": test["state"]}


def echoed(thing: Found) -> Found:
    return fields_of(thing.get("serviceCharacteristic"))


async def soon(check: Callable[[], Awaitable[T | None]]) -> T:
    """The first answer of a check that is none of null and false."""
    async with asyncio.timeout(SECONDS):
        while not (found := await check()):
            await asyncio.sleep(0.02)
        return found
