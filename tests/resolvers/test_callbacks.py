"""Callbacks and reports that did not count, as dispatchers and administrators read them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Actor
from domain.callbacks import CallbackSource, CallbackStatus, Finding, received
from persistence.callbacks import SqlCallbacks
from schema.node import encode_id
from tests.resolvers.office import ADMIN, DISPATCHER, NMS, NOON, UPSTREAM, VIEWER, Office, order
from tests.resolvers.selections import everything

CALLBACKS = """query($filter: CallbackFilter, $first: Int, $after: String) {
  callbacks(filter: $filter, first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
    id source event eventId key order { number } status note seen receivedAt seenAt body } } } }"""
REPORT = """mutation($i: ReportSubTaskInput!) { reportSubTask(input: $i) { __typename
  ... on Refusal { code } ... on SubTaskReported { counted } } }"""


async def keep(office: Office, event_id: str, key: str | None, *, status: str = "TAKEN") -> None:
    finding = Finding(CallbackStatus(status), "because", key)
    await SqlCallbacks(office.database).record(
        received(CallbackSource.NMS, "e", "[[1]]", NOON, event_id=event_id, finding=finding)
    )


async def listed(office: Office, **variables: Any) -> list[dict[str, Any]]:
    found = (await office.ask(DISPATCHER, CALLBACKS, **variables))["callbacks"]
    return [edge["node"] for edge in found["edges"]]


async def report(office: Office, attempt: int = 1, event: str = "r1", **more: Any) -> dict[str, Any]:
    part = {"subTaskId": encode_id("SubTask", "N1/ACTIVATION"), "attempt": attempt, "eventId": event}
    data = await office.ask(NMS, REPORT, i={**part, "outcome": "SUCCEEDED", **more})
    answer: dict[str, Any] = data["reportSubTask"]
    return answer


async def test_a_callback_is_shown_whole_with_its_order(office: Office) -> None:
    await office.take_in(order("N1"))
    await keep(office, "e1", "N1#A1")
    await keep(office, "e2", "N9#A1", status="UNKNOWN_ATTEMPT")

    unknown, taken = await listed(office)

    assert taken == {
        "id": taken["id"],
        "source": "NMS",
        "event": "e",
        "eventId": "e1",
        "key": "N1#A1",
        "order": {"number": "N1"},
        "status": "TAKEN",
        "note": "because",
        "seen": 1,
        "receivedAt": "2026-11-23T12:00:00Z",
        "seenAt": "2026-11-23T12:00:00Z",
        "body": "[[1]]",
    }
    assert (unknown["key"], unknown["order"], unknown["status"]) == ("N9#A1", None, "UNKNOWN_ATTEMPT")


async def test_every_field_answers_those_who_may_read_them(office: Office) -> None:
    await office.take_in(order("N1"))
    await keep(office, "e1", "N1#A1")

    for actor in (DISPATCHER, ADMIN):
        data = await office.ask(actor, f"{{ callbacks {everything('CallbackConnection')} }}")
        assert data["callbacks"]["edges"]


async def test_pages_and_filters_find_their_part_newest_first(office: Office) -> None:
    for n in range(3):
        await keep(office, f"e{n}", f"N{n}#A1", status="OLD_ATTEMPT" if n else "TAKEN")

    first = (await office.ask(DISPATCHER, CALLBACKS, first=1))["callbacks"]
    rest = await listed(office, after=first["pageInfo"]["endCursor"])
    old = await listed(office, filter={"statuses": ["OLD_ATTEMPT"], "sources": ["NMS"]})
    one = await listed(office, filter={"orderNumbers": ["N0"]})
    none = await listed(office, filter={"receivedTo": NOON.isoformat()})

    assert [edge["node"]["eventId"] for edge in first["edges"]] == ["e2"]
    assert [node["eventId"] for node in rest] == ["e1", "e0"]
    assert [node["eventId"] for node in old] == ["e2", "e1"]
    assert [node["eventId"] for node in one] == ["e0"]
    assert none == []


@pytest.mark.parametrize("name", ["upstream", "viewer", "nms", "Wang", "Li"])
async def test_nobody_else_reads_them_by_any_path(
    office: Office, people: dict[str, Actor], name: str
) -> None:
    actor = {**people, "upstream": UPSTREAM, "viewer": VIEWER, "nms": NMS}[name]
    await keep(office, "e1", "N1#A1")
    [known] = await listed(office)
    node = "query($id: ID!) { node(id: $id) { id ... on Callback { body } } }"

    refused = await office.refusal(actor, CALLBACKS)
    hidden = await office.ask(actor, node, id=known["id"])
    shown = await office.ask(ADMIN, node, id=known["id"])

    assert refused == "FORBIDDEN"
    assert hidden == {"node": None}
    assert shown == {"node": {"id": known["id"], "body": "[[1]]"}}


async def test_a_report_that_counts_is_no_record(office: Office) -> None:
    await office.take_in(order("N1"))

    answers = [await report(office) for _ in range(2)]

    assert [answer["counted"] for answer in answers] == [True, True]
    assert await listed(office) == []


async def test_a_report_on_a_closed_attempt_is_kept_as_it_was_sent(office: Office) -> None:
    await office.take_in(order("N1"))
    await report(office)
    office.clock.move(seconds=9)

    answer = await report(office, event="r2", echoed={"vlan": 7})
    again = await report(office, event="r2", echoed={"vlan": 7})

    [kept] = await listed(office)
    assert (answer["counted"], again["counted"]) == (False, False)
    assert (kept["source"], kept["event"], kept["eventId"], kept["seen"]) == ("API", "reportSubTask", "r2", 2)
    assert (kept["status"], kept["key"], kept["order"]) == ("OLD_ATTEMPT", "N1#A1", {"number": "N1"})
    assert kept["note"] == "attempt 1 of N1/ACTIVATION is closed: SUCCEEDED"
    assert kept["receivedAt"] == "2026-11-23T12:00:09Z"
    for part in ('"eventId": "r2"', '"echoed": {"vlan": 7}', '"subTaskId"', '"outcome": "SUCCEEDED"'):
        assert part in kept["body"]


NO_EFFECT: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "an attempt to come": (
        {"attempt": 7},
        "SubTaskReported",
        "UNKNOWN_ATTEMPT",
        "attempt 7 of N1/ACTIVATION was never made; there are 1",
    ),
    "another order": (
        {"subTaskId": encode_id("SubTask", "N9/ACTIVATION")},
        "NotFound",
        "UNKNOWN_ATTEMPT",
        "there is no sub-task N9/ACTIVATION",
    ),
    "no id of ours": ({"subTaskId": "N9"}, "NotFound", "UNKNOWN_ATTEMPT", "there is no sub-task N9"),
    "the construction": (
        {"subTaskId": encode_id("SubTask", "N1/CONSTRUCTION")},
        "InvalidInput",
        "UNREADABLE",
        "subTaskId is the CONSTRUCTION",
    ),
    "figures without end": (
        {"measures": [{"metric": "m", "value": 1, "unit": "u"}] * 101},
        "InvalidInput",
        "UNREADABLE",
        "measures holds 101; at most 100",
    ),
}


@pytest.mark.parametrize("name", NO_EFFECT)
async def test_a_report_on_something_else_is_kept_and_says_why(office: Office, name: str) -> None:
    given, answer, status, note = NO_EFFECT[name]
    await office.take_in(order("N1"))

    answered = await report(office, **given)

    [kept] = await listed(office)
    assert answered["__typename"] == answer
    assert answered.get("counted", False) is False
    assert kept["status"] == status
    assert note in kept["note"]
