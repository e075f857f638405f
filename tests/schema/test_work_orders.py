"""A visit as a TMF697 work order: which of its facts stands where, in the words of the standard."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from domain import values
from domain.access import Scope
from domain.groups import Group
from domain.orders import InstallAddress
from domain.values import OrderAction, TaskState, WorkItemState
from domain.views import TaskView
from domain.world import World
from schema.node import encode_id
from schema.work_orders import ACTION, ITEM_STATE, STATE, work_order
from tests import arrivals, make
from tests.domain.trade import Trade
from tests.schema.published import problems

DISPATCHER = make.DISPATCHER.scope
WORLD = make.world()


def told(
    group: Group, by: Scope = DISPATCHER, *, task: str = "t1", world: World | None = None
) -> dict[str, Any]:
    """The work order of a visit, which is of the published shape."""
    found = work_order(TaskView(group, make.task_of(group, task)), by, world or WORLD)
    assert problems(json.loads(json.dumps(found))) == []
    return found


def pair(**facts: Any) -> Group:
    """The line N1 and the camera N2 at one door."""
    return make.group(make.order("N1"), make.order("N2", product="CAMERA"), **facts)


IN_STATE = {
    TaskState.HELD: make.group(make.order(address=make.CREWLESS_DOOR)),
    TaskState.OPEN: pair(claimed={"N1": "Li"}),
    TaskState.PLANNED: make.with_appointment(pair(claimed={"N1": "Li"})),
    TaskState.IN_PROGRESS: pair(on_site={"N1": "Li"}),
    TaskState.COMPLETED: pair(done={"N1": "Li", "N2": "Zhao"}),
    TaskState.UNABLE_TO_COMPLETE: pair(returned={"N1": "Li", "N2": "Zhao"}),
    TaskState.PARTIAL: pair(done={"N1": "Li"}, returned={"N2": "Zhao"}),
    TaskState.CANCELLED: pair(cancelled=("N1", "N2")),
}
WORDS = {
    TaskState.HELD: "held",
    TaskState.OPEN: "acknowledged",
    TaskState.PLANNED: "pending",
    TaskState.IN_PROGRESS: "inProgress",
    TaskState.COMPLETED: "completed",
    TaskState.UNABLE_TO_COMPLETE: "failed",
    TaskState.PARTIAL: "partial",
    TaskState.CANCELLED: "cancelled",
}


@pytest.mark.parametrize("state", TaskState)
def test_a_visit_in_every_state_is_a_work_order_in_the_word_for_it(state: TaskState) -> None:
    group = IN_STATE[state]
    assert TaskView(group, make.task_of(group)).state is state

    found = told(group)

    assert found["state"] == WORDS[state]
    assert ("completionDate" in found) is (WORDS[state] in {"completed", "failed", "partial"})


def test_every_state_and_action_has_its_word() -> None:
    assert set(STATE) == set(TaskState)
    assert set(ITEM_STATE) == set(WorkItemState)
    assert set(ACTION) == set(OrderAction)


def test_items_tell_where_each_order_stands() -> None:
    group = make.group(*(make.order(f"N{n}") for n in range(6)), claimed={"N1": "Li"}, on_site={"N2": "Li"},
                       done={"N3": "Li"}, returned={"N4": "Li"}, cancelled=("N5",))  # fmt: skip

    states = [item["state"] for item in told(group)["workOrderItem"]]

    assert states == ["acknowledged", "pending", "inProgress", "completed", "failed", "cancelled"]


def test_an_open_item_whose_order_is_held_is_held() -> None:
    held = make.order("N1", hold=values.HoldCause.BLOCKED)
    group = make.group(make.order("N1"), make.order("N2"), claimed={"N1": "Li"})
    group = group.holding(replace(group.orders[held.number], hold=held.hold))

    states = [item["state"] for item in told(group)["workOrderItem"]]

    assert states == ["held", "acknowledged"]


def test_a_visit_names_its_orders_its_key_and_itself() -> None:
    found = told(pair())

    id_ = encode_id("Task", "1/FK-1/t1")
    assert (found["id"], found["href"].rpartition("/")[2]) == (id_, id_.replace("=", "%3D"))
    assert [known["id"] for known in found["externalIdentifier"]] == ["FK-1"]
    assert [order["id"] for order in found["relatedProductOrder"]] == ["N1", "N2"]
    assert [item["id"] for item in found["workOrderItem"]] == [
        encode_id("WorkItem", "N1/1"),
        encode_id("WorkItem", "N2/1"),
    ]
    assert [item["productOrderItem"][0]["productOrderId"] for item in found["workOrderItem"]] == ["N1", "N2"]


def test_a_slash_in_an_id_is_no_step_in_the_path() -> None:
    group = make.group(make.order(key="中?中??/~~>"), key="中?中??/~~>")

    found = told(group)

    assert set(found["id"]) & set("+/")
    assert not set(found["href"].removeprefix("/tmf-api/workOrderManagement/v5/workOrder/")) & set("+/=")


def test_a_claimant_is_the_employee_with_name_and_phone() -> None:
    first, second = told(pair(claimed={"N1": "Li"}))["workOrderItem"]

    (assignment,) = first["work"]["workforceEmployeeAssignment"]
    assert assignment["workforceEmployee"] == {
        "@type": "Individual",
        "id": encode_id("Member", "Li"),
        "name": "Li",
        "contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "13812345678"}],
    }
    assert second["work"]["workforceEmployeeAssignment"] == []


def test_the_crew_is_the_support_group_and_the_first_contact_calls_the_customer() -> None:
    found = told(pair(claimed={"N2": "Zhao", "N1": "Li"}))

    (crew,) = found["workOrderItem"][0]["work"]["relatedParty"]
    assert (crew["id"], crew["name"]) == (encode_id("Crew", make.JINSHUI_CREW), "jinshui crew")
    parties = {party["role"]: party for party in found["relatedParty"]}
    assert parties["sellerAppointmentContact"]["name"] == "Li"
    assert (parties["Consumer"]["id"], parties["Consumer"]["name"]) == ("K1", "郑州华信科技有限公司")
    assert parties["Contact"]["name"] == "陈女士"


def test_an_appointment_is_when_the_work_starts_and_is_expected_to_end() -> None:
    found = told(make.with_appointment(pair(claimed={"N1": "Li"})))

    work = found["workOrderItem"][1]["work"]
    assert work["scheduledStartDate"] == "2026-03-02T14:00:00Z"
    assert work["expectedCompletionDate"] == found["expectedCompletionDate"] == "2026-03-02T15:00:00Z"
    assert found["appointment"]["id"] == encode_id("Appointment", "1/FK-1/t1/a1")


def test_other_visits_of_the_group_are_bundled_with_it() -> None:
    group = make.group(make.order("N1"), make.order("N2", address=make.ERQI_DOOR))

    (relation,) = told(group)["workOrderRelationship"]

    assert (relation["relationshipType"], relation["id"]) == ("bundled", encode_id("Task", "1/FK-1/t2"))
    assert relation["href"] == told(group, task="t2")["href"]


def test_a_visit_that_repeats_another_follows_it() -> None:
    group = make.group(make.order("N1"), make.order("N2", address=make.ERQI_DOOR))
    again = replace(make.task_of(group, "t2"), follows=values.TaskId("1/FK-1/t1"))

    relations = told(group.holding(again), task="t2")["workOrderRelationship"]

    assert [relation["relationshipType"] for relation in relations] == ["bundled", "follows"]


@pytest.mark.parametrize(
    ("levels", "word"),
    [(["STANDARD"], "4 - Low"), (["A", "STANDARD"], "3 - Moderate"), (["A", "AAA"], "1 - Critical")],
)
def test_the_priority_is_the_highest_of_its_orders_assurance_levels(levels: list[str], word: str) -> None:
    orders = [make.order(f"N{n}", assurance_level=level) for n, level in enumerate(levels)]

    found = told(make.group(*orders))

    assert found["priority"] == word
    assert found["workOrderItem"][-1]["work"]["workPriority"] in {"4 - Low", "1 - Critical"}


def test_an_urgent_item_is_critical_whatever_its_level() -> None:
    group = pair()

    found = told(group.holding(replace(make.item_of(group, "N2"), urgent=True)))

    assert [found["priority"], *(i["work"]["workPriority"] for i in found["workOrderItem"])] == [
        "1 - Critical",
        "4 - Low",
        "1 - Critical",
    ]


def test_a_door_is_known_by_its_standard_id_else_by_district_and_canonical_text() -> None:
    by_text = told(pair())["place"]
    by_id = told(make.group(make.order(address=InstallAddress(make.DOOR, standard_id="STD-1"))))["place"]

    assert by_text == {
        "@type": "GeographicSite",
        "id": "410105/文化路85号3栋502室",
        "name": make.DOOR,
        "code": "410105",
    }
    assert by_id["id"] == "STD-1"


def test_notes_and_photos_of_receipts_come_along_for_who_may_read_receipts() -> None:
    trade = Trade()
    trade.intake(arrivals.order("N1", address=arrivals.CULTURE_ROAD, key="FK-1"))
    trade.claim("Li", "N1")
    trade.receipt("N1", note="cable in the shaft")
    view = TaskView(trade.group_of("N1"), trade.task("N1"))

    found = work_order(view, DISPATCHER, trade.world)
    elsewhere = work_order(view, arrivals.actor("Sun").scope, trade.world)

    assert [(note["author"], note["text"]) for note in found["note"]] == [("Li", "cable in the shaft")]
    assert [(photo["id"], photo["name"]) for photo in found["attachment"]] == [("as on site", "photo")]
    assert (elsewhere["note"], elsewhere["attachment"], "completionDate" in elsewhere) == ([], [], False)
    assert found["completionDate"] == "2026-11-23T12:00:00Z"


def test_what_was_agreed_for_an_appointment_is_a_note() -> None:
    group = make.with_appointment(pair(claimed={"N1": "Li"}))
    task = make.task_of(group)
    said = tuple(replace(a, note="ring twice", booked_by=None) for a in task.appointments)

    (note,) = told(group.holding(replace(task, appointments=said)))["note"]

    assert note == {"@type": "Note", "author": "dispatcher", "text": "ring twice"}
