"""What the simulated network answers to requests that make no sense: a sentence, and nothing is done."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.simulator import services
from tests.simulator.caller import RESOURCES, SERVICES, TESTS, Caller

BODIES = [
    "",
    "null",
    "1",
    "[]",
    '"text"',
    "NaN",
    '{"a": NaN}',
    "{",
    "\x00",
    '{"a": "\\ud800"}',
    "[" * 3000,
    '{"a": ' + "[" * 250 + "1" + "]" * 250 + "}",
]


@pytest.mark.parametrize("path", [SERVICES, RESOURCES, TESTS, f"{services.BASE}/hub"])
@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_is_no_object_of_json_is_refused(path: str, body: str) -> None:
    async with Caller() as nms:
        answer = await nms.http.post(path, content=body.encode())

    assert (answer.status_code, answer.json()["code"]) == (400, "400")
    assert nms.simulator.record.doings == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (SERVICES, {"externalId": 7}, "externalId"),
        (SERVICES, {"state": "activated"}, "state"),
        (SERVICES, {"state": ["active"]}, "state"),
        (SERVICES, {"serviceCharacteristic": {"vlan": 1}}, "serviceCharacteristic"),
        (SERVICES, {"serviceCharacteristic": ["vlan"]}, "serviceCharacteristic[0]"),
        (SERVICES, {"serviceCharacteristic": [{"name": "vlan"}]}, "serviceCharacteristic[0]"),
        (RESOURCES, {"administrativeState": "open"}, "administrativeState"),
        (TESTS, {"relatedService": "s-1"}, "relatedService"),
        (TESTS, {"relatedService": None}, "relatedService"),
        (TESTS, {"relatedService": {"id": 7}}, "relatedService.id"),
        (TESTS, {"characteristic": "x"}, "characteristic"),
        (f"{services.BASE}/hub", {"callback": "gw/listener"}, "callback"),
        (f"{services.BASE}/hub", {"callback": "http://gw/x", "query": 1}, "query"),
        (f"{services.BASE}/hub", {}, "callback"),
    ],
)
async def test_a_field_that_makes_no_sense_is_named(path: str, body: dict[str, Any], field: str) -> None:
    async with Caller() as nms:
        answer = await nms.http.post(path, json=body)

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errorMessage"]] == [field]
    assert nms.simulator.record.doings == []


@pytest.mark.parametrize("path", [f"{SERVICES}/s-0", f"{TESTS}/t-0", f"{services.BASE}/hub/1", "/elsewhere"])
async def test_what_is_not_there_is_said_in_json(path: str) -> None:
    async with Caller() as nms:
        read, gone = await nms.http.get(path), await nms.http.delete(path)

    assert (read.status_code, gone.status_code) == (404, 404)
    assert read.json()["reason"] == "Not Found"


async def test_a_service_that_is_not_there_cannot_be_changed() -> None:
    async with Caller() as nms:
        answer = await nms.http.patch(f"{SERVICES}/s-0", json={"state": "inactive"})

    assert (answer.status_code, answer.json()["message"]) == (404, "there is no service s-0")


async def test_a_verb_that_a_path_has_not_is_refused_in_json() -> None:
    async with Caller() as nms:
        answer = await nms.http.put(SERVICES, json={})

    assert (answer.status_code, answer.json()["code"]) == (405, "405")


async def test_nobody_gives_a_service_its_id_or_its_inner_names() -> None:
    async with Caller({"sync": True}) as nms:
        body = {"externalId": "N1#A1", "id": "s-1", "href": "x", "_key": "y", "_due": "z", "state": "active"}
        made = (await nms.http.post(SERVICES, json=body)).json()
        changed = (await nms.http.patch(made["href"], json={"id": "s-2"})).json()
        found = await nms.read(SERVICES)

    assert made["id"] not in {"s-1", "s-2"}
    assert found == [changed]
    assert (changed["id"], changed["href"]) == (made["id"], made["href"])


@pytest.mark.parametrize("place", ["-1", "x", "1.5", "²"])
async def test_a_place_in_a_list_that_is_no_number_is_refused(place: str) -> None:
    async with Caller() as nms:
        answer = await nms.http.get(SERVICES, params={"limit": place})

    assert (answer.status_code, answer.json()["errorMessage"][0]["field"]) == (400, "limit")
