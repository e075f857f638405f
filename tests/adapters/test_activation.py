"""Activation through the TM Forum's APIs, against the simulated system and against answers of bad ones."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.tmf_network import TmfNetwork
from gateway.simulator.app import Simulator
from tests.adapters.systems import LINE, answering, request, simulated

BOTH = pytest.mark.parametrize("api", ["tmf640", "tmf702"])


async def ended(network: TmfNetwork, asked: NetworkRequest) -> Finished:
    """The end of a request, looked for until it is there."""
    answer: Answer | None = await network.send(asked)
    async with asyncio.timeout(5):
        while isinstance(answer, UnderWay):
            await asyncio.sleep(0.01)
            answer = await network.look(replace(asked, remote=answer.remote))
    assert isinstance(answer, Finished)
    return answer


def done(simulator: Simulator) -> list[str]:
    return [str(one["done"]) for one in simulator.record.doings]


@BOTH
async def test_a_service_is_made_and_its_characteristics_come_back(api: str) -> None:
    async with simulated(activation=api) as (network, simulator):
        answer = await ended(network, request())

        assert answer.outcome is ReportOutcome.SUCCEEDED
        assert answer.echoed == LINE
        assert answer.service is not None
        assert done(simulator) == ["CREATED", "COMPLETED"]


@BOTH
async def test_a_synchronous_system_needs_no_monitor(api: str) -> None:
    async with simulated({"sync": True}, activation=api) as (network, _):
        answer = await network.send(request())

        assert isinstance(answer, Finished)
        assert answer.echoed == LINE


@BOTH
@pytest.mark.parametrize("action", ["suspend", "resume", "terminate", "deactivate"])
async def test_a_known_service_is_changed_and_no_other_made(api: str, action: str) -> None:
    async with simulated(activation=api) as (network, simulator):
        made = await ended(network, request())

        answer = await ended(network, request("N2#A1", action=action, service=made.service, data={}))

        assert (answer.outcome, answer.service) == (ReportOutcome.SUCCEEDED, made.service)
        assert done(simulator) == ["CREATED", "COMPLETED", "PATCHED", "COMPLETED"]


@BOTH
async def test_what_was_not_answered_is_found_by_our_key(api: str) -> None:
    async with simulated(activation=api) as (network, _):
        nothing = await network.look(request())
        await network.send(request())

        found = await network.look(request())

        assert nothing is None
        assert found is not None


@BOTH
@pytest.mark.parametrize("sync", [True, False])
async def test_refused_fields_are_named(api: str, sync: bool) -> None:  # noqa: FBT001 - a case of the parameters
    rule = {"refuse": {"vlan": "vlan 2999 is not allowed"}, "sync": sync}
    async with simulated(rule, activation=api) as (network, _):
        answer = await ended(network, request(data={**LINE, "vlan": 2999}))

        assert answer.outcome is ReportOutcome.FAILED
        assert answer.refused_fields == ("vlan",)
        assert answer.failure == "vlan 2999 is not allowed"


async def test_a_changed_echo_is_handed_on_as_it_came() -> None:
    async with simulated({"echo": {"vlan": 7}}) as (network, _):
        answer = await ended(network, request())

        assert answer.echoed == {**LINE, "vlan": 7}


async def test_an_echo_in_words_is_the_number_that_was_sent() -> None:
    async with simulated({"echo": {"vlan": "2101", "subscribedRateMbps": 100.0}}) as (network, _):
        answer = await ended(network, request())

        assert answer.echoed == LINE


async def test_a_busy_system_is_no_failure() -> None:
    async with simulated({"busy": True}) as (network, _):
        answer = await network.send(request())

        assert isinstance(answer, Finished)
        assert answer.outcome is ReportOutcome.NOT_READY
        assert answer.failure == "a different test is already in progress"


@pytest.mark.parametrize(
    ("rule", "words"),
    [({"status": 503}, "HTTP 503"), ({"html": True}, "not JSON"), ({"status": 401}, "AUTHORIZATION")],
)
async def test_an_answer_that_is_none_is_an_outage_which_says_what_came(
    rule: dict[str, Any], words: str
) -> None:
    async with simulated(rule) as (network, _):
        with pytest.raises(NetworkUnavailableError, match=words):
            await network.send(request())


async def test_a_monitor_that_never_ends_goes_on() -> None:
    async with simulated({"never_ends": True}) as (network, _):
        answer = await network.send(request())
        assert isinstance(answer, UnderWay)

        again = await network.look(request(remote=answer.remote))

        assert again == answer


async def test_a_service_that_is_gone_is_terminated_and_one_that_was_forgotten_is_told() -> None:
    def answer(asked: httpx.Request) -> httpx.Response:
        is_list = asked.url.path.endswith("/service")
        return httpx.Response(200, json=[]) if is_list else httpx.Response(404, json={"code": "60"})

    network = answering(answer)

    gone = await network.look(request(action="terminate", remote={"thing": "s-1"}, service="s-1"))
    forgotten = await network.look(request(remote={"thing": "s-1"}))
    monitor = await network.look(request(remote={"monitor": "m-1"}))

    assert isinstance(gone, Finished)
    assert gone.outcome is ReportOutcome.SUCCEEDED
    assert (forgotten, monitor) == (None, None)


async def test_a_monitor_that_completes_with_another_state_settles_nothing() -> None:
    def answer(asked: httpx.Request) -> httpx.Response:
        if "monitor" in asked.url.path:
            return httpx.Response(
                200, json={"id": "m-1", "state": "Completed", "sourceHref": "x/service/s-1"}
            )
        return httpx.Response(200, json={"id": "s-1", "state": "reserved"})

    found = await answering(answer).look(request(remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert (found.outcome, found.failure) == (ReportOutcome.NOT_READY, "state is reserved, not active")


async def test_a_monitor_which_names_nothing_settles_nothing() -> None:
    def answer(asked: httpx.Request) -> httpx.Response:
        is_list = asked.url.path.endswith("/service")
        return httpx.Response(200, json=[] if is_list else {"state": "Completed"})

    network = answering(answer)

    found = await network.look(request(remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert found.outcome is ReportOutcome.NOT_READY


@pytest.mark.parametrize(
    ("response", "outcome", "fields"),
    [
        (
            {"statusCode": "400", "body": '{"errorMessage": [{"code": "1", "referenceError": "x/vlan"}]}'},
            "FAILED",
            ("vlan",),
        ),
        ({"statusCode": 422, "body": {"errors": [{"field": "vlan", "message": "bad"}]}}, "FAILED", ("vlan",)),
        (
            {"statusCode": 422, "body": {"message": "subscribedRateMbps is too high"}},
            "FAILED",
            ("subscribedRateMbps",),
        ),
        ({"statusCode": 400, "body": {"message": "no such profile"}}, "FAILED", ()),
        (
            {"statusCode": 400, "body": {"errorMessage": [{"code": "503", "message": "down"}]}},
            "NOT_READY",
            (),
        ),
        ({"statusCode": 400, "body": {"message": "the device is locked, try again"}}, "NOT_READY", ()),
        ({"statusCode": 409, "body": "busy"}, "NOT_READY", ()),
        (
            {
                "statusCode": 400,
                "body": {
                    "errorMessage": [{"referenceError": "https://docs.example/errors", "message": "vlan"}]
                },
            },
            "FAILED",
            ("vlan",),
        ),
        (None, "FAILED", ()),
    ],
)
async def test_a_monitor_in_error_says_which_fields_are_at_fault(
    response: Any, outcome: str, fields: tuple[str, ...]
) -> None:
    network = answering(
        lambda _: httpx.Response(200, json={"id": "m-1", "state": "InError", "response": response})
    )

    found = await network.look(request(remote={"monitor": "m-1"}))

    assert isinstance(found, Finished)
    assert (found.outcome, found.refused_fields) == (ReportOutcome(outcome), fields)


async def test_a_thing_without_an_id_is_no_answer() -> None:
    with pytest.raises(NetworkUnavailableError, match="without an id"):
        await answering(lambda _: httpx.Response(201, json={"state": "active"})).send(request())


async def test_nobody_who_answers_nothing_is_an_outage() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("")

    with pytest.raises(NetworkUnavailableError, match=r"no answer \(ConnectTimeout"):
        await answering(answer).send(request())


async def test_place_key_and_product_go_along() -> None:
    bodies: list[bytes] = []

    def answer(asked: httpx.Request) -> httpx.Response:
        bodies.append(asked.content)
        return httpx.Response(201, json={"id": "s-1", "state": "active"})

    await answering(answer, authorization="Bearer x").send(request(place="410105-1", data={}))

    assert b'"externalId":"N1#A1"' in bodies[0].replace(b": ", b":")
    assert b'"serviceType":"INTERNET_LINE"' in bodies[0].replace(b": ", b":")
    assert b"410105-1" in bodies[0]
