"""Queries: what is found, page by page, with how many reads, and what goes wrong with a word on it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
import pytest

from domain.access import Actor
from engine.operations import Request
from resolvers.context import Context
from resolvers.root import build_executor
from schema.node import encode_id
from tests.resolvers.office import (
    ADMIN,
    DISPATCHER,
    UPSTREAM,
    VIEWER,
    Office,
    fused,
    order,
)
from tests.resolvers.selections import everything


class Counted:
    """A port whose calls are counted."""

    def __init__(self, port: Any, calls: Counter[str]) -> None:
        self._port = port
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        self._calls[name] += 1
        return getattr(self._port, name)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("field", "type_name"),
    [("fusionGroups", "FusionGroupConnection"), ("orders", "OrderConnection"), ("tasks", "TaskConnection")],
)
async def test_a_long_page_takes_no_more_reads_than_a_short_one(
    office: Office, field: str, type_name: str
) -> None:
    for n in range(12):
        pair = (f"{n}A", f"{n}B")
        await office.take_in(*(order(one, fusion=fused(f"FK-{n}", *({*pair} - {one}))) for one in pair))
    reads, log, store = office.services.reads, office.services.log, office.services.store

    counts = []
    for first in (2, 12):
        calls: Counter[str] = Counter()
        object.__setattr__(office.services, "reads", Counted(reads, calls))
        object.__setattr__(office.services, "log", Counted(log, calls))
        object.__setattr__(office.services, "store", Counted(store, calls))
        data = await office.ask(DISPATCHER, f"{{ {field}(first: {first}) {everything(type_name)} }}")
        assert len(data[field]["edges"]) == first
        counts.append(calls)

    assert counts[0] == counts[1]
    assert counts[0]["world"] <= 1


PAGE = """query($first: Int, $after: String, $last: Int, $before: String) {
  orders(orderBy: NUMBER_ASC, first: $first, after: $after, last: $last, before: $before) {
  edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.mark.usefixtures("people")
async def test_a_list_is_read_forward_and_backward(office: Office) -> None:
    await office.take_in(*(order(f"N{n}") for n in range(5)))

    first = (await office.ask(DISPATCHER, PAGE, first=2))["orders"]
    second = (await office.ask(DISPATCHER, PAGE, first=2, after=first["pageInfo"]["endCursor"]))["orders"]
    back = (await office.ask(DISPATCHER, PAGE, last=2, before=second["pageInfo"]["startCursor"]))["orders"]

    assert [edge["node"]["number"] for edge in first["edges"] + second["edges"]] == ["N0", "N1", "N2", "N3"]
    assert back["edges"] == first["edges"]
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasNextPage"]) == (False, True)


@pytest.mark.parametrize(
    "asked",
    [{"first": 201}, {"first": -1}, {"first": 1, "last": 1}, {"after": "x" * 1001}, {"after": "no cursor"}],
)
async def test_a_page_that_cannot_be_is_bad_input(office: Office, asked: dict[str, Any]) -> None:
    assert await office.refusal(DISPATCHER, PAGE, **asked) == "BAD_USER_INPUT"


CREWS = """query($first: Int, $after: String) { crews(first: $first, after: $after) {
  edges { cursor node { district { code } leader { name } members { name phone } } }
  pageInfo { hasNextPage endCursor } } }"""


@pytest.mark.usefixtures("people")
async def test_crews_come_by_district_page_by_page(office: Office) -> None:
    first = (await office.ask(DISPATCHER, CREWS, first=1))["crews"]
    second = (await office.ask(DISPATCHER, CREWS, after=first["pageInfo"]["endCursor"]))["crews"]

    codes = [edge["node"]["district"]["code"] for edge in first["edges"] + second["edges"]]
    assert codes == ["410103", "410105"]
    assert await office.refusal(DISPATCHER, CREWS, after="no cursor") == "BAD_USER_INPUT"


async def test_a_crew_member_sees_the_people_of_its_own_crew_alone(
    office: Office, people: dict[str, Actor]
) -> None:
    data = await office.ask(people["Li"], CREWS)
    viewed = await office.ask(VIEWER, CREWS)

    other, own = (edge["node"] for edge in data["crews"]["edges"])
    assert (other["leader"], other["members"]) == (None, [])
    assert own["leader"] == {"name": "Wang"}
    assert own["members"][0] == {"name": "Li", "phone": "137000010105"}
    assert viewed["crews"]["edges"][1]["node"]["members"][0]["phone"] == "137****0105"


async def test_one_crew_is_found_by_its_id_or_its_district(office: Office, people: dict[str, Actor]) -> None:
    crew = "query($id: ID, $code: String) { crew(id: $id, districtCode: $code) { name } }"
    own = encode_id("Crew", str(people["Li"].scope.crew))

    assert (await office.ask(ADMIN, crew, id=own))["crew"] == {"name": "410105班组"}
    assert (await office.ask(ADMIN, crew, code="410105"))["crew"] == {"name": "410105班组"}
    assert (await office.ask(ADMIN, crew, code="999999"))["crew"] is None
    assert (await office.ask(ADMIN, crew, id="no id"))["crew"] is None
    assert await office.refusal(ADMIN, crew) == "BAD_USER_INPUT"
    assert await office.refusal(ADMIN, crew, id=own, code="410105") == "BAD_USER_INPUT"


async def test_a_caller_learns_who_it_is(office: Office, people: dict[str, Actor]) -> None:
    viewer = "{ viewer { id role member { name } crew { name } districts { code } } }"

    crew = (await office.ask(people["Wang"], viewer))["viewer"]
    desk = (await office.ask(DISPATCHER, viewer))["viewer"]

    assert (crew["role"], crew["member"], crew["crew"]) == ("CREW", {"name": "Wang"}, {"name": "410105班组"})
    assert (desk["role"], desk["member"], desk["crew"], desk["districts"]) == ("DISPATCHER", None, None, None)


NOTHING = [
    "x",
    "",
    encode_id("Order", "N9"),
    encode_id("Task", "1/N9/t1"),
    encode_id("Task", "x"),
    encode_id("Appointment", "1/N1/t1/a9"),
    encode_id("SubTask", "N1/PAINT"),
    encode_id("Receipt", "N1/1/COMPLETION"),
    encode_id("WorkItem", "N1/9"),
    encode_id("Exchange", "N9/1"),
    encode_id("Planet", "Mars"),
    encode_id("Order", "N1\0"),
]


@pytest.mark.usefixtures("people")
async def test_an_id_of_nothing_is_null(office: Office) -> None:
    await office.take_in(order("N1"))

    data = await office.ask(DISPATCHER, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=NOTHING)
    task = "query($id: ID!) { task(id: $id) { id } }"

    assert data["nodes"] == [None] * len(NOTHING)
    assert (await office.ask(DISPATCHER, task, id=encode_id("Order", "N1")))["task"] is None
    assert (await office.ask(DISPATCHER, task, id=encode_id("Task", "1/N1/t1")))["task"] is not None


async def test_what_a_caller_may_not_see_is_not_there(office: Office, people: dict[str, Actor]) -> None:
    await office.take_in(order("N1"))
    asked = """{ order(number: "N1") { id } fusionGroup(key: "N1") { id }
      orders { edges { node { id } } } tasks { edges { node { id } } } fusionGroups { edges { node { id } } } }"""

    shown = await office.ask(people["Li"], asked)
    hidden = await office.ask(people["Sun"], asked)

    assert None not in shown.values()
    assert hidden == {
        "order": None,
        "fusionGroup": None,
        "orders": {"edges": []},
        "tasks": {"edges": []},
        "fusionGroups": {"edges": []},
    }


FILTERED = "query($f: OrderFilter) { orders(filter: $f) { edges { node { number } } } }"


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"text": "文化路"}, ["N1"]),
        ({"text": " "}, ["N2", "N1"]),
        ({"products": ["CAMERA"]}, ["N1"]),
        ({"states": ["COMPLETED"]}, []),
        ({"districtCodes": ["410103"]}, ["N2"]),
        ({"receivedFrom": "2026-11-23T11:00:00Z", "actions": ["SURVEY"]}, []),
    ],
)
@pytest.mark.usefixtures("people")
async def test_filters_choose(office: Office, chosen: dict[str, Any], found: list[str]) -> None:
    await office.take_in(order("N1"))
    office.clock.move(seconds=1)
    await office.take_in(order("N2", "郑州市二七区大学路40号", product="CLOUD_VIDEO"))

    data = await office.ask(DISPATCHER, FILTERED, f=chosen)

    assert [edge["node"]["number"] for edge in data["orders"]["edges"]] == found


