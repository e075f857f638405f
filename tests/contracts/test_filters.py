"""Every filter, sort and viewer gets the rows that the documents say, page by page, in both directions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.access import Scope
from domain.filters import (
    FusionGroupFilter,
    FusionGroupSort,
    OrderFilter,
    OrderSort,
    ReceiptFilter,
    TaskFilter,
    TaskSort,
)
from domain.pages import Page, Window
from domain.values import (
    CrewId,
    DeliveryState,
    GroupState,
    HoldCause,
    MemberId,
    OrderAction,
    OrderState,
    ReceiptKind,
    Role,
    Step,
    TaskState,
)
from domain.views import GroupView
from persistence.reads import SqlReads
from tests import arrivals as make
from tests.contracts import wanted
from tests.contracts.played import keep, played
from tests.contracts.trade import Gateway, order

OFFICE = Scope(Role.DISPATCHER)
NMS = Scope(Role.NMS)
JINSHUI, ERQI = (Scope(Role.CREW, crew=CrewId(crew)) for crew in ("jinshui", "erqi"))
NOBODY = Scope(Role.CREW)
VIEWERS = (OFFICE, NMS, JINSHUI, ERQI, NOBODY)
SOON, LATER = make.NOON + timedelta(minutes=2), make.NOON + timedelta(hours=2)

DISTRICTS = (make.JINSHUI, make.ERQI, make.PINGYU, "000000")
CREWS, PEOPLE = ("jinshui", "erqi", "nobody"), tuple(map(MemberId, ("Wang", "Zhao", "Li", "Sun")))
TEXTS = ("d03n", "FK-1", "文化路", "K2", "火星", "%", "_", "/", "\\", "\0", "河南", "nobody")
CHOICES: Mapping[type[Any], Mapping[str, Sequence[Any]]] = {
    OrderFilter: {
        "states": tuple(OrderState),
        "steps": tuple(Step),
        "actions": tuple(OrderAction),
        "district_codes": DISTRICTS,
        "crew_ids": CREWS,
        "claimant_ids": PEOPLE,
        "products": ("CAMERA", "ENT_BROADBAND", "NONE"),
        "assurance_levels": ("AAA", "STANDARD"),
        "hold_causes": tuple(HoldCause),
        "due_before": (make.NOON + timedelta(hours=1), LATER),
        "received_from": (make.NOON, SOON),
        "received_to": (SOON, LATER),
        "text": TEXTS,
    },
    FusionGroupFilter: {
        "states": tuple(GroupState),
        "district_codes": DISTRICTS,
        "crew_ids": CREWS,
        "products": ("CAMERA", "ENT_BROADBAND", "NONE"),
        "hold_causes": tuple(HoldCause),
        "fused_only": (True, False),
        "deadline_before": (make.NOON + timedelta(minutes=31), LATER),
        "text": TEXTS,
    },
    TaskFilter: {
        "states": tuple(TaskState),
        "district_codes": DISTRICTS,
        "crew_ids": CREWS,
        "claimant_ids": PEOPLE,
        "appointment_required": (True, False),
        "hold_causes": tuple(HoldCause),
        "due_before": (make.NOON + timedelta(hours=2), LATER),
        "text": TEXTS,
    },
    ReceiptFilter: {
        "deliveries": tuple(DeliveryState),
        "kinds": tuple(ReceiptKind),
        "order_numbers": ("D24N1", "D24N2", "D01N1", "nobody"),
    },
}


@dataclass(frozen=True)
class List:
    """A list of the reads: what it may be asked, how a page is read, and which rows there are to find."""

    filter: type[Any]
    sorts: Sequence[Any]
    rows: Sequence[Any]
    is_wanted: Callable[[Any, Any, Scope], bool]
    read: Callable[[SqlReads, Any, Any, Window, Scope], Awaitable[Page[Any]]]


def _lists() -> dict[str, List]:
    groups = played()
    return {
        "orders": List(
            OrderFilter, [*OrderSort], wanted.orders_of(groups), wanted.is_wanted_order, SqlReads.orders
        ),
        "groups": List(
            FusionGroupFilter,
            [*FusionGroupSort],
            [*map(GroupView, groups)],
            wanted.is_wanted_group,
            SqlReads.fusion_groups,
        ),
        "tasks": List(
            TaskFilter, [*TaskSort], wanted.tasks_of(groups), wanted.is_wanted_task, SqlReads.tasks
        ),
        "receipts": List(
            ReceiptFilter,
            [None],
            wanted.receipts_of(groups),
            wanted.is_wanted_receipt,
            lambda reads, chosen, _sort, window, _scope: reads.receipts(chosen, window),
        ),
    }


@pytest.fixture
async def reads(one: Gateway) -> SqlReads:
    """A database that holds the groups of many days."""
    await keep(one.database, played())
    return SqlReads(one.database)


def single(filter_: type[Any]) -> Iterator[Any]:
    """Filters of one condition: each value by itself, and of lists two at once and none."""
    yield filter_()
    for name, values in CHOICES[filter_].items():
        if _is_list(filter_, name):
            values = [*((value,) for value in values), tuple(values[:2]), ()]  # noqa: PLW2901 - lists of them
        yield from (filter_(**{name: value}) for value in values)


def mixed(filter_: type[Any], chance: Random, count: int) -> Iterator[Any]:
    """Filters of two or three conditions."""
    for _ in range(count):
        chosen = {}
        for name in chance.sample(sorted(CHOICES[filter_]), chance.choice([2, 3])):
            values = CHOICES[filter_][name]
            several = tuple(chance.sample(values, (len(values) + 1) // 2))
            chosen[name] = several if _is_list(filter_, name) else chance.choice(values)
        yield filter_(**chosen)


def _is_list(filter_: type[Any], name: str) -> bool:
    (kind,) = (field.type for field in fields(filter_) if field.name == name)
    return str(kind).startswith("tuple")


async def walked(read: Callable[[Window], Awaitable[Page[Any]]], size: int, *, backward: bool) -> list[str]:
    """The ids of a list, page by page. Each page says truly whether there is more on either side of it."""
    found: list[str] = []
    window = Window(size, backward=backward)
    while True:
        page = await read(window)
        ids = [edge.node.id for edge in page.edges]
        more, less = (page.has_previous, page.has_next) if backward else (page.has_next, page.has_previous)
        assert less == bool(found)
        assert len(ids) == size or not more
        found = ids + found if backward else found + ids
        if not more:
            return found
        start, end = page.start_cursor, page.end_cursor
        window = replace(window, before=start) if backward else replace(window, after=end)


@pytest.mark.parametrize("name", ["orders", "groups", "tasks", "receipts"])
async def test_every_filter_and_sort_is_walked_whole_in_both_directions(reads: SqlReads, name: str) -> None:
    chance, listed = Random(name), _lists()[name]
    for chosen in (*single(listed.filter), *mixed(listed.filter, chance, 25)):
        for viewer in (OFFICE, chance.choice(VIEWERS[1:])):
            sort, size = chance.choice(listed.sorts), chance.choice([2, 7, 20, 50])
            kept = [row for row in listed.rows if listed.is_wanted(row, chosen, viewer)]
            expected = [row.id for row in wanted.in_order(kept, sort)]

            async def read(window: Window, ask: Any = (chosen, sort, viewer)) -> Page[Any]:
                return await listed.read(reads, ask[0], ask[1], window, ask[2])

            said = (chosen, sort, viewer, size)
            assert await walked(read, size, backward=False) == expected, said
            assert await walked(read, size, backward=True) == expected, said


@pytest.mark.parametrize("name", ["orders", "groups", "tasks", "receipts"])
def test_the_days_have_rows_for_every_condition_and_rows_against_it(name: str) -> None:
    listed = _lists()[name]
    for field in CHOICES[listed.filter]:
        told = [chosen for chosen in single(listed.filter) if getattr(chosen, field) is not None]
        counts = [sum(listed.is_wanted(row, chosen, OFFICE) for row in listed.rows) for chosen in told]
        assert any(0 < count < len(listed.rows) for count in counts), field


@pytest.mark.parametrize("name", ["orders", "groups", "tasks"])
async def test_every_sort_keeps_its_order_whoever_looks(reads: SqlReads, name: str) -> None:
    listed = _lists()[name]
    for sort in listed.sorts:
        for viewer in VIEWERS:
            kept = [row for row in listed.rows if listed.is_wanted(row, listed.filter(), viewer)]

            page = await listed.read(reads, listed.filter(), sort, Window(1000), viewer)

            expected = [row.id for row in wanted.in_order(kept, sort)]
            assert [edge.node.id for edge in page.edges] == expected, (sort, viewer)


@pytest.mark.parametrize("name", ["orders", "groups", "tasks"])
async def test_a_page_between_two_cursors_ends_before_the_second(reads: SqlReads, name: str) -> None:
    listed = _lists()[name]
    for sort in listed.sorts:
        whole = (await listed.read(reads, listed.filter(), sort, Window(1000), OFFICE)).edges
        first, last = whole[3].cursor, whole[-4].cursor

        front = await listed.read(reads, listed.filter(), sort, Window(9, first, last), OFFICE)
        back = await listed.read(reads, listed.filter(), sort, Window(9, first, last, backward=True), OFFICE)

        assert front.edges == whole[4:13], sort
        assert back.edges == whole[-13:-4], sort


@pytest.mark.parametrize("viewer", [OFFICE, NMS])
@pytest.mark.parametrize("text", ["ab/1", "AB/1", "Ａ１", "Ä"])
async def test_a_key_is_found_by_its_own_letters_whatever_they_are(
    one: Gateway, viewer: Scope, text: str
) -> None:
    await one.take_in(order(f"N-{text.upper()}", "N2", key=f"FK-{text.upper()}"))
    reads = SqlReads(one.database)

    orders = await reads.orders(OrderFilter(text=f"n-{text}"), OrderSort.NUMBER_ASC, Window(9), viewer)
    groups = await reads.fusion_groups(
        FusionGroupFilter(text=f"fk-{text}"), FusionGroupSort.CREATED_AT_ASC, Window(9), viewer
    )

    assert len(orders.edges) == 1
    assert len(groups.edges) == 1
