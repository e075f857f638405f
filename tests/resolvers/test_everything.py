"""Every field of every type, asked by every role: no fault, and nothing personal for whom it is not."""

import json
from typing import Any

import pytest

from domain.access import Actor
from tests.resolvers.office import (
    ADMIN,
    DISPATCHER,
    DOOR,
    ERQI_DOOR,
    NMS,
    UPSTREAM,
    VIEWER,
    Office,
    fused,
    order,
)
from tests.resolvers.selections import everything

CLAIM = "mutation($id: ID!) { claimWorkItem(input: {itemId: $id}) { __typename } }"
RECEIPT = """mutation($id: ID!, $e: JSON) { submitReceipt(input: {items: [{itemId: $id, evidence: $e}]}) {
  results { __typename ... on Refusal { message } } } }"""
BOOK = """mutation($id: ID!) { bookAppointment(input: {taskId: $id, startsAt: "2026-11-24T08:00:00+08:00",
  endsAt: "2026-11-24T10:00:00+08:00", note: "call first"}) { __typename } }"""
FIELDS = {
    "orders": "OrderConnection",
    "fusionGroups": "FusionGroupConnection",
    "tasks": "TaskConnection",
    "crews": "CrewConnection",
    "districts": "District",
    "products": "Product",
    "receipts": "ReceiptConnection",
    "events": "UpdateConnection",
    "board": "Board",
    "viewer": "Viewer",
}
CALLERS = {"upstream": UPSTREAM, "dispatcher": DISPATCHER, "admin": ADMIN, "viewer": VIEWER, "nms": NMS}
NAMES = [*CALLERS, "Wang", "Li", "Zhao", "Sun"]
LEDGER = {"upstream", "dispatcher", "admin", "viewer"}


async def a_day(office: Office, people: dict[str, Actor]) -> None:
    """A group at two doors: the line claimed and booked by Li, the camera receipted by Zhao; and one that waits."""
    three = ("N1", "N2", "N3")
    results = await office.take_in(
        *(
            order(
                number,
                ERQI_DOOR if number == "N3" else DOOR,
                product="ENT_BROADBAND" if number == "N1" else "CAMERA",
                fusion=fused("FK-1", *(other for other in three if other != number)),
                activationData={"vlan": 2101},
                requirement="100M",
            )
            for number in three
        ),
        order("W1", fusion=fused("FK-2", "W2")),
    )
    items = {result["order"]["number"]: result["order"]["workItem"] for result in results}
    await office.ask(people["Li"], CLAIM, id=items["N1"]["id"])
    await office.ask(people["Zhao"], CLAIM, id=items["N2"]["id"])
    task = await office.ask(people["Li"], '{ order(number: "N1") { workItem { task { id } } } }')
    await office.ask(people["Li"], BOOK, id=task["order"]["workItem"]["task"]["id"])
    evidence = {"serial": "C-1", "channel_count": 4, "picture_test": True}
    done = await office.ask(people["Zhao"], RECEIPT, id=items["N2"]["id"], e=evidence)
    assert done["submitReceipt"]["results"] == [{"__typename": "ReceiptAccepted"}]


@pytest.mark.parametrize("name", NAMES)
async def test_every_field_answers_every_role(office: Office, people: dict[str, Actor], name: str) -> None:
    await a_day(office, people)

    for field, type_name in FIELDS.items():
        data, errors = await office.answer(
            {**CALLERS, **people}[name], f"{{ {field} {everything(type_name)} }}"
        )

        if field == "receipts" and name not in LEDGER:
            assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]
        else:
            assert errors == []
            assert data[field]


SECRETS: dict[str, list[str]] = {
    "customer's phone": ["13912345678"],
    "contact's name": ["张经理"],
    "customer's name": ["豫新商贸"],
    "address": ["文化路85号", "文化路85号3栋502室"],
    "address elsewhere": ["大学路40号"],
}
KNOWN: dict[str, set[str]] = {
    "upstream": set(SECRETS),
    "dispatcher": set(SECRETS),
    "admin": set(SECRETS),
    "viewer": {"customer's name", "address", "address elsewhere"},
    "nms": set(),
    "Wang": set(SECRETS) - {"address elsewhere"},
    "Li": set(SECRETS) - {"address elsewhere"},
    "Zhao": set(SECRETS) - {"address elsewhere"},
    "Sun": {"customer's name", "contact's name", "customer's phone", "address elsewhere"},
}
"""Wang leads the crew of the one door, Li and Zhao claim there; Sun leads the crew of the other."""


@pytest.mark.parametrize("name", NAMES)
async def test_no_path_tells_a_caller_what_it_may_not_know(
    office: Office, people: dict[str, Actor], name: str
) -> None:
    await a_day(office, people)
    asked: list[Any] = []

    for field, type_name in FIELDS.items():
        asked += await office.answer(
            {**CALLERS, **people}[name], f"{{ {field} {everything(type_name, deep=4)} }}"
        )

    told = json.dumps(asked, ensure_ascii=False)
    known = {what for what, words in SECRETS.items() if any(word in told for word in words)}
    assert known == KNOWN[name]


@pytest.mark.parametrize("name", NAMES)
async def test_raw_payloads_and_exchanges_are_told_to_three_roles_alone(
    office: Office, people: dict[str, Actor], name: str
) -> None:
    await a_day(office, people)

    data = await office.ask(
        {**CALLERS, **people}[name],
        '{ order(number: "N1") { raw exchanges(first: 2) { edges { node { id kind direction } } } } }',
    )

    told = name in {"upstream", "dispatcher", "admin"}
    assert (data["order"]["raw"] is not None) is told
    assert (data["order"]["exchanges"] is not None) is told


@pytest.mark.parametrize("name", NAMES)
async def test_every_node_is_found_again_by_its_id_or_hidden(
    office: Office, people: dict[str, Actor], name: str
) -> None:
    await a_day(office, people)
    found = await office.ask(
        DISPATCHER,
        """{ fusionGroup(key: "FK-1") { id tasks { id appointments { id } items { id claimant { id } } crew { id } }
        orders { id product { id } receipts { id } subTasks { id } exchanges { edges { node { id } } }
        address { district { id } } } } }""",
    )
    ids = sorted(set(all_ids(found)))

    data = await office.ask(
        {**CALLERS, **people}[name], "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids
    )

    shown = {node["__typename"] for node in data["nodes"] if node is not None}
    assert [node["id"] for node in data["nodes"] if node] == [
        id_ for id_, node in zip(ids, data["nodes"], strict=True) if node
    ]
    hidden = {"upstream": set(), "dispatcher": set(), "admin": set(), "viewer": {"Exchange"}}
    of_crew = {"Exchange", "Receipt", "Member"} if name == "Sun" else {"Exchange"}
    expected_hidden = hidden.get(name, {"Exchange", "Receipt"} if name == "nms" else of_crew)
    assert shown == ALL_NODES - expected_hidden


ALL_NODES = {
    "FusionGroup",
    "Task",
    "Appointment",
    "WorkItem",
    "Member",
    "Crew",
    "Order",
    "Product",
    "Receipt",
    "SubTask",
    "Exchange",
    "District",
}


def all_ids(value: Any) -> list[str]:
    """Every ``id`` in an answer."""
    if isinstance(value, list):
        return [id_ for inner in value for id_ in all_ids(inner)]
    if isinstance(value, dict):
        own = [value["id"]] if isinstance(value.get("id"), str) else []
        return own + [id_ for inner in value.values() for id_ in all_ids(inner)]
    return []
