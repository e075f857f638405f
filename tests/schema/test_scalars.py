"""Instants, cursors, JSON and ids: what is read, what is written, and what is refused with a word on it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import DEFAULT_PRODUCTS
from domain.pages import Window
from domain.ports import Cursor
from domain.values import CrewId
from schema.described import described
from schema.ids import NoSuchThingError, filter_ids, own_id
from schema.node import Node, decode_id, encode_id, global_id
from schema.paging import window
from schema.scalars import (
    DEEPEST_JSON,
    bad_input,
    read_cursor,
    read_instant,
    read_json,
    write_cursor,
    write_instant,
)

HENAN = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23t08:00:00z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T16:00:00+08:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00.123456789Z", datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-23T08:00:00.5-01:30", datetime(2026, 11, 23, 9, 30, 0, 500000, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_with_any_offset_as_utc(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant
    assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T08:00:00",
        "2026-11-23",
        "2026-02-30T08:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T08:00:60Z",
        "2026-11-23 08:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:00",
        "２０26-11-23T08:00:00Z",
        "",
        7,
        None,
    ],
)
def test_what_is_no_instant_is_bad_input_with_what_is_wrong(value: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        read_instant(value)

    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}
    assert repr(value)[:60] in refused.value.message


def test_an_instant_is_written_in_utc_and_never_without_a_zone() -> None:
    assert write_instant(datetime(2026, 11, 23, 16, tzinfo=HENAN)) == "2026-11-23T08:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        write_instant(datetime(2026, 11, 23))  # noqa: DTZ001 - that is the point


@given(st.from_regex(r"\A[0-9A-Za-z_-]{1,64}\Z"), st.integers(0, 2**63 - 1))
def test_a_cursor_comes_back_as_it_went(epoch: str, position: int) -> None:
    cursor = Cursor(epoch, position)

    assert read_cursor(write_cursor(cursor)) == cursor
    assert write_cursor(write_cursor(cursor)) == write_cursor(cursor)


@pytest.mark.parametrize(
    "value",
    ["", "x", "äö", "====", write_cursor(Cursor("e", 2**63)), write_cursor(Cursor("", 1)), "ZToxCg", 7, None],
)
def test_what_is_no_cursor_is_bad_input(value: object) -> None:
    with pytest.raises(GraphQLError, match="is not a Cursor"):
        read_cursor(value)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_json_is_taken_as_it_is_if_it_is_finite_and_not_too_deep() -> None:
    value = {"a": [1, 2.5, None, True, {"b": "文"}], "deep": nested(DEEPEST_JSON - 1)}

    assert read_json(value) is value
    for wrong in (nested(DEEPEST_JSON + 1), [float("nan")], {"a": float("inf")}):
        with pytest.raises(GraphQLError) as refused:
            read_json(wrong)
        assert refused.value.extensions == bad_input("").extensions


@given(st.from_regex(r"\A[A-Z][A-Za-z]{0,20}\Z"), st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_global_id_comes_back_as_it_went(kind: str, own: str) -> None:
    try:
        own.encode()
    except UnicodeEncodeError:
        return

    assert decode_id(encode_id(kind, own)) == (kind, own)


@pytest.mark.parametrize(
    "text", ["", "x", "Order:1", encode_id("Order", ""), encode_id("Order", "a\0"), "//79", "ä"]
)
def test_what_is_no_global_id_is_of_nothing(text: str) -> None:
    assert decode_id(text) is None


def test_a_product_goes_by_its_code() -> None:
    assert decode_id(global_id(DEFAULT_PRODUCTS[0], None)) == ("Product", "INTERNET_LINE")


def test_an_id_of_another_type_says_so() -> None:
    with pytest.raises(NoSuchThingError, match="is the id of a Task, not of a Crew"):
        own_id("Crew", CrewId, encode_id("Task", "1"))
    with pytest.raises(NoSuchThingError, match="not a global id"):
        own_id("Crew", CrewId, "1")
    with pytest.raises(GraphQLError, match="`crewIds`"):
        filter_ids("Crew", CrewId, ["1"], "crewIds")
    assert filter_ids("Crew", CrewId, None, "crewIds") is None


def test_a_page_has_fifty_rows_unless_it_is_told() -> None:
    assert window() == Window(50)
    assert window(first=0, after="a") == Window(0, "a")
    assert window(last=7, before="b") == Window(7, None, "b", backward=True)


def test_a_docstring_is_the_description() -> None:
    definition = described(Node).__strawberry_definition__  # type: ignore[attr-defined]  # set by strawberry
    (field,) = definition.fields

    assert definition.description.startswith("Anything with an identity of its own")
    assert field.description.startswith("The global id")