@pytest.mark.parametrize(
    "chosen",
    [{"crewIds": ["no id"]}, {"claimantIds": [encode_id("Crew", "x")]}, {"text": "a\0"}, {"text": "x" * 201}],
)
async def test_a_filter_that_cannot_be_is_bad_input(office: Office, chosen: dict[str, Any]) -> None:
    assert await office.refusal(DISPATCHER, FILTERED, f=chosen) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ planet }",
        "{ order { id } }",
        "{ order(number: 7) { id } }",
        "query($n: String!) { order(number: $n) { id } }",
        '{ orders(filter: {dueBefore: "soon"}) { edges { cursor } } }',
        '{ events(after: "soon") { edges { cursor } } }',
    ],
)
async def test_a_document_that_cannot_run_is_bad_input(office: Office, document: str) -> None:
    for _ in range(2):
        assert await office.refusal(DISPATCHER, document) == "BAD_USER_INPUT"


async def test_a_fault_is_masked_and_can_be_found_by_its_trace_id(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def groups_of_orders(self, _numbers: object) -> None:
            raise RuntimeError("the password is hunter2")

    object.__setattr__(office.services, "reads", Broken())

    data, (error,) = await office.answer(DISPATCHER, '{ order(number: "N1") { id } viewer { role } }')

    assert data == {"order": None, "viewer": {"role": "DISPATCHER"}}
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in str(error)
    (record,) = [record for record in caplog.records if record.name == "onevisit.faults"]
    assert record.__dict__["trace_id"] == error["extensions"]["traceId"]
    assert "hunter2" in str(record.exc_info)


async def test_districts_and_products_are_for_everybody(office: Office, people: dict[str, Actor]) -> None:
    asked = """query($p: String) { districts(prefecture: $p) { code crew { name } } products { code lineRank } }"""

    data = await office.ask(people["Sun"], asked)
    none = await office.ask(UPSTREAM, asked, p="洛阳市")

    assert [district["code"] for district in data["districts"]] == ["410103", "410105"]
    assert [product["code"] for product in data["products"]] == [
        "INTERNET_LINE",
        "ENT_BROADBAND",
        "CAMERA",
        "CLOUD_VIDEO",
    ]
    assert none["districts"] == []


async def test_a_rule_of_whoever_serves_is_asked_as_well(office: Office) -> None:
    from graphql import ASTValidationRule, FieldNode, GraphQLError  # noqa: PLC0415 - of this test alone

    class NoViewer(ASTValidationRule):
        def enter_field(self, node: FieldNode, *_args: Any) -> None:
            if node.name.value == "viewer":
                self.report_error(GraphQLError("not today", node))

    strict = build_executor([NoViewer])
    answer = await strict.execute(Request("{ viewer { id } }"), Context(office.services, ADMIN))

    assert [error["message"] for error in orjson.loads(answer.body)["errors"]] == ["not today"]
