"""What of the log somebody wants, and how an entry is shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import feeds
from domain.access import Scope
from domain.filters import UpdateFilter
from domain.orders import Hold
from domain.pages import Edge, Page
from domain.people import MemberView
from domain.ports import Cursor, Entry
from domain.refusals import AlreadyClaimed
from domain.values import (
    AppointmentId,
    CrewId,
    DistrictCode,
    HoldCause,
    ItemId,
    OrderNumber,
    ProductCode,
    ReceiptKind,
    Role,
    TaskId,
    UpdateKind,
    WorkItemState,
)
from domain.views import GroupView, OrderView, TaskView
from tests import make

GROUP = make.with_appointment(
    make.with_item(
        make.group(
            make.order("N1", key="FK-1", related=["N2"], due_at=make.NOON),
            make.order("N2", product="CAMERA", key="FK-1", related=["N1"], assurance_level="AAA"),
            claimed={"N1": "Li"},
        ),
        "N2",
        WorkItemState.DONE,
        "Zhao",
    )
)
TASK = make.task_of(GROUP)
ENTRY = Entry(
    7, GROUP.id, 3, UpdateKind.ITEM_CLAIMED, make.NOON, "crew:Li", OrderNumber("N1"), TASK.id, make.item()
)
RECEIPT = replace(
    ENTRY,
    kind=UpdateKind.RECEIPT_FINAL,
    order=OrderNumber("N2"),
    item=make.item("N2"),
    detail={"receipt": f"N2/1/{ReceiptKind.CONSTRUCTION}"},
)
EVERYBODY, STRANGER = Scope(Role.DISPATCHER), Scope(Role.CREW, crew=CrewId("pingyu"))


def test_an_update_shows_what_happened_to_what() -> None:
    update = feeds.update_of("epoch", ENTRY, GROUP)

    assert (update.cursor, update.revision, update.actor) == (Cursor("epoch", 7), 3, "crew:Li")
    assert update.group == GroupView(GROUP)
    assert [view.row.id for view in (update.task, update.item) if view] == [TASK.id, make.item()]
    assert update.order is not None
    assert update.order.id == "N1"


def test_an_update_of_what_has_left_the_group_shows_the_group_alone() -> None:
    gone = replace(ENTRY, order=OrderNumber("N9"), task=TaskId("x"), item=ItemId("x"))

    for entry in (gone, replace(ENTRY, order=None, task=None, item=None)):
        update = feeds.update_of("epoch", entry, GROUP)
        assert (update.order, update.task, update.item) == (None, None, None)


def test_a_snapshot_of_a_group_has_its_revision_and_one_of_many_has_none() -> None:
    cursor = Cursor("epoch", 7)

    one = feeds.snapshot(cursor, make.NOON, "dispatcher:desk", GROUP)
    many = feeds.snapshot(cursor, make.NOON, "dispatcher:desk")

    assert (one.kind, one.revision, one.group) == (UpdateKind.SNAPSHOT, GROUP.revision, GroupView(GROUP))
    assert (many.revision, many.group) == (0, None)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        (UpdateFilter(), True),
        (UpdateFilter(kinds=(UpdateKind.ITEM_CLAIMED,)), True),
        (UpdateFilter(kinds=(UpdateKind.ITEM_DONE,)), False),
        (UpdateFilter(kinds=()), False),
        (UpdateFilter(group_keys=("FK-1",)), True),
        (UpdateFilter(group_keys=("FK-2",)), False),
        (UpdateFilter(crew_ids=(make.JINSHUI_CREW,)), True),
        (UpdateFilter(crew_ids=(make.ERQI_CREW,)), False),
        (UpdateFilter(products=(ProductCode("CAMERA"),)), True),
        (UpdateFilter(products=(ProductCode("CLOUD_VIDEO"),)), False),
        (UpdateFilter(assurance_levels=("AAA", "A")), True),
        (UpdateFilter(assurance_levels=("A",)), False),
        (UpdateFilter(district_codes=(make.JINSHUI,)), True),
        (UpdateFilter(district_codes=(make.ERQI, DistrictCode("410999"))), False),
        (UpdateFilter(kinds=(UpdateKind.ITEM_CLAIMED,), group_keys=("FK-2",)), False),
    ],
)
def test_all_conditions_of_a_filter_must_hold(chosen: UpdateFilter, wanted: bool) -> None:  # noqa: FBT001 - a column
    assert feeds.wanted(chosen, EVERYBODY)(ENTRY, GROUP) is wanted


def test_nobody_is_handed_what_it_may_not_see() -> None:
    assert not feeds.wanted(UpdateFilter(), STRANGER)(ENTRY, GROUP)
    assert not feeds.visible(STRANGER)(ENTRY, GROUP)
    assert feeds.visible(EVERYBODY)(ENTRY, GROUP)


def test_the_feed_of_a_crew_is_of_groups_in_which_it_has_a_visit() -> None:
    own = make.actor("Li").scope

    assert feeds.of_crew(make.JINSHUI_CREW, own)(ENTRY, GROUP)
    assert not feeds.of_crew(make.ERQI_CREW, EVERYBODY)(ENTRY, GROUP)
    assert not feeds.of_crew(make.JINSHUI_CREW, STRANGER)(ENTRY, GROUP)


def test_the_feed_of_receipts_is_of_those_that_became_final() -> None:
    receipt = feeds.receipt_of(RECEIPT, GROUP)

    assert receipt is not None
    assert (receipt.order.id, receipt.evidence) == ("N2", {})
    assert feeds.final_receipts(RECEIPT, GROUP)
    assert not feeds.final_receipts(ENTRY, GROUP)
    for entry in (
        replace(RECEIPT, order=None),
        replace(RECEIPT, order=OrderNumber("N9")),
        replace(RECEIPT, detail={}),
    ):
        assert not feeds.final_receipts(entry, GROUP)


def test_a_view_has_what_follows_from_its_row_and_what_the_row_has() -> None:
    group = GroupView(GROUP)
    (task,) = group.tasks
    first, second = group.orders

    assert (group.key, group.expected_numbers, group.missing_numbers) == ("FK-1", ["N1", "N2"], [])
    assert (group.visits_saved, group.state, group.revision) == (1, "IN_PROGRESS", GROUP.revision)
    assert group.first_contact is not None
    assert group.first_contact.member == make.LI
    assert (first.handler, first.state, first.step, first.hold) == (make.LI, "IN_PROGRESS", "APPOINTED", None)
    assert (first.product_code, first.assurance_level, second.assurance_level) == (
        "ENT_BROADBAND",
        "STANDARD",
        "AAA",
    )
    assert (first.related_count, first.related_numbers, first.due_at) == (1, ["N2"], make.NOON)
    assert (task.crew_id, task.district_code, task.state) == (make.JINSHUI_CREW, make.JINSHUI, "IN_PROGRESS")
    assert (task.due_at, task.follows, task.appointment_required) == (make.NOON, None, False)


def test_views_lead_to_each_other() -> None:
    order = GroupView(GROUP).orders[0]
    item = order.work_item
    assert item is not None
    task = item.task
    (appointment,) = task.appointments
    assert task.appointment == appointment
    assert (item.order, task.group, order.group) == (order, GroupView(GROUP), GroupView(GROUP))
    assert (appointment.task, appointment.replaces, appointment.starts_at) == (task, None, make.AFTERNOON)
    assert task.first_contact is not None
    assert [view.id for view in task.items] == ["N1/1", "N2/1"]
    construction = order.sub_tasks[0]
    assert (construction.id, construction.order, construction.stale) == ("N1/CONSTRUCTION", order, False)
    assert construction.attempts == construction.row.attempts


def test_views_without_what_they_lead_to_have_null() -> None:
    alone = make.collecting(make.order(), hold=Hold(HoldCause.COUNT_MISMATCH, "said by the test", make.NOON))
    order = GroupView(alone).orders[0]

    assert (order.work_item, order.related_count, order.related_numbers) == (None, 0, [])
    assert TaskView(make.group(), make.task_of(make.group())).appointment is None


def test_a_visit_that_repeats_another_leads_to_it_and_so_does_an_appointment() -> None:
    later = replace(TASK, id=TaskId(f"{GROUP.id}/t2"), follows=TASK.id)
    (first,) = TASK.appointments
    second = replace(
        first,
        id=AppointmentId(f"{TASK.id}/a2"),
        replaces=first.id,
        starts_at=first.starts_at + timedelta(hours=2),
    )
    moved = replace(TASK, appointments=(first, second))

    follows = TaskView(GROUP.holding(later), later).follows
    replaces = TaskView(GROUP, moved).appointments[0].replaces

    assert follows is not None
    assert follows.row.id == TASK.id
    assert replaces is not None
    assert replaces.id == first.id


def test_a_view_has_no_attribute_that_neither_it_nor_its_row_has() -> None:
    order: Any = OrderView(GROUP, GROUP.orders[OrderNumber("N1")])

    with pytest.raises(AttributeError):
        _ = order.colour


def test_a_member_is_shown_as_its_row_says() -> None:
    row = make.member("Li")
    shown = MemberView(row)

    assert (shown.id, shown.name, shown.crew, shown.active, shown.skills) == (
        row.id,
        row.name,
        row.crew,
        row.active,
        row.skills,
    )


def test_a_page_begins_and_ends_with_its_edges_unless_reading_went_further() -> None:
    page = Page((Edge("a", 1), Edge("b", 2)))
    empty: Page[int] = Page()
    further: Page[int] = Page(ends_at="z")

    assert (page.start_cursor, page.end_cursor, page.page_info) == ("a", "b", page)
    assert (empty.start_cursor, empty.end_cursor) == (None, None)
    assert further.end_cursor == "z"


def test_a_refusal_is_named_in_capitals() -> None:
    assert AlreadyClaimed("no", make.LI, make.NOON).code == "ALREADY_CLAIMED"


def test_details_are_spelled_as_clients_of_graphql_spell_them() -> None:
    group = make.group(make.order("N1"))
    told = {"first_contact": "m-1"}
    entry = Entry(1, group.id, 1, UpdateKind.APPOINTMENT_REQUIRED, make.NOON, "system:x", detail=told)

    assert feeds.update_of("epoch", entry, group).detail == {"firstContact": "m-1"}
