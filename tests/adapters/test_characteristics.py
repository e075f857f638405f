"""Data go out as lists of characteristics and come back as what was sent, if they say the same."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.adapters.characteristics import characteristics, fields_of


def test_each_value_goes_out_with_its_type() -> None:
    sent = {"a": 1, "b": 1.5, "c": "x", "d": True, "e": [1], "f": {"g": 1}, "h": None}

    listed = characteristics(sent)

    assert [one["valueType"] for one in listed] == [
        "integer",
        "number",
        "string",
        "boolean",
        "array",
        "object",
    ]
    assert fields_of(listed) == {name: value for name, value in sent.items() if value is not None}


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        (2101, "2101"),
        (2101, 2101.0),
        (2101, "2101.0"),
        ("2101", 2101),
        (2.1, "2.1"),
        (True, "true"),
        (100.0, "100"),
    ],
)
def test_what_says_the_same_is_what_was_sent(sent: Any, echoed: Any) -> None:
    found = fields_of([{"name": "x", "value": {"value": echoed}}], {"x": sent})["x"]

    assert (found, type(found)) == (sent, type(sent))


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("007", "7"),
        ("007", 7),
        ("1e2", "100"),
        (2101, "2102"),
        (2101, "VLAN 2101"),
        (21, "2_1"),
        (21, "２１"),
        (9007199254740993, "9007199254740992"),
        (True, 1),
        (1, True),
        (7, "nan"),
        (7, None),
        (7, [7]),
    ],
)
def test_what_says_otherwise_is_shown_as_it_came(sent: Any, echoed: Any) -> None:
    found = fields_of([{"name": "x", "value": echoed}], {"x": sent})["x"]

    assert found is echoed


@pytest.mark.parametrize(
    "listed", [None, "x", {"name": "x"}, [None, 1, {"value": 1}, {"name": 7, "value": 1}]]
)
def test_what_is_no_list_of_characteristics_holds_nothing(listed: Any) -> None:
    assert fields_of(listed) == {}
