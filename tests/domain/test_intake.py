from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.intake import LARGEST_PAYLOAD, read_order
from domain.orders import OrderPayload
from domain.refusals import InvalidOrder
from domain.texts import problem_of_json
from domain.values import HoldCause, JeopardyLevel, OrderState
from domain.world import Policy
from tests import arrivals as make
from tests.domain.trade import Trade


def payload(given: dict[str, Any]) -> OrderPayload:
    return Trade().read(given).payload


def problems(given: dict[str, Any]) -> dict[str, str]:
    answer = read_order(given, make.world())
    assert isinstance(answer, InvalidOrder)
    return {".".join(problem.path): problem.message for problem in answer.problems}


def with_field(given: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The payload with one field otherwise; ``customer.name`` is a name in its customer."""
    head, _, rest = path.partition(".")
    if not rest:
        return {**given, head: value}
    return {**given, head: {**given[head], rest: value}}


WRONG = [
    ("number", "", "is empty"),
    ("number", "N" * 65, "65 characters"),
    ("number", "N\0", "NUL"),
    ("product", " ", "is empty"),
    ("product", "TELEX", "unknown product; known are CAMERA"),
    ("customer.number", "", "is empty"),
    ("customer.name", None, "is empty"),
    ("customer.contactName", "\ud800", "surrogate"),
    ("customer.contactPhone", "1" * 65, "65 characters"),
    ("address.text", "路" * 10_000, "10000 characters; at most 500"),
    ("address.districtCode", "4" * 65, "65 characters"),
    ("address.standardId", "\0", "NUL"),
    ("requirement", "r" * 4001, "4001 characters"),
    ("assuranceLevel", "A" * 65, "65 characters"),
    ("fusion.key", " ", "is empty"),
    ("fusion.relatedCount", -1, "is -1"),
    ("fusion.relatedCount", 201, "is 201"),
    ("fusion.relatedNumbers", ["N"] * 201, "holds 201"),
    ("fusion.relatedNumbers", ["N2", " "], "is empty"),
    ("installedSerials", ["S"] * 101, "holds 101"),
    ("installedSerials", ["S" * 65], "65 characters"),
    ("activationData", {"vlan": "\ud800"}, "surrogate"),
    ("checkData", ["x" * LARGEST_PAYLOAD], "at most 65536"),
    ("extra", {"memo": "m" * LARGEST_PAYLOAD}, "at most 65536"),
]


@pytest.mark.parametrize(("path", "value", "says"), WRONG, ids=[f"{row[0]}-{row[2]}" for row in WRONG])
def test_each_wrong_field_is_named_with_the_remedy(path: str, value: object, says: str) -> None:
    given = with_field(make.order(key="FK-1", count=1), path, value)

    found = problems(given)

    assert any(name.startswith(path) and says in message for name, message in found.items()), found


def test_every_wrong_field_of_an_order_is_named_at_once() -> None:
    given = with_field(with_field(make.order(), "customer.name", ""), "product", "TELEX")

    assert set(problems(given)) == {"customer.name", "product"}


def test_the_answer_to_a_broken_number_can_be_sent() -> None:
    for number, shown in (("\0\ud800N1", "?N1"), ("", None)):
        answer = read_order(make.order(number), make.world())

        assert isinstance(answer, InvalidOrder)
        assert answer.number == shown


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE"])
@pytest.mark.parametrize(
    ("path", "value", "says"), [row for row in WRONG if row[0] not in {"number", "product"}]
)
def test_a_suspension_or_termination_is_taken_whatever_else_is_wrong(
    action: str, path: str, value: object, says: str
) -> None:
    trade = Trade()
    given = with_field(make.order("N1", action=action, key="FK-1", count=1), path, value)

    refs = trade.intake(given)

    assert any(path in warning and "kept in raw" in warning for warning in refs.warnings), says
    assert trade.read(given).raw == given
    assert trade.state("N1") is OrderState.IN_PROGRESS
    stored = trade.order("N1").payload
    repr(stored).encode()
    assert "\0" not in f"{stored.customer}{stored.address}{stored.requirement}"


def test_a_wrong_text_of_a_suspension_is_kept_as_far_as_it_can_be() -> None:
    given = with_field(make.order("N1", action="SUSPEND"), "requirement", "stop\0" * 2000)

    kept = payload(given).requirement

    assert kept is not None
    assert kept.startswith("stopstop")
    assert len(kept) == 4000


def test_a_suspension_keeps_the_good_entries_of_a_bad_list() -> None:
    given = make.order("N1", action="TERMINATE", installedSerials=["A", " ", "B", "A"])

    assert payload(given).installed_serials == ("A", "B")


def test_a_termination_with_too_many_serials_keeps_those_that_a_visit_can_hold() -> None:
    given = make.order("N1", action="TERMINATE", installedSerials=[f"S{index}" for index in range(150)])

    assert len(payload(given).installed_serials) == 100


def test_a_termination_without_an_address_reaches_the_network_and_only_its_visit_is_held() -> None:
    trade = Trade()

    trade.intake(make.order("N1", action="TERMINATE", address=" "))

    hold, jeopardy = trade.task("N1").hold, trade.order("N1").jeopardy
    assert hold is not None
    assert hold.cause is HoldCause.NO_DISTRICT
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL
    assert trade.sub_task("N1", "ACTIVATION").present is not None
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_an_unknown_action_is_no_order_at_all() -> None:
    with pytest.raises(ValueError, match="EXPLODE"):
        read_order(make.order(action="EXPLODE"), make.world())


def test_a_payload_is_read_whole() -> None:
    given = make.order(
        "N1",
        key="FK-1",
        numbers=["N2", "N1", "N2"],
        level="AAA",
        scenario="school",
        requirement="100 Mbit/s",
        redList=True,
        dueAt="2026-11-24T08:00:00+00:00",
        activationData={"vlan": 2101},
    )

    read = payload(given)

    assert read.fusion is not None
    assert (read.fusion.related_count, read.fusion.related_numbers) == (None, ("N2",))
    assert (read.red_list, read.post_pay) == (True, False)
    assert read.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert payload({**given, "dueAt": read.due_at}).due_at == read.due_at
    assert (read.scenario, read.requirement, read.assurance_level) == ("school", "100 Mbit/s", "AAA")
    assert read.activation_data == {"vlan": 2101}


def test_the_level_is_standard_unless_said_otherwise() -> None:
    assert payload({**make.order(), "assuranceLevel": None}).assurance_level == "STANDARD"


def test_a_count_may_be_agreed_to_include_the_order_itself() -> None:
    here = replace(make.world(), policy=Policy(count_includes_self=True))

    for told, meant in ((2, 1), (1, 0), (0, 0), (None, None)):
        command = read_order(make.order(key="FK-1", count=told), here)
        assert not isinstance(command, InvalidOrder)
        assert command.payload.fusion is not None
        assert command.payload.fusion.related_count == meant


def test_the_digest_tells_payloads_apart_whatever_the_order_of_their_fields() -> None:
    one, same = make.order(extra={"a": 1, "b": 2}), make.order(extra={"b": 2, "a": 1})

    assert payload(one).digest == payload(same).digest
    assert payload(one).digest != payload(make.order(extra={"a": 1})).digest


def test_a_known_code_wins_over_the_text_and_the_text_speaks_where_there_is_none() -> None:
    trade = Trade()

    trade.intake(
        make.order("N1", district=make.JINSHUI, address="文化路85号"),
        make.order("N2", district="999999", address=make.COLLEGE_ROAD),
        make.order("N3", address="火星大道1号"),
        make.order("N4", district=make.JINSHUI, address=make.COLLEGE_ROAD),
    )

    places = [trade.order(number).place for number in ("N1", "N2", "N3", "N4")]
    assert [place.district_code for place in places] == [make.JINSHUI, make.ERQI, None, make.JINSHUI]
    assert [place.conflict for place in places] == [False, False, False, True]


def test_a_good_value_has_no_problem() -> None:
    assert problem_of_json({"vlan": 2101}, ("data",)) is None
