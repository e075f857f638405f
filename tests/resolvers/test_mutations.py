"""Mutations: who may, what is refused, what is shown, and what a repeated one answers."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from domain.access import Actor
from resolvers.root import schema
from schema.node import encode_id
from tests.resolvers.office import (
    ADMIN,
    DISPATCHER,
    NMS,
    UPSTREAM,
    VIEWER,
    Office,
    fused,
    order,
)

MUTATIONS: Any = schema.mutation_type

CREW, DESK, UP = {"crew"}, {"dispatcher", "admin"}, {"upstream"}
MAY: dict[str, set[str]] = {
    "intakeOrders": UP,
    "cancelOrder": UP,
    "reopenOrder": UP | DESK,
    "acknowledgeReceipts": UP,
    "dispatchGroup": DESK,
    "resolveHold": DESK,
    "mergeTasks": DESK,
    "splitTask": DESK,
    "acceptPartial": DESK,
    "replayReceipts": DESK,
    "claimTask": CREW,
    "claimWorkItem": CREW,
    "releaseWorkItem": CREW | DESK,
    "offerHandOver": CREW | DESK,
    "acceptHandOver": CREW,
    "bookAppointment": CREW | DESK,
    "closeAppointment": CREW | DESK,
    "startWork": CREW,
    "submitReceipt": CREW,
    "holdWorkItem": CREW | DESK,
    "returnWorkItem": CREW,
    "reportSubTask": {"nms"},
    "retrySubTask": DESK,
    "saveCrew": {"admin"},
    "rezoneCrews": {"admin"},
    "saveMember": {"admin"},
    "saveDistrict": {"admin"},
    "saveProduct": {"admin"},
}
"""Who may call what, as the headings of the public contract have it."""

SAMPLES: dict[str, Any] = {
    "String": "x",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "ID": "eA==",
    "DateTime": "2026-12-01T08:00:00Z",
    "JSON": {},
}


def sample(type_: Any) -> Any:
    """The least value of an input type."""
    if isinstance(type_, GraphQLNonNull):
        return sample(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [sample(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        fields = type_.fields.items()
        return {name: sample(part.type) for name, part in fields if isinstance(part.type, GraphQLNonNull)}
    return SAMPLES[type_.name]


def document(name: str) -> str:
    """The mutation, with an answer that every payload has."""
    input_type = get_named_type(MUTATIONS.fields[name].args["input"].type)
    return f"mutation($input: {input_type}!) {{ {name}(input: $input) {{ __typename }} }}"


def test_every_mutation_has_its_callers() -> None:
    assert set(MAY) == set(MUTATIONS.fields)


@pytest.mark.parametrize("name", MAY)
async def test_a_mutation_is_for_its_roles_alone(office: Office, people: dict[str, Actor], name: str) -> None:
    callers = {
        "upstream": UPSTREAM,
        "dispatcher": DISPATCHER,
        "admin": ADMIN,
        "viewer": VIEWER,
        "nms": NMS,
        "crew": people["Li"],
    }
    given = sample(MUTATIONS.fields[name].args["input"].type)

    codes = {}
    for caller, actor in callers.items():
        _, errors = await office.answer(actor, document(name), input=given)
        codes[caller] = [error["extensions"]["code"] for error in errors]

    assert {caller for caller, code in codes.items() if code == ["FORBIDDEN"]} == set(callers) - MAY[name]
    assert not any("INTERNAL_SERVER_ERROR" in code for code in codes.values())


UNKNOWN = [encode_id("WorkItem", "N9/1"), encode_id("Task", "1/N9/t1"), "no id", encode_id("WorkItem", "N9")]


@pytest.mark.parametrize("id_", UNKNOWN)
@pytest.mark.parametrize(
    "name", ["claimWorkItem", "releaseWorkItem", "acceptHandOver", "startWork", "returnWorkItem"]
)
async def test_an_id_that_belongs_to_nothing_is_not_found(
    office: Office, people: dict[str, Actor], name: str, id_: str
) -> None:
    given = sample(MUTATIONS.fields[name].args["input"].type) | {"itemId": id_}

    data = await office.ask(people["Li"], document(name), input=given)

    assert data[name]["__typename"] == "NotFound"


@pytest.mark.parametrize("reason", ["a\0b", "x" * 4001, "\ud800"])
async def test_a_text_that_nothing_can_keep_is_bad_input(office: Office, reason: str) -> None:
    data, (error,) = await office.answer(
        UPSTREAM, document("cancelOrder"), input={"number": "N1", "reason": reason}
    )

    assert data == {"cancelOrder": None}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "`reason`" in error["message"]


ITEM = """query($n: String!) { order(number: $n) { state step handler { name }
  workItem { id state version claimant { name phone } offeredTo { name } task { id } }
  group { firstContact { member { name phone } reason } } receipts { id kind delivery by { name } } } }"""


async def item(office: Office, number: str, by: Actor = DISPATCHER) -> dict[str, Any]:
    data = await office.ask(by, ITEM, n=number)
    found: dict[str, Any] = data["order"]["workItem"]
    return found


CLAIM = """mutation($id: ID!) { claimWorkItem(input: {itemId: $id}) { __typename ... on Refusal { code }
  ... on WorkItemClaimed { item { state claimant { name } } }
  ... on AlreadyClaimed { claimant { name phone } claimedAt } ... on NotInCrew { crew { name } } } }"""


async def test_the_second_claimer_learns_who_holds_the_item(office: Office, people: dict[str, Actor]) -> None:
    await office.take_in(order("N1"))
    id_ = (await item(office, "N1"))["id"]

    first = await office.ask(people["Li"], CLAIM, id=id_)
    second = await office.ask(people["Zhao"], CLAIM, id=id_)

    assert first["claimWorkItem"]["item"] == {"state": "CLAIMED", "claimant": {"name": "Li"}}
    assert second["claimWorkItem"] == {
        "__typename": "AlreadyClaimed",
        "code": "ALREADY_CLAIMED",
        "claimant": {"name": "Li", "phone": "137000010105"},
        "claimedAt": "2026-11-23T12:00:00Z",
    }


async def test_a_crew_without_a_visit_in_the_group_learns_nothing(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"))
    id_ = (await item(office, "N1"))["id"]

    data = await office.ask(people["Sun"], CLAIM, id=id_)

    assert data["claimWorkItem"]["__typename"] == "NotFound"


HAND_OVER = """mutation($id: ID!, $to: ID!, $force: Boolean) {
  offerHandOver(input: {itemId: $id, toMemberId: $to, force: $force}) { __typename ... on Refusal { code message }
  ... on HandOverOffered { item { offeredTo { name } } to { name phone } }
  ... on WorkItemHandedOver { item { claimant { name } } } } }"""


async def test_a_hand_over_is_offered_to_somebody_or_forced(office: Office, people: dict[str, Actor]) -> None:
    await office.take_in(order("N1"))
    id_ = (await item(office, "N1"))["id"]
    await office.ask(people["Li"], CLAIM, id=id_)
    zhao = encode_id("Member", people["Zhao"].subject)

    offered = await office.ask(people["Li"], HAND_OVER, id=id_, to=zhao)
    forced = await office.ask(people["Wang"], HAND_OVER, id=id_, to=zhao, force=True)

    assert offered["offerHandOver"] == {
        "__typename": "HandOverOffered",
        "item": {"offeredTo": {"name": "Zhao"}},
        "to": {"name": "Zhao", "phone": "137000020105"},
    }
    assert forced["offerHandOver"]["item"]["claimant"]["name"] == "Zhao"


DISPATCH = """mutation($key: String!) { dispatchGroup(input: {key: $key, reason: "now"}) { __typename
  ... on GroupDispatched { group { state partialDispatch } tasks { items { order { number } } } }
  ... on Refusal { code } } }"""


async def test_a_group_is_dispatched_without_the_rest(office: Office) -> None:
    await office.take_in(order("N1", fusion=fused("FK-1", "N2")))

    data = await office.ask(DISPATCHER, DISPATCH, key="FK-1")
    again = await office.ask(DISPATCHER, DISPATCH, key="FK-1")

    assert data["dispatchGroup"]["group"] == {"state": "DISPATCHED", "partialDispatch": True}
    assert again["dispatchGroup"]["code"] == "NOT_COLLECTING"


REPORT = """mutation($id: ID!, $attempt: Int!) { reportSubTask(input: {subTaskId: $id, attempt: $attempt,
  eventId: "e-1", outcome: SUCCEEDED, echoed: {}}) { __typename ... on Refusal { code }
  ... on SubTaskReported { counted
    subTask { kind verdict attempts { number echoed } order { customer { name } } } } } }"""


@pytest.mark.usefixtures("people")
async def test_the_network_reports_an_attempt_and_learns_no_customer(office: Office) -> None:
    await office.take_in(order("N1"))
    part = encode_id("SubTask", "N1/ACTIVATION")

    data = await office.ask(NMS, REPORT, id=part, attempt=1)

    assert data["reportSubTask"]["counted"] is True
    assert data["reportSubTask"]["subTask"] == {
        "kind": "ACTIVATION",
        "verdict": "SUCCEEDED",
        "attempts": [{"number": 1, "echoed": {}}],
        "order": {"customer": {"name": "***"}},
    }


@pytest.mark.usefixtures("people")
async def test_data_to_send_otherwise_are_an_object(office: Office) -> None:
    given = {"subTaskId": encode_id("SubTask", "N1/ACTIVATION"), "data": [1]}

    assert await office.refusal(DISPATCHER, document("retrySubTask"), input=given) == "BAD_USER_INPUT"
