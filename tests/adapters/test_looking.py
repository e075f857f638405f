"""Looking for what was asked: absence is believed only from a collection that answers, and nothing is made twice."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.network import Finished, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from tests.adapters.systems import body, request, scripted


def service(**fields: Any) -> dict[str, Any]:
    return {"id": "s-1", "externalId": "N1#A1", "state": "active", **fields}


EMPTY = httpx.Response(200, json=[])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="Not Found"),
        httpx.Response(400, json={"message": "unknown filter"}),
        httpx.Response(429),
        httpx.Response(200, json={"items": []}),
        httpx.Response(206, json=[{"id": "s-9", "externalId": "N9#A1"}]),
        httpx.Response(206, json=[]),
    ],
)
@pytest.mark.parametrize("key", ["N1#A1", "N1#Q1"])
async def test_a_list_that_does_not_say_leaves_it_open_whether_it_arrived(
    answer: httpx.Response, key: str
) -> None:
    network, asked = scripted({"GET service": answer, "GET serviceTest": answer})

    with pytest.raises(NetworkUnavailableError):
        await network.look(request(key))

    assert not any(one.startswith("POST") for one in asked)


async def test_a_system_that_knows_no_filter_is_looked_through() -> None:
    others = [{"id": "s-9", "externalId": "N9#A1", "state": "active"}, "rubbish", service(), {"id": "s-8"}]
    network, _ = scripted({"GET service": httpx.Response(200, json=others)})

    found = await network.look(request())

    assert isinstance(found, Finished)
    assert found.service == "s-1"


async def test_a_wrong_path_in_the_settings_settles_nothing() -> None:
    network, _ = scripted({})

    for asked in (
        request(),
        request(action="terminate", service="s-1"),
        request("N1#Q1"),
    ):
        with pytest.raises(NetworkUnavailableError, match="ONEVISIT_NMS_…_PATH"):
            await network.send(asked)
    with pytest.raises(NetworkUnavailableError, match="ONEVISIT_NMS_…_PATH"):
        await network.look(request(action="terminate", remote={"thing": "s-1"}, service="s-1"))


async def test_a_service_that_is_gone_is_made_anew_by_an_activation() -> None:
    network, asked = scripted({"GET service": EMPTY, "POST service": body(201, **service(id="s-2"))})

    answer = await network.send(request(service="s-1"))

    assert isinstance(answer, Finished)
    assert answer.service == "s-2"
    assert asked == ["PATCH service/s-1", "GET service", "POST service"]


async def test_a_service_that_is_gone_needs_no_termination() -> None:
    network, _ = scripted({"GET service": EMPTY})

    answer = await network.send(request(action="terminate", service="s-1"))

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.service) == (ReportOutcome.SUCCEEDED, "s-1")


@pytest.mark.parametrize(
    ("action", "data", "fields"),
    [
        ("suspend", {}, ()),
        ("resume", {}, ()),
        ("terminate", {"serviceId": "s-1"}, ("serviceId",)),
        ("suspend", {"serviceId": "s-1"}, ("serviceId",)),
    ],
)
async def test_a_service_that_is_wrongly_named_is_told(
    action: str, data: dict[str, Any], fields: tuple[str, ...]
) -> None:
    network, _ = scripted({"GET service": EMPTY})

    answer = await network.send(request(action=action, service="s-1", data=data))

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.failure) == (ReportOutcome.FAILED, "there is no service s-1")
    assert answer.refused_fields == fields


async def test_a_monitor_that_is_gone_leads_to_the_service() -> None:
    network, _ = scripted({"GET service/s-1": body(**service())})

    found = await network.look(request(remote={"monitor": "m-1", "thing": "s-1"}))

    assert isinstance(found, Finished)
    assert found.outcome is ReportOutcome.SUCCEEDED


@pytest.mark.parametrize(
    "source", [None, "https://nms.example/v4/service", "https://nms.example/v4/service/s-7"]
)
async def test_a_monitor_that_names_no_service_leads_to_our_key(source: str | None) -> None:
    network, _ = scripted(
        {
            "GET monitor/m-1": body(id="m-1", state="Completed", sourceHref=source),
            "GET service": httpx.Response(200, json=[service()]),
        }
    )

    found = await network.look(request(remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert found.service == "s-1"


async def test_a_monitor_names_its_service_in_its_response() -> None:
    monitor = body(id="m-1", state="Completed", response={"statusCode": "201", "body": json.dumps(service())})
    network, _ = scripted({"GET monitor/m-1": monitor, "GET service/s-1": body(**service())})

    found = await network.look(request(remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert found.service == "s-1"


@pytest.mark.parametrize("said", ["{broken", "[1]", 7, None])
async def test_a_response_that_cannot_be_read_names_nothing(said: object) -> None:
    monitor = body(id=77, state="Completed", response={"statusCode": "201", "body": said})
    network, _ = scripted({"GET monitor/77": monitor, "GET service": EMPTY})

    found = await network.look(request(remote={"monitor": "77"}))

    assert isinstance(found, Finished)
    assert found.failure == "its monitor has ended, and what it made is not found"


async def test_an_id_may_be_a_number() -> None:
    network, _ = scripted({"POST service": body(201, **service(id=9))})

    answer = await network.send(request())

    assert isinstance(answer, Finished)
    assert answer.service == "9"


async def test_a_termination_whose_monitor_has_completed_may_leave_no_service_behind() -> None:
    network, _ = scripted({"GET monitor/m-1": body(id="m-1", state="Completed", sourceHref="x/service/s-1")})

    found = await network.look(request(action="terminate", remote={"monitor": "m-1"}, service="s-1"))

    assert isinstance(found, Finished)
    assert found.outcome is ReportOutcome.SUCCEEDED


async def test_a_collection_is_no_service_that_is_gone() -> None:
    network, _ = scripted(
        {
            "GET monitor/m-1": body(id="m-1", state="Completed", sourceHref="https://nms.example/v4/service"),
            "GET service": httpx.Response(200, json=[service()]),
        }
    )

    found = await network.look(request(action="terminate", remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert (found.outcome, found.failure) == (ReportOutcome.NOT_READY, "state is active, not terminated")


@pytest.mark.parametrize("status", [429, 400])
async def test_a_question_that_is_refused_settles_nothing(status: int) -> None:
    busy = httpx.Response(status, json={"message": "slow down"})
    network, _ = scripted({"GET monitor/m-1": busy, "GET service/s-1": busy, "GET serviceTest/t-1": busy})

    for asked in (
        request(remote={"monitor": "m-1"}),
        request(remote={"thing": "s-1"}),
        request("N1#Q1", remote={"speed": "t-1"}),
    ):
        with pytest.raises(NetworkUnavailableError, match="slow down"):
            await network.look(asked)


def refused(key: str = "N1#A1", source: str = "service/s-1") -> dict[str, Any]:
    said = {"errorMessage": [{"code": "22", "message": "vlan 2999 is taken", "referenceError": "vlan"}]}
    asked = {"method": "POST", "body": {"externalId": key}}
    response = {"statusCode": "422", "body": said}
    return {"id": "m-1", "state": "InError", "sourceHref": source, "request": asked, "response": response}


async def test_a_refusal_that_came_while_nobody_knew_the_monitor_is_found() -> None:
    waiting = service(state="reserved")
    of_another = {**refused("N9#A1"), "state": "InProgress"}
    of_another_thing = {**refused(source="service/s-9"), "state": "InProgress"}
    network, _ = scripted(
        {
            "GET service": httpx.Response(200, json=[waiting]),
            "GET monitor": httpx.Response(200, json=[refused(), of_another, of_another_thing]),
        }
    )

    found = await network.look(request())

    assert isinstance(found, Finished)
    assert (found.outcome, found.refused_fields, found.nms_verdict) == (
        ReportOutcome.FAILED,
        ("vlan",),
        "InError",
    )


@pytest.mark.parametrize("monitors", [httpx.Response(501), httpx.Response(404), httpx.Response(307), EMPTY])
async def test_a_system_that_lists_no_monitors_goes_on(monitors: httpx.Response) -> None:
    waiting = httpx.Response(200, json=[service(state="reserved")])
    network, _ = scripted({"GET service": waiting, "GET monitor": monitors})

    assert await network.look(request()) == UnderWay({"thing": "s-1"})


@pytest.mark.parametrize("body", [None, {}, {"state": "InProgress"}])
async def test_what_was_accepted_without_a_word_is_not_sent_again(body: object) -> None:
    accepted = httpx.Response(202) if body is None else httpx.Response(202, json=body)
    network, _ = scripted({"POST service": accepted})

    assert await network.send(request()) == UnderWay({"asked": "N1#A1"})


async def test_a_monitor_may_be_named_by_a_header() -> None:
    headers = {"Location": "https://nms.example/v4/monitor/m-7"}
    network, _ = scripted({"POST service": httpx.Response(202, headers=headers)})

    assert await network.send(request()) == UnderWay({"monitor": "m-7"})


async def test_a_change_that_was_made_without_a_word_is_read() -> None:
    network, _ = scripted(
        {"PATCH service/s-1": httpx.Response(204), "GET service/s-1": body(**service(state="Inactive"))}
    )

    sent = await network.send(request(action="suspend", service="s-1"))
    assert isinstance(sent, UnderWay)
    found = await network.look(request(action="suspend", service="s-1", remote=sent.remote))

    assert isinstance(found, Finished)
    assert (found.outcome, found.nms_verdict) == (ReportOutcome.SUCCEEDED, "Inactive")
