"""TMF653 of the simulated network: what its lines measure, and when they cannot be measured."""

from __future__ import annotations

from typing import Any

import pytest

from domain.catalogue import DEFAULT_PRODUCTS, Product, Threshold
from tests.simulator.caller import MONITORS, TESTS, Caller, Found, figures

QUICK = {"delay_seconds": 0.02}


def is_kept(limit: Threshold, value: float, rate_kbps: float) -> bool:
    factor = rate_kbps if limit.of_subscribed_rate else 1
    above = limit.lower is None or value >= limit.lower * factor
    return above and (limit.upper is None or value <= limit.upper * factor)


async def both(nms: Caller, key: str, **fields: Any) -> Found:
    return {**await nms.measured(key, "speed", **fields), **await nms.measured(key, "quality", **fields)}


@pytest.mark.parametrize("product", DEFAULT_PRODUCTS, ids=lambda product: product.code)
async def test_a_good_line_keeps_every_mandatory_limit_of_every_product(product: Product) -> None:
    async with Caller(QUICK) as nms:
        await nms.active("N1#A1", subscribedRateMbps=20)
        found = await both(nms, "N1#Q1")

    mandatory = [limit for limit in product.thresholds if limit.mandatory]
    assert mandatory
    assert [limit.metric for limit in mandatory if limit.metric not in found] == []
    assert [limit for limit in mandatory if not is_kept(limit, found[limit.metric], 20_000)] == []


async def test_the_speed_test_measures_throughput_and_the_quality_test_all_else() -> None:
    async with Caller(QUICK) as nms:
        await nms.active("N1#A1", subscribedRateKbps=50_000)
        speed, quality = await nms.measured("N1#Q1", "speed"), await nms.measured("N1#Q1", "quality")

    assert speed == {"tcpDownKbps": 47_450, "tcpUpKbps": 47_450}
    assert {"rttMs", "lossPercent", "opticalRxPowerDbm", "pingOk", "reachable"} < set(quality)
    assert not set(speed) & set(quality)


async def test_a_test_shows_when_it_ran_in_what_units_and_what_it_was_sent() -> None:
    async with Caller(QUICK) as nms:
        await nms.active("N1#A1")
        made = await nms.test("N1#Q1", "speed", server="zz")
        ended = await nms.ended(TESTS, made.json()["id"])

    assert (made.status_code, made.json()["state"], ended["state"]) == (201, "acknowledged", "completed")
    assert {one["unitOfMeasure"] for one in ended["testMeasure"]} == {"kbit/s"}
    assert ended["startDateTime"] < ended["endDateTime"]
    sent = {one["name"]: one["value"]["value"] for one in ended["characteristic"]}
    assert sent == {"externalId": "N1#Q1/speed", "server": "zz"}


async def test_a_test_is_found_by_our_key_among_its_characteristics() -> None:
    async with Caller(QUICK) as nms:
        await nms.test("N1#Q1", "speed")
        quality = (await nms.test("N1#Q1", "quality")).json()
        found = await nms.read(TESTS, externalId="N1#Q1/quality")

    assert [one["id"] for one in found] == [quality["id"]]


async def test_a_suspended_service_is_unreachable_and_has_no_throughput() -> None:
    async with Caller(QUICK) as nms:
        made = await nms.active("N1#A1")
        up = await both(nms, "N1#Q1")
        await nms.suspend(made["id"], "N2#A1")
        down = await both(nms, "N2#Q1", expected="down")

    assert up["reachable"] == 1
    assert down == {"reachable": 0, "state": "completed"}


async def test_the_line_of_an_active_service_is_reachable_though_it_is_expected_to_be_down() -> None:
    async with Caller(QUICK) as nms:
        await nms.active("N1#A1")
        found = await nms.measured("N1#Q1", "quality", expected="down")

    assert found["reachable"] == 1


async def test_a_line_that_was_never_active_is_not_ready_to_be_tested() -> None:
    async with Caller(QUICK) as nms:
        made = await nms.test("N1#Q1", "speed")
        ended = await nms.ended(TESTS, made.json()["id"])

    assert ended["state"] == "rejected"
    assert "not active yet" in ended["description"]
    assert len(nms.record("REJECTED", "N1#Q1/speed")) == 1


