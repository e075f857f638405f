"""TMF640 and TMF702 of the simulated network: what is made, changed, refused, and how it is told."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from gateway.simulator import resources
from tests.simulator.caller import MONITORS, RESOURCES, SERVICES, Caller, Found, echoed, service

QUICK = {"delay_seconds": 0.05}


async def activate_at(nms: Caller, key: str) -> httpx.Response:
    return await nms.activate(key, vlan=2101)


async def test_a_service_is_reserved_at_once_and_active_when_its_monitor_is_completed() -> None:
    async with Caller() as nms:
        accepted = await nms.activate("N1#A1", vlan=2101, port="0/3/7")
        monitor = accepted.json()
        before = await nms.read(monitor["sourceHref"])

        ended = await nms.ended(MONITORS, monitor["id"])
        after = await nms.read(monitor["sourceHref"])

    assert (accepted.status_code, monitor["state"], before["state"]) == (202, "InProgress", "reserved")
    assert json.loads(monitor["request"]["body"])["externalId"] == "N1#A1"
    assert (ended["state"], ended["response"]["statusCode"], after["state"]) == ("Completed", "200", "active")
    assert json.loads(ended["response"]["body"])["id"] == after["id"]
    assert echoed(after) == {"vlan": 2101, "port": "0/3/7"}


async def test_a_service_is_found_by_the_key_of_its_last_request() -> None:
    async with Caller(QUICK) as nms:
        made = await nms.active("N1#A1")
        await nms.active("N3#A1")
        await nms.suspend(made["id"], "N2#A1")

        found = await nms.read(SERVICES, externalId="N2#A1")
        former = await nms.read(SERVICES, externalId="N1#A1")

    assert ([one["id"] for one in found], former) == ([made["id"]], [])


async def test_the_same_request_twice_makes_two_services() -> None:
    async with Caller(QUICK) as nms:
        await activate_at(nms, "N1#A1")
        await activate_at(nms, "N1#A1")

        found = await nms.read(SERVICES, externalId="N1#A1")

    assert len(found) == 2
    assert len(nms.record("CREATED", "N1#A1")) == 2


async def test_vlan_2999_is_refused_without_any_script_and_nothing_is_left_of_the_service() -> None:
    async with Caller() as nms:
        monitor = (await nms.activate("N1#A1", vlan=2999)).json()

        ended = await nms.ended(MONITORS, monitor["id"])
        left = await nms.http.get(monitor["sourceHref"])

    (message,) = json.loads(ended["response"]["body"])["errorMessage"]
    assert (ended["state"], ended["response"]["statusCode"], left.status_code) == ("InError", "422", 404)
    assert (message["field"], message["message"]) == ("vlan", "vlan 2999 is not allowed")
    assert [one["fields"] for one in nms.record("REFUSED", "N1#A1")] == [["vlan"]]


async def test_a_rule_may_allow_that_vlan() -> None:
    async with Caller({**QUICK, "refuse": {}}) as nms:
        made = await nms.active("N1#A1", vlan=2999)

    assert made["state"] == "active"


async def test_a_synchronous_refusal_names_the_fields_and_makes_nothing() -> None:
    async with Caller({"sync": True, "refuse": {"vlan": "vlan is taken", "port": "port is down"}}) as nms:
        refused = await nms.activate("N1#A1", vlan=7)
        found = await nms.read(SERVICES)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errorMessage"]] == ["vlan", "port"]
    assert (found, nms.record("CREATED")) == ([], [])


async def test_a_synchronous_activation_answers_with_the_service_itself() -> None:
    async with Caller({"sync": True, "echo": {"vlan": 2102}}) as nms:
        made = await nms.activate("N1#A1", vlan=2101)

    assert (made.status_code, made.json()["state"]) == (201, "active")
    assert echoed(made.json()) == {"vlan": 2102}


async def test_a_refused_change_leaves_the_service_as_it_was() -> None:
    async with Caller({"attempt": 2, **QUICK, "refuse": {"vlan": "no"}}, QUICK) as nms:
        made = await nms.active("N1#A1", vlan=2101)
        body = service("N1#A2", state="inactive", vlan=7)
        monitor = (await nms.http.patch(f"{SERVICES}/{made['id']}", json=body)).json()

        ended = await nms.ended(MONITORS, monitor["id"])
        after = await nms.read(f"{SERVICES}/{made['id']}")

    assert ended["state"] == "InError"
    assert after == made


async def test_a_monitor_that_never_ends_stays_in_progress_and_so_does_its_service() -> None:
    async with Caller({"order": "N1", "never_ends": True, "delay_seconds": 0}, QUICK) as nms:
        monitor = (await nms.activate("N1#A1")).json()
        await nms.active("N2#A1")

        still = await nms.read(f"{MONITORS}/{monitor['id']}")
        waiting = await nms.read(monitor["sourceHref"])

    assert (still["state"], waiting["state"]) == ("InProgress", "reserved")


async def test_not_ready_is_an_error_to_try_again() -> None:
    async with Caller({**QUICK, "not_ready": True}) as nms:
        monitor = (await nms.activate("N1#A1")).json()
        ended = await nms.ended(MONITORS, monitor["id"])

    assert (ended["state"], ended["response"]["statusCode"]) == ("InError", "425")


@pytest.mark.parametrize(
    ("rule", "status", "kind"),
    [
        ({"status": 503}, 503, "application/json"),
        ({"busy": True}, 409, "application/json"),
        ({"html": True}, 200, "text/html"),
    ],
)
async def test_an_answer_of_the_script_is_given_instead_of_doing_anything(
    rule: Found, status: int, kind: str
) -> None:
    async with Caller(rule) as nms:
        answer = await nms.activate("N1#A1")
        found = await nms.read(SERVICES)

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0], found) == (status, kind, [])
    assert [one["status"] for one in nms.record("ANSWERED", "N1#A1")] == [status]


async def test_what_is_carried_out_though_the_answer_is_an_error_is_found_afterwards() -> None:
    async with Caller({**QUICK, "status": 504, "carried_out": True}) as nms:
        answer = await nms.activate("N1#A1")
        found = await nms.read(SERVICES, externalId="N1#A1")

    assert (answer.status_code, len(found)) == (504, 1)


async def test_a_late_answer_is_to_a_request_that_was_carried_out_in_time() -> None:
    async with Caller({"hang_seconds": 60}) as nms:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await nms.activate("N1#A1")
        found = await nms.read(SERVICES, externalId="N1#A1")

    assert len(found) == 1


async def test_a_resource_is_unlocked_locked_and_shut_down() -> None:
    async with Caller(QUICK) as nms:
        body = {"externalId": "N1#A1", "administrativeState": "unlocked", "category": "INTERNET_LINE"}
        monitor = (await nms.http.post(RESOURCES, json=body)).json()
        before = await nms.read(monitor["sourceHref"])
        states = []
        for state in (None, "locked", "shutdown"):
            if state is not None:
                wanted = {"administrativeState": state}
                monitor = (await nms.http.patch(monitor["sourceHref"], json=wanted)).json()
            await nms.ended(f"{resources.BASE}/monitor", monitor["id"])
            thing = await nms.read(monitor["sourceHref"])
            states.append((thing["administrativeState"], thing["resourceStatus"], thing["usageState"]))

    assert (before["administrativeState"], before["resourceStatus"]) == ("locked", "reserved")
    assert states == [
        ("unlocked", "available", "active"),
        ("locked", "suspended", "idle"),
        ("shutdown", "available", "idle"),
    ]


async def test_things_are_found_by_any_attribute_and_by_any_characteristic() -> None:
    async with Caller({"sync": True}) as nms:
        for order, vlan in (("N1", 1), ("N2", 2), ("N3", 2)):
            await nms.activate(f"{order}#A1", vlan=vlan)

        found = await nms.read(SERVICES, vlan="2", state="active")
        page = await nms.http.get(SERVICES, params={"vlan": "2", "offset": "1", "limit": "5"})

    assert [one["externalId"] for one in found] == ["N2#A1", "N3#A1"]
    assert [one["externalId"] for one in page.json()] == ["N3#A1"]
    assert (page.headers["x-total-count"], page.headers["x-result-count"]) == ("2", "1")


async def test_a_service_that_is_deleted_is_gone() -> None:
    async with Caller({"sync": True}) as nms:
        made = (await nms.activate("N1#A1")).json()
        deleted = await nms.http.delete(f"{SERVICES}/{made['id']}")
        after = await nms.http.get(f"{SERVICES}/{made['id']}")
        again = await nms.http.delete(f"{SERVICES}/{made['id']}")

    assert (deleted.status_code, after.status_code, again.status_code) == (204, 404, 404)
    assert len(nms.record("DELETED", "N1#A1")) == 1
