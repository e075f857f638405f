"""工单接收 through the schema."""

from typing import Any

import pytest

from resolvers.intake import without_nul
from tests.resolvers.office import DISPATCHER, INTAKE, NOON, UPSTREAM, Office, fused, order

pytestmark = pytest.mark.usefixtures("people")

RAW = '{ order(number: "N1") { raw requirement action dueAt } }'


async def test_two_orders_of_one_key_are_dispatched_with_the_second(office: Office) -> None:
    first = order("N1", product="ENT_BROADBAND", fusion=fused("FK-1", "N2"))

    (waiting,) = await office.take_in(first)
    (ready,) = await office.take_in(order("N2", fusion=fused("FK-1", "N1")))

    assert waiting["order"]["group"]["state"] == "COLLECTING"
    assert ready["order"]["group"]["state"] == "DISPATCHED"
    assert ready["order"]["workItem"] is not None


async def test_each_order_of_a_batch_is_answered_by_itself_with_its_group_as_it_is_after_all(
    office: Office,
) -> None:
    results = await office.take_in(
        order("N1", fusion=fused("FK-1", "N2")),
        order("N9", product="TELEX"),
        order("N2", fusion=fused("FK-1", "N1")),
        order("N1", fusion=fused("FK-1", "N2")),
    )

    assert [result["__typename"] for result in results] == [
        "OrderAccepted",
        "InvalidOrder",
        "OrderAccepted",
        "OrderAccepted",
    ]
    assert {r["order"]["group"]["state"] for r in results if "order" in r} == {"DISPATCHED"}
    assert [r["duplicate"] for r in results if "order" in r] == [False, False, True]
    assert [problem["path"] for problem in results[1]["problems"]] == [["product"]]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_of_none_or_too_many_is_no_batch(office: Office, count: int) -> None:
    orders = [order(f"N{place}") for place in range(count)]

    data, (error,) = await office.answer(UPSTREAM, INTAKE, orders=orders)

    assert data == {"intakeOrders": None}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert str(count) in error["message"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"number": "  "}, ["number"]),
        ({"number": "N\0"}, ["number"]),
        ({"address": {"text": "x" * 10_000}}, ["address", "text"]),
        ({"extra": {"note": ["a\0b"]}}, ["extra", "note", "0"]),
        ({"activationData": {"a\0b": 1}}, ["activationData", "key"]),
        ({"customer": {"number": "K1", "name": ""}}, ["customer", "name"]),
    ],
)
async def test_an_order_that_is_wrong_is_told_where_and_changes_nothing(
    office: Office, fields: dict[str, Any], path: list[str]
) -> None:
    wrong, right = await office.take_in(order("N1") | fields, order("N2"))

    assert wrong["code"] == "INVALID_ORDER"
    assert path in [problem["path"] for problem in wrong["problems"]]
    assert right["__typename"] == "OrderAccepted"
    assert (await office.ask(UPSTREAM, '{ order(number: "N1") { id } }'))["order"] is None


async def test_a_suspension_is_taken_whatever_its_data_hold(office: Office) -> None:
    data = {"vlan": "21\0", "list": ["\0"]}
    suspension = order("N1", action="SUSPEND", activationData=data, requirement="a\0b")

    (accepted,) = await office.take_in(suspension)

    assert accepted["__typename"] == "OrderAccepted"
    assert len(accepted["warnings"]) == 3
    kept = (await office.ask(UPSTREAM, RAW))["order"]
    assert kept["raw"]["activationData"] == {"vlan": "21\ufffd", "list": ["\ufffd"]}


async def test_what_was_received_is_kept_whole(office: Office) -> None:
    sent = order("N1", extra={"级别": [1, None, {"x": 2.5}]}, dueAt="2026-12-01T08:00:00+08:00", redList=True)

    await office.take_in(sent)

    kept = (await office.ask(UPSTREAM, RAW))["order"]
    assert kept["raw"] == sent | {
        "dueAt": "2026-12-01T00:00:00Z",
        "assuranceLevel": "STANDARD",
        "postPay": False,
    }
    assert kept["dueAt"] == "2026-12-01T00:00:00Z"


@pytest.mark.parametrize(
    "due",
    ["2026-02-30T00:00:00Z", "2026-12-01", "2026-12-01T08:00:00", "tomorrow", 7, "0001-01-01T00:00:00+08:00"],
)
async def test_a_date_that_is_none_is_bad_input(office: Office, due: object) -> None:
    data, (error,) = await office.answer(UPSTREAM, INTAKE, orders=[order("N1", dueAt=due)])

    assert data == {}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "dueAt" in error["message"]


async def test_an_order_without_a_number_or_of_an_unknown_action_is_bad_input(office: Office) -> None:
    nameless = {name: value for name, value in order("N1").items() if name != "number"}

    for wrong in (nameless, order("N1", action="PAINT")):
        assert await office.refusal(UPSTREAM, INTAKE, orders=[wrong]) == "BAD_USER_INPUT"


REPEAT = """mutation($orders: [OrderInput!]!, $name: String) {
  intakeOrders(input: {orders: $orders, clientMutationId: $name}) {
    clientMutationId results { __typename ... on OrderAccepted { duplicate } } } }"""


async def test_a_repeated_request_gets_the_first_answer_again(office: Office) -> None:
    orders = [order("N1"), order("N2")]

    first = await office.ask(UPSTREAM, REPEAT, orders=orders, name="r-1")
    again = await office.ask(UPSTREAM, REPEAT, orders=orders, name="r-1")
    anew = await office.ask(UPSTREAM, REPEAT, orders=orders, name="r-2")

    assert first == again
    assert [result["duplicate"] for result in anew["intakeOrders"]["results"]] == [True, True]
    assert again["intakeOrders"]["clientMutationId"] == "r-1"


async def test_a_name_is_not_used_for_two_requests(office: Office) -> None:
    await office.ask(UPSTREAM, REPEAT, orders=[order("N1")], name="r-1")

    assert await office.refusal(UPSTREAM, REPEAT, orders=[order("N2")], name="r-1") == "BAD_USER_INPUT"


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b"])
async def test_a_name_that_nothing_can_keep_is_bad_input(office: Office, name: str) -> None:
    assert await office.refusal(UPSTREAM, REPEAT, orders=[order("N1")], name=name) == "BAD_USER_INPUT"


async def test_only_upstream_sends_orders(office: Office) -> None:
    assert await office.refusal(DISPATCHER, INTAKE, orders=[order("N1")]) == "FORBIDDEN"


def test_what_no_database_holds_gives_way_wherever_it_stands() -> None:
    assert without_nul({"a\0": ["\0", 1, None, "\ud800"]}) == {"a\ufffd": ["\ufffd", 1, None, "?"]}


async def test_the_clock_says_when_an_order_was_received(office: Office) -> None:
    office.clock.move(minutes=5)
    await office.take_in(order("N1"))

    received = await office.ask(UPSTREAM, '{ order(number: "N1") { receivedAt } }')

    assert received["order"]["receivedAt"] == "2026-11-23T12:05:00Z"
    assert NOON.hour == 12