async def test_a_test_ends_after_the_change_that_is_under_way_on_its_line() -> None:
    async with Caller({"kind": "ACTIVATION", "delay_seconds": 0.4}, QUICK) as nms:
        monitor = (await nms.activate("N1#A1")).json()
        found = await nms.measured("N1#Q1", "speed")
        changed = await nms.read(f"{MONITORS}/{monitor['id']}")

    assert changed["state"] == "Completed"
    assert found["tcpDownKbps"] == 94_900


async def test_a_test_measures_the_service_that_it_names() -> None:
    async with Caller(QUICK) as nms:
        slow = await nms.active("N1#A1", subscribedRateMbps=10)
        body = {"name": "speed check", "relatedService": {"id": slow["id"]}, "characteristic": []}
        made = (await nms.http.post(TESTS, json=body)).json()
        found = figures(await nms.ended(TESTS, made["id"]))

    assert (found["tcpDownKbps"], found["reachable"]) == (9_490, 1)


async def test_the_script_says_other_figures_and_words_where_numbers_belong() -> None:
    rule = {
        **QUICK,
        "times": 1,
        "measures": {"tcpDownKbps": 87_200, "rttMs": 31},
        "words": {"jitterMs": "n/a"},
    }
    async with Caller({"kind": "QUALITY_CHECK", **rule}, QUICK) as nms:
        await nms.active("N1#A1")
        bad, good = await both(nms, "N1#Q1"), await both(nms, "N1#Q2")

    assert (bad["tcpDownKbps"], bad["rttMs"], bad["jitterMs"]) == (87_200, 31, "n/a")
    assert (good["tcpDownKbps"], good["rttMs"], good["jitterMs"]) == (94_900, 8, 1.2)


async def test_a_line_gets_worse_with_each_test() -> None:
    async with Caller({**QUICK, "degrade": 0.1}) as nms:
        await nms.active("N1#A1")
        checks = [await both(nms, f"N1#Q{number}") for number in (1, 2, 3)]

    assert [check["tcpDownKbps"] for check in checks] == [94_900, 85_410, 75_920]
    assert [check["lossPercent"] for check in checks] == [0, 5, 10]
    assert [check["opticalRxPowerDbm"] for check in checks] == [-19.5, -24.5, -29.5]


@pytest.mark.parametrize(
    ("rule", "status"),
    [({"refuse": {"server": "unknown"}}, 422), ({"busy": True}, 409), ({"status": 500}, 500)],
)
async def test_a_test_that_is_refused_is_not_made(rule: Found, status: int) -> None:
    async with Caller(rule) as nms:
        answer = await nms.test("N1#Q1", "speed", server="zz")
        found = await nms.read(TESTS)

    assert (answer.status_code, found, nms.record("TESTED")) == (status, [], [])


async def test_a_busy_system_says_that_a_different_test_is_in_progress() -> None:
    async with Caller({"busy": True}) as nms:
        answer = await nms.test("N1#Q1", "speed")

    assert answer.json()["message"] == "a different test is already in progress"


async def test_a_line_that_is_not_ready_rejects_the_test_though_it_is_active() -> None:
    async with Caller({**QUICK, "kind": "QUALITY_CHECK", "not_ready": True}, QUICK) as nms:
        await nms.active("N1#A1")
        found = await both(nms, "N1#Q1")

    assert found == {"state": "rejected"}


async def test_a_synchronous_test_answers_with_its_measures() -> None:
    async with Caller({"sync": True, "echo": {"server": "yy"}}) as nms:
        await nms.activate("N1#A1")
        made = (await nms.test("N1#Q1", "speed", server="zz")).json()

    assert (made["state"], figures(made)["tcpDownKbps"]) == ("completed", 94_900)
    assert {"name": "server", "valueType": "string", "value": {"value": "yy"}} in made["characteristic"]


async def test_the_check_of_a_service_is_scripted_apart_from_its_activation() -> None:
    async with Caller({**QUICK, "kind": "QUALITY_CHECK", "test": "quality", "busy": True}, QUICK) as nms:
        made = await nms.active("N1#A1")
        speed, quality = await nms.test("N1#Q1", "speed"), await nms.test("N1#Q1", "quality")

    assert (made["state"], speed.status_code, quality.status_code) == ("active", 201, 409)
