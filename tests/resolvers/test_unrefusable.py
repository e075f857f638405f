"""停机 and 注销: no mutation of the schema, given by whoever may, takes one out of its path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, get_named_type, get_nullable_type

from domain.access import Actor
from schema.node import encode_id
from tests.resolvers.office import ADMIN, DISPATCHER, NMS, Office, order
from tests.resolvers.test_mutations import CLAIM, MAY, MUTATIONS, SAMPLES, document

UPSTREAMS_OWN = {"intakeOrders", "cancelOrder", "acknowledgeReceipts", "reopenOrder"}
"""What upstream does with its own orders; it alone may take one back."""

STATE = """{ order(number: "T1") { state hold { cause } group { state hold { cause } orders { number } }
  workItem { id state task { id } } } }"""
PATH = {"ACKNOWLEDGED", "IN_PROGRESS", "COMPLETED"}


async def ids(office: Office) -> dict[str, list[Any]]:
    """What the fields of inputs can name of the order."""
    found = (await office.ask(DISPATCHER, STATE))["order"]
    item, group = found["workItem"], encode_id("FusionGroup", "1/T1")
    items = [item["id"]] if item is not None else ["x"]
    tasks = [item["task"]["id"]] if item is not None else ["x"]
    parts = [encode_id("SubTask", f"T1/{kind}") for kind in ("CONSTRUCTION", "ACTIVATION", "QUALITY_CHECK")]
    return {
        "itemId": items,
        "itemIds": [items],
        "taskId": tasks,
        "taskIds": [tasks],
        "subTaskId": parts,
        "appointmentId": [encode_id("Appointment", "1/T1/t1/a1")],
        "id": [group, *tasks, encode_id("Order", "T1")],
        "number": ["T1"],
        "key": ["T1"],
    }


def choices(name: str, type_: Any, known: dict[str, list[Any]]) -> list[Any]:
    """The values to try for one field."""
    bare = get_nullable_type(type_)
    if name in known:
        return known[name]
    if isinstance(bare, GraphQLEnumType):
        return list(bare.values)
    if isinstance(bare, GraphQLList):
        return [[value] for value in choices("", bare.of_type, known)]
    if isinstance(bare, GraphQLInputObjectType):
        return list(inputs(bare, known))
    return [SAMPLES[bare.name]]


def inputs(type_: GraphQLInputObjectType, known: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every input of a type that names the order, with every word of every enumeration."""
    fields = {name: part.type for name, part in type_.fields.items() if name != "clientMutationId"}
    tried = [choices(name, part, known) for name, part in fields.items()]
    for values in product(*tried):
        yield dict(zip(fields, values, strict=True))


@pytest.mark.parametrize("action", ["SUSPEND", "TERMINATE"])
@pytest.mark.parametrize("name", sorted(set(MAY) - UPSTREAMS_OWN))
async def test_no_mutation_refuses_holds_or_fails_it(
    office: Office, people: dict[str, Actor], name: str, action: str
) -> None:
    await office.take_in(order("T1", product="ENT_BROADBAND", action=action, installedSerials=["ONT-A"]))
    known = await ids(office)
    if action == "TERMINATE":
        await office.ask(people["Li"], CLAIM, id=known["itemId"][0])
    callers = {"crew": people["Li"], "dispatcher": DISPATCHER, "admin": ADMIN, "nms": NMS}
    type_: Any = get_named_type(MUTATIONS.fields[name].args["input"].type)

    for given in inputs(type_, known):
        for caller in sorted(MAY[name] & set(callers)):
            await office.answer(callers[caller], document(name), input=given)
            found = (await office.ask(DISPATCHER, STATE))["order"]
            assert found["state"] in PATH, (given, found)
            assert (found["hold"], found["group"]["hold"]) == (None, None), (given, found)
            assert (found["workItem"] or {"state": None})["state"] != "RETURNED", (given, found)
