"""Which rule of a script is for which request, and what is said about one that makes no sense."""

from __future__ import annotations

from typing import Any

import pytest

from domain.values import SubTaskKind
from gateway.simulator.behaviour import ScriptError
from gateway.simulator.record import Record
from gateway.simulator.script import Asked, Script
from tests.simulator.caller import Caller, Found


def script(*rules: Found) -> Script:
    made = Script(Record())
    made.set(list(rules))
    return made


def activation(key: str = "N1#A1", **sent: Any) -> Asked:
    return Asked(key, SubTaskKind.ACTIVATION, sent)


def check(key: str = "N1#Q1", test: str = "speed", **sent: Any) -> Asked:
    return Asked(key, SubTaskKind.QUALITY_CHECK, sent, test)


@pytest.mark.parametrize(
    ("rule", "fitting", "others"),
    [
        ({"order": "HA-*"}, activation("HA-1#A1"), activation("HB-1#A1")),
        ({"order": "N1"}, check("N1#Q3"), check("N11#Q3")),
        ({"kind": "ACTIVATION"}, activation(), check()),
        ({"kind": "QUALITY_CHECK"}, check(), activation()),
        ({"attempt": 2}, activation("N1#A2"), activation("N1#A1")),
        ({"test": "quality"}, check(test="quality"), check(test="speed")),
        ({"field": {"vlan": 2101}}, activation(vlan=2101), activation(vlan=2102)),
        ({"fields": {"vlan": 2101}}, activation(vlan="2101"), activation()),
        ({"order": "by-hand"}, activation("by-hand"), activation("other")),
    ],
)
def test_a_rule_is_for_what_it_names_and_for_nothing_else(rule: Found, fitting: Asked, others: Asked) -> None:
    made = script({**rule, "busy": True})

    assert made.behaviour(fitting).busy
    assert not made.behaviour(others).busy


def test_the_first_rule_that_fits_is_taken() -> None:
    made = script({"order": "N2", "status": 500}, {"status": 501}, {"status": 502})

    assert made.behaviour(activation()).status == 501


def test_a_rule_is_used_so_many_times_and_then_the_next_one() -> None:
    made = script({"times": 2, "status": 500}, {"status": 501})

    assert [made.behaviour(activation()).status for _ in range(4)] == [500, 500, 501, 501]


def test_both_tests_of_a_check_are_counted_apart() -> None:
    made = script({"times": 1, "not_ready": True})

    first = [made.behaviour(check(test=test)).not_ready for test in ("speed", "quality")]
    second = [made.behaviour(check(test=test)).not_ready for test in ("speed", "quality")]

    assert (first, second) == ([True, True], [False, False])


def test_new_rules_are_counted_anew() -> None:
    made = script({"times": 1, "busy": True})
    made.behaviour(activation())
    made.set([{"times": 1, "busy": True}])

    assert made.behaviour(activation()).busy


def test_without_rules_all_goes_well_after_about_a_third_of_a_second() -> None:
    pauses = [script().behaviour(activation()).pause() for _ in range(50)]

    assert len(set(pauses)) > 1
    assert all(0.2 < pause < 0.4 for pause in pauses)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"order": "N1"}, "a script is a list of rules"),
        ("N1", "a script is a list of rules"),
        (None, "a script is a list of rules"),
        ([{"lost": True}, "N1"], "rules[1] is no object"),
        (
            [{"lsot": True}],
            "rules[0].lsot is unknown; known are order, kind, attempt, test, field, fields, times",
        ),
        ([{"lost": 1}], "rules[0].lost is 1; give true or false"),
        ([{"order": 7}], "rules[0].order is 7; give an order number"),
        ([{"kind": "CONSTRUCTION"}], "rules[0].kind is 'CONSTRUCTION'; give ACTIVATION or QUALITY_CHECK"),
        ([{"kind": ["ACTIVATION"]}], "rules[0].kind is ['ACTIVATION']"),
        ([{"test": "ping"}], "rules[0].test is 'ping'; give speed or quality"),
        ([{"attempt": 0}], "rules[0].attempt is 0; give a whole number from 1"),
        ([{"attempt": True}], "rules[0].attempt is True"),
        ([{"times": 1.5}], "rules[0].times is 1.5"),
        ([{"field": "vlan"}], "rules[0].field is 'vlan'; give an object"),
        ([{"delay_seconds": "soon"}], "rules[0].delay_seconds is 'soon'; give a number of seconds"),
        ([{"delay_seconds": -1}], "rules[0].delay_seconds is -1"),
        ([{"hang_seconds": True}], "rules[0].hang_seconds is True"),
        ([{"status": 200}], "rules[0].status is 200; give an HTTP status from 400 to 599"),
        ([{"refuse": ["vlan"]}], "rules[0].refuse is ['vlan']; give an object of fields and messages"),
        ([{"refuse": {"vlan": 1}}], "rules[0].refuse is {'vlan': 1}"),
        ([{"measures": {"rttMs": "fast"}}], "rules[0].measures is {'rttMs': 'fast'}"),
        ([{"words": {"rttMs": 1}}], "rules[0].words is {'rttMs': 1}"),
        ([{"degrade": 2}], "rules[0].degrade is 2; give a share from 0 to 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named_with_its_field(given: Any, said: str) -> None:
    made = script({"busy": True})

    with pytest.raises(ScriptError) as refused:
        made.set(given)

    assert str(refused.value).startswith(said)
    assert made.rules == [{"busy": True}]


async def test_the_script_is_read_and_replaced_while_it_runs() -> None:
    async with Caller({"busy": True}) as nms:
        before = await nms.read("/script")
        written = await nms.http.put("/script", json=[{"sync": True}])
        after = await nms.read("/script")
        made = await nms.activate("N1#A1")

    assert (before, after) == ([{"busy": True}], [{"sync": True}])
    assert (written.status_code, made.status_code) == (204, 201)


@pytest.mark.parametrize(("text", "said"), [("{", "unexpected"), ('[{"lost": 1}]', "rules[0].lost is 1")])
async def test_a_script_that_makes_no_sense_is_refused_while_it_runs(text: str, said: str) -> None:
    async with Caller({"busy": True}) as nms:
        answer = await nms.http.put("/script", content=text)
        after = await nms.read("/script")

    assert (answer.status_code, after) == (400, [{"busy": True}])
    assert said in answer.json()["message"]
