"""回单 through the schema: forms, dead letters, acknowledgements."""

from __future__ import annotations

import pytest

from domain.access import Actor
from schema.node import encode_id
from tests.resolvers.office import DISPATCHER, UPSTREAM, Office, fused, order
from tests.resolvers.test_mutations import CLAIM, item

FORM = """mutation($items: [ItemReceiptInput!]!, $name: String) {
  submitReceipt(input: {items: $items, clientMutationId: $name}) { clientMutationId results { __typename
  ... on Refusal { code } ... on EvidenceMissing { missing } ... on InvalidInput { problems { path } }
  ... on ReceiptAccepted { receipt { id evidence by { name } } item { state } } } } }"""
GOOD = {"serial": "C-1", "channel_count": 4, "picture_test": True}


async def two_claimed(office: Office, by: Actor) -> list[str]:
    await office.take_in(order("N1", fusion=fused("FK", "N2")), order("N2", fusion=fused("FK", "N1")))
    ids = [(await item(office, number))["id"] for number in ("N1", "N2")]
    for id_ in ids:
        await office.ask(by, CLAIM, id=id_)
    return ids


async def test_one_form_receipts_several_items_and_a_refused_one_stops_no_other(
    office: Office, people: dict[str, Actor]
) -> None:
    first, second = await two_claimed(office, people["Li"])
    form = [
        {"itemId": first, "evidence": {"serial": "C-1"}},
        {"itemId": second, "evidence": GOOD},
        {"itemId": first, "evidence": GOOD | {"note\0": 1}},
        {"itemId": "no id"},
    ]

    data = await office.ask(people["Li"], FORM, items=form, name="form-1")
    again = await office.ask(people["Li"], FORM, items=form, name="form-1")

    lacking, accepted, spoiled, unknown = data["submitReceipt"]["results"]
    assert lacking == {
        "__typename": "EvidenceMissing",
        "code": "EVIDENCE_MISSING",
        "missing": ["channel_count", "picture_test"],
    }
    assert accepted["receipt"] == {
        "id": encode_id("Receipt", "N2/1/CONSTRUCTION"),
        "evidence": GOOD,
        "by": {"name": "Li"},
    }
    assert accepted["item"] == {"state": "DONE"}
    assert (spoiled["code"], unknown["code"]) == ("INVALID_INPUT", "NOT_FOUND")
    assert again == data


@pytest.mark.parametrize("count", [0, 201])
async def test_a_form_without_items_or_with_too_many_is_bad_input(
    office: Office, people: dict[str, Actor], count: int
) -> None:
    items = [{"itemId": "x"}] * count

    assert await office.refusal(people["Li"], FORM, items=items) == "BAD_USER_INPUT"


MARK = """mutation($ids: [ID!]!) { %s(input: {ids: $ids}) { receipts { id delivery } notFound } }"""


async def test_receipts_are_acknowledged_and_unknown_ids_come_back(
    office: Office, people: dict[str, Actor]
) -> None:
    _, second = await two_claimed(office, people["Li"])
    await office.ask(people["Li"], FORM, items=[{"itemId": second, "evidence": GOOD}])
    known, unknown = encode_id("Receipt", "N2/1/CONSTRUCTION"), encode_id("Receipt", "N9/1/CONSTRUCTION")

    data = await office.ask(UPSTREAM, MARK % "acknowledgeReceipts", ids=[known, unknown, "no id", known])
    replayed = await office.ask(DISPATCHER, MARK % "replayReceipts", ids=[known])

    assert data["acknowledgeReceipts"] == {
        "receipts": [{"id": known, "delivery": "ACKNOWLEDGED"}],
        "notFound": [unknown, "no id"],
    }
    assert replayed["replayReceipts"]["receipts"] == [{"id": known, "delivery": "ACKNOWLEDGED"}]
    assert await office.refusal(UPSTREAM, MARK % "acknowledgeReceipts", ids=[]) == "BAD_USER_INPUT"
