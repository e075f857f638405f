"""Checks by two service tests, whose figures are handed on and whose words are kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.catalogue import DEFAULT_PRODUCTS
from domain.network import Answer, Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from gateway.adapters.tmf_network import TmfNetwork
from gateway.simulator.app import Simulator
from tests.adapters.systems import LINE, answering, request, simulated


async def ended(network: TmfNetwork, asked: NetworkRequest) -> Finished:
    answer: Answer | None = await network.send(asked)
    async with asyncio.timeout(5):
        while isinstance(answer, UnderWay):
            await asyncio.sleep(0.01)
            answer = await network.look(replace(asked, remote=answer.remote))
    assert isinstance(answer, Finished)
    return answer


async def active(network: TmfNetwork) -> str:
    """A service that is live."""
    service = (await ended(network, request())).service
    assert service is not None
    return service


def made_tests(simulator: Simulator) -> list[str]:
    return [str(one["key"]) for one in simulator.record.doings if one["done"] == "TESTED"]


def check(**fields: Any) -> NetworkRequest:
    return request("N1#Q1", **fields)


async def test_a_live_line_measures_every_figure_that_any_product_wants() -> None:
    async with simulated() as (network, simulator):
        answer = await ended(network, check(service=await active(network)))

        wanted = {limit.metric for p in DEFAULT_PRODUCTS for limit in p.thresholds if limit.mandatory}
        assert wanted <= {figure.metric for figure in answer.measures}
        assert (answer.outcome, answer.complete) == (ReportOutcome.SUCCEEDED, True)
        assert answer.nms_verdict == "speed: completed, quality: completed"
        assert made_tests(simulator) == ["N1#Q1/speed", "N1#Q1/quality"]


async def test_a_line_that_is_not_live_is_not_ready() -> None:
    async with simulated() as (network, _):
        answer = await ended(network, check())

        assert answer.outcome is ReportOutcome.NOT_READY
        assert answer.failure is not None
        assert "not active yet" in answer.failure


async def test_a_suspended_service_is_checked_to_be_down() -> None:
    async with simulated() as (network, _):
        service = await active(network)
        up = await ended(network, check(action="suspend", service=service))
        await ended(network, request("N2#A1", action="suspend", service=service))

        down = await ended(network, check(action="suspend", service=service))

        assert (up.outcome, up.failure) == (ReportOutcome.FAILED, "the service still answers")
        assert down.outcome is ReportOutcome.SUCCEEDED


async def test_only_a_test_that_is_missing_is_made_once_more() -> None:
    calls: list[str] = []

    def answer(asked: httpx.Request) -> httpx.Response:
        calls.append(asked.method)
        if asked.method == "GET":
            key = asked.url.params["externalId"]
            listed = [
                {"id": "t-1", "state": "completed", "characteristic": [{"name": "externalId", "value": key}]}
            ]
            return httpx.Response(200, json=listed if key.endswith("speed") else [])
        return httpx.Response(201, json={"id": "t-2", "state": "running"})

    found = await answering(answer).look(check())

    assert found == UnderWay({"speed": "t-1", "quality": "t-2"})
    assert calls == ["GET", "GET", "POST"]


async def test_nothing_is_made_where_nothing_was_found() -> None:
    network = answering(lambda _: httpx.Response(200, json=[]))

    assert await network.look(check()) is None


@pytest.mark.parametrize("word", ["acknowledged", "inProgress", "a-word-of-their-own", ""])
async def test_a_word_that_nobody_knows_goes_on(word: str) -> None:
    network = answering(lambda _: httpx.Response(201, json={"id": "t", "state": word}))

    assert isinstance(await network.send(check()), UnderWay)


@pytest.mark.parametrize("word", ["cancelled", "Rejected", "Error_NoResponse", "Error_InitConnectionFailed"])
async def test_a_test_that_could_not_be_made_is_no_failure(word: str) -> None:
    body = {"id": "t", "state": word, "description": "a different test is in progress"}
    network = answering(lambda _: httpx.Response(201, json=body))

    answer = await network.send(check())

    assert isinstance(answer, Finished)
    assert answer.outcome is ReportOutcome.NOT_READY
    assert answer.failure is not None
    assert answer.failure.endswith("a different test is in progress")


@pytest.mark.parametrize(
    ("value", "figure"),
    [({"value": 94.1}, 94.1), (94, 94.0), ("94.1", 94.1), ({"value": "1"}, 1.0), (True, 1.0)],
)
async def test_figures_are_read_however_they_are_wrapped(value: Any, figure: float) -> None:
    body = {
        "id": "t",
        "state": "passed",
        "testMeasure": [{"metricName": "m", "value": value, "unitOfMeasure": "ms"}],
    }
    answer = await answering(lambda _: httpx.Response(201, json=body)).send(check())

    assert isinstance(answer, Finished)
    assert {(m.metric, m.value, m.unit) for m in answer.measures} == {("m", figure, "ms")}


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ({"metricName": "rttMs", "value": "fast"}, "rttMs is 'fast', which is no number"),
        ({"metricName": "rttMs", "value": float("inf")}, "rttMs is 'Infinity', which is no number"),
        ({"metricName": "rttMs"}, "rttMs is None, which is no number"),
        ({"value": 1}, "it has no metricName"),
        ("rttMs=1", "it has no metricName"),
    ],
)
async def test_text_where_a_number_belongs_settles_nothing_and_is_named(measure: Any, words: str) -> None:
    import json  # noqa: PLC0415 - httpx refuses to write infinity

    body = json.dumps({"id": "t", "state": "completed", "testMeasure": [measure]})
    answer = await answering(lambda _: httpx.Response(201, text=body)).send(check())

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.failure) == (ReportOutcome.NOT_READY, f"testMeasure[0]: {words}")


async def test_a_check_without_a_word_on_reachability_does_not_say_that_a_service_is_down() -> None:
    network = answering(lambda _: httpx.Response(201, json={"id": "t", "state": "completed"}))

    answer = await network.send(check(action="terminate"))

    assert isinstance(answer, Finished)
    assert answer.outcome is ReportOutcome.NOT_READY


async def test_a_refused_test_names_the_field_of_the_second_data() -> None:
    body = {"errorMessage": [{"message": "unknown server", "referenceError": "server"}]}
    network = answering(lambda _: httpx.Response(422, json=body))

    answer = await network.send(check(data={"server": "zz"}))

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.refused_fields) == (ReportOutcome.FAILED, ("server",))


async def test_a_test_without_an_id_is_no_answer() -> None:
    with pytest.raises(NetworkUnavailableError, match="without an id"):
        await answering(lambda _: httpx.Response(201, json=[])).send(check())


async def test_what_a_check_was_sent_with_comes_back_as_its_echo() -> None:
    async with simulated() as (network, _):
        answer = await ended(network, check(service=await active(network), data={**LINE, "server": "zz"}))

        assert answer.echoed == {**LINE, "server": "zz"}
