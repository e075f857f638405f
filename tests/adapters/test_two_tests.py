"""The two tests of a check: both are made, each once, and the check is over when both are."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.commands import Measured
from domain.network import Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ReportOutcome
from tests.adapters.systems import LINE, answering, request

UP = {"metricName": "reachable", "value": {"value": 1}}
LOCKED = {"name": "administrativeState", "value": {"value": "locked"}}
ERROR = {"name": "DiagnosticsState", "value": {"value": "Error_NoResponse"}}


def check(**fields: Any) -> NetworkRequest:
    return request("N1#Q1", **fields)


class Bench:
    """A service test API that keeps what it makes; ``refusals`` are its answers to POSTs before it obeys."""

    def __init__(self, *refusals: httpx.Response | None, at_once: int = 2) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self._refusals = list(refusals)
        self._at_once = at_once

    def __call__(self, asked: httpx.Request) -> httpx.Response:
        if asked.method == "POST":
            return self._make(json.loads(asked.content))
        id_ = asked.url.path.rpartition("serviceTest")[2].strip("/")
        if not id_:
            return httpx.Response(200, json=list(self.tests.values()))
        return httpx.Response(200, json=self.tests[id_]) if id_ in self.tests else httpx.Response(404)

    def _make(self, body: dict[str, Any]) -> httpx.Response:
        refusal = self._refusals.pop(0) if self._refusals else None
        if refusal is not None:
            return refusal
        if sum(one["state"] == "inProgress" for one in self.tests.values()) >= self._at_once:
            return httpx.Response(409, json={"message": "a different test is already in progress"})
        made = {**body, "id": f"t-{len(self.tests) + 1}", "state": "inProgress"}
        self.tests[made["id"]] = made
        return httpx.Response(201, json=made)

    def end(self, id_: str, state: str = "completed", **fields: Any) -> None:
        self.tests[id_] |= {"state": state, **fields}

    @property
    def keys(self) -> list[str]:
        """Our keys of the tests in the order in which they were made."""
        listed = [one["characteristic"] for one in self.tests.values()]
        return [c["value"]["value"] for all_ in listed for c in all_ if c["name"] == "externalId"]


async def test_a_test_that_was_not_answered_is_looked_for_and_the_other_is_made() -> None:
    bench = Bench(None, httpx.Response(503))
    network = answering(bench)

    with pytest.raises(NetworkUnavailableError):
        await network.send(check())
    found = await network.look(check())

    assert found == UnderWay({"speed": "t-1", "quality": "t-2"})
    assert bench.keys == ["N1#Q1/speed", "N1#Q1/quality"]


async def test_a_system_that_makes_one_test_at_a_time_makes_them_in_turn() -> None:
    bench = Bench(at_once=1)
    network = answering(bench)

    first = await network.send(check())
    assert first == UnderWay({"speed": "t-1"})
    waiting = await network.look(check(remote=first.remote))
    bench.end("t-1")
    second = await network.look(check(remote=first.remote))
    assert isinstance(second, UnderWay)
    bench.end("t-2")
    ended = await network.look(check(remote=second.remote))

    assert waiting == first
    assert second == UnderWay({"speed": "t-1", "quality": "t-2"})
    assert isinstance(ended, Finished)
    assert bench.keys == ["N1#Q1/speed", "N1#Q1/quality"]


async def test_one_test_that_is_over_is_not_the_whole_check_while_the_other_must_wait() -> None:
    busy = httpx.Response(409)
    bench = Bench(None, busy, busy)
    network = answering(bench)
    await network.send(check())
    bench.end("t-1", testMeasure=[UP])

    assert await network.look(check(remote={"speed": "t-1"})) == UnderWay({"speed": "t-1"})


async def test_a_second_test_with_a_refused_field_ends_the_check() -> None:
    refusal = httpx.Response(422, json={"errorMessage": [{"message": "no", "referenceError": "server"}]})

    answer = await answering(Bench(None, refusal)).send(check(data={"server": "zz"}))

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.refused_fields) == (ReportOutcome.FAILED, ("server",))


async def test_a_test_that_the_system_forgot_is_looked_for_by_our_key_before_it_is_made_again() -> None:
    bench = Bench()
    network = answering(bench)
    await network.send(check())
    bench.tests["t-3"] = {**bench.tests.pop("t-1"), "id": "t-3"}

    found = await network.look(check(remote={"speed": "t-1", "quality": "t-2"}))

    assert found == UnderWay({"speed": "t-3", "quality": "t-2"})
    assert len(bench.keys) == 2


@pytest.mark.parametrize("word", ["cancelled", "completed"])
async def test_a_check_is_over_when_both_tests_are(word: str) -> None:
    bench = Bench()
    network = answering(bench)
    sent = await network.send(check())
    assert isinstance(sent, UnderWay)

    bench.end("t-1", word)
    one = await network.look(check(remote=sent.remote))
    bench.end("t-2")
    both = await network.look(check(remote=sent.remote))

    assert one == sent
    assert isinstance(both, Finished)


async def ended(*tests: dict[str, Any], **fields: Any) -> Finished:
    """The result of a check whose tests ended like that, both alike if there is one."""
    bench = Bench()
    network = answering(bench)
    sent = await network.send(check(**fields))
    assert isinstance(sent, UnderWay)
    for id_, test in zip(("t-1", "t-2"), (*tests, *tests), strict=False):
        listed = bench.tests[id_]["characteristic"] + test.get("characteristic", [])
        bench.end(id_, **{**test, "characteristic": listed})
    answer = await network.look(check(remote=sent.remote, **fields))
    assert isinstance(answer, Finished)
    return answer


async def test_figures_of_both_tests_come_together_in_their_units() -> None:
    speed = {"metricName": "tcpDownKbps", "value": {"value": "94100"}, "unitOfMeasure": "kbit/s"}
    quality = {"metricName": "rttMs", "value": {"value": 8}, "unitOfMeasure": 7}

    answer = await ended(
        {"state": "Passed", "testMeasure": [speed]}, {"state": "Failed", "testMeasure": [quality]}
    )

    assert answer.measures == (Measured("tcpDownKbps", 94100.0, "kbit/s"), Measured("rttMs", 8.0, "1"))
    assert (answer.outcome, answer.complete) == (ReportOutcome.SUCCEEDED, True)
    assert answer.nms_verdict == "speed: Passed, quality: Failed"


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ({"state": "failed"}, "test t-1 is failed"),
        ({"state": "Error_NoResponse"}, "test t-1 is error_noresponse"),
        ({"state": "completed", "characteristic": [ERROR]}, "test t-1 is completed: Error_NoResponse"),
        ({"state": "inProgress", "diagnosticsState": "Error_Other"}, "test t-1 is inprogress: Error_Other"),
        ({"state": "terminated-with error", "reason": "no port"}, "test t-1 is terminatedwitherror: no port"),
    ],
)
async def test_a_test_without_a_figure_settles_nothing_and_says_why(test: dict[str, Any], words: str) -> None:
    answer = await ended(test, {"state": "completed", "testMeasure": [UP]})

    assert (answer.outcome, answer.failure, answer.complete) == (ReportOutcome.NOT_READY, words, False)


@pytest.mark.parametrize(
    "value",
    ["1_000", "９４", "0x10", "", " ", None, [1], {"value": "fast"}, {"value": {"value": 1}}, int("9" * 400)],
)
async def test_what_is_no_number_is_no_figure(value: Any) -> None:
    answer = await ended({"state": "done", "testMeasure": [{"metricName": "rttMs", "value": value}]})

    assert answer.outcome is ReportOutcome.NOT_READY
    assert answer.failure is not None
    assert answer.failure.startswith("testMeasure[0]: rttMs is ")
    assert len(answer.failure) < 200


async def test_figures_that_are_no_list_settle_nothing() -> None:
    answer = await ended({"state": "done", "testMeasure": "fast"})

    assert (answer.outcome, answer.failure) == (
        ReportOutcome.NOT_READY,
        "testMeasure is 'fast', which is no list",
    )


@pytest.mark.parametrize("changed", [0, 1])
async def test_an_echo_that_one_test_changed_is_shown_as_changed(changed: int) -> None:
    tests: list[dict[str, Any]] = [{"state": "done"}, {"state": "done"}]
    tests[changed]["characteristic"] = [{"name": "vlan", "value": {"value": 7}}]

    answer = await ended(*tests)

    assert answer.echoed == {**LINE, "vlan": 7}


async def test_our_key_wins_over_data_of_that_name() -> None:
    bench = Bench()
    network = answering(bench)

    sent = await network.send(check(data={"externalId": "theirs"}))

    assert bench.keys == ["N1#Q1/speed", "N1#Q1/quality"]
    assert await network.look(check()) == sent


@pytest.mark.parametrize("action", ["suspend", "terminate", "deactivate"])
async def test_the_check_of_what_is_to_be_down_says_so(action: str) -> None:
    bench = Bench()

    await answering(bench).send(check(action=action))

    expected = [one["characteristic"][-1] for one in bench.tests.values()]
    assert [one["name"] for one in expected] == ["expected", "expected"]
    assert {one["value"]["value"] for one in expected} == {"down"}


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ({"state": "done", "testMeasure": [{**UP, "value": {"value": 0}}]}, "SUCCEEDED"),
        ({"state": "failed", "testMeasure": [{**UP, "value": {"value": 0}}]}, "SUCCEEDED"),
        ({"state": "done", "characteristic": [LOCKED]}, "SUCCEEDED"),
        ({"state": "done", "administrativeState": "Locked"}, "SUCCEEDED"),
        ({"state": "done", "administrativeState": "unlocked"}, "NOT_READY"),
        ({"state": "done", "testMeasure": [UP]}, "FAILED"),
        ({"state": "done", "testMeasure": [UP], "characteristic": [LOCKED]}, "FAILED"),
        ({"state": "Error_NoResponse"}, "NOT_READY"),
    ],
)
async def test_a_service_is_down_when_nothing_answers_or_it_is_locked(
    test: dict[str, Any], outcome: str
) -> None:
    answer = await ended(test, action="suspend", data={})

    assert answer.outcome is ReportOutcome(outcome)


async def test_an_activated_service_is_not_wanted_down() -> None:
    answer = await ended({"state": "done", "testMeasure": [UP]}, action="resume")

    assert answer.outcome is ReportOutcome.SUCCEEDED
