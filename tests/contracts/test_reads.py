"""Lists are walked whole in both directions, filtered as they say, and cost the same however long they are."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from domain.access import Scope
from domain.commands import ClaimWorkItem
from domain.filters import (
    BoardFilter,
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
    DistrictCode,
    GroupId,
    GroupState,
    ItemId,
    OrderNumber,
    OrderState,
    ProductCode,
    Role,
    TaskState,
)
from persistence.reads import SqlReads
from tests.contracts.trade import NOON, Gateway, order

DISPATCHER = Scope(Role.DISPATCHER)
COUNT = 23


@pytest.fixture
async def reads(one: Gateway) -> SqlReads:
    """Twenty-three groups of one or two orders, taken in at seeded random instants, some with due dates."""
    chance = random.Random(7)
    await one.crew_with("Li", "Zhao")
    for place in range(COUNT):
        one.clock.move(minutes=chance.choice([0, 0, 1, 5]))
        number, pair = f"N{place:02}", f"P{place:02}"
        due = None if chance.random() < 0.4 else (NOON + timedelta(hours=chance.randrange(9))).isoformat()
        text = {"text": f"郑州市金水区文化路{place + 1}号", "districtCode": "410105"}
        if chance.random() < 0.5:
            await one.take_in(order(number, dueAt=due, address=text))
        else:
            await one.take_in(order(number, pair, key=f"FK-{place}", dueAt=due, address=text))
            if chance.random() < 0.5:
                await one.take_in(order(pair, number, key=f"FK-{place}", product="CAMERA", address=text))
    return SqlReads(one.database)


Walk = Callable[[Window], Awaitable[Page[Any]]]


async def walked(page: Walk, size: int, *, backward: bool) -> list[str]:
    """The ids of a whole list, page by page; has_next and has_previous are held to their word on the way."""
    found: list[str] = []
    window = Window(size, backward=backward)
    while True:
        part = await page(window)
        ids = [edge.node.id for edge in part.edges]
        found = ids + found if backward else found + ids
        if not (part.has_previous if backward else part.has_next):
            return found
        assert len(ids) == size
        edge = part.edges[0 if backward else -1].cursor
        window = replace(window, before=edge) if backward else replace(window, after=edge)


def lists(reads: SqlReads) -> dict[str, Walk]:
    found: dict[str, Walk] = {}
    found |= {f"orders {sort}": partial(_orders, reads, sort) for sort in OrderSort}
    found |= {f"groups {sort}": partial(_groups, reads, sort) for sort in FusionGroupSort}
    found |= {f"tasks {sort}": partial(_tasks, reads, sort) for sort in TaskSort}
    return found


async def _orders(reads: SqlReads, sort: OrderSort, window: Window) -> Page[Any]:
    return await reads.orders(OrderFilter(), sort, window, DISPATCHER)


async def _groups(reads: SqlReads, sort: FusionGroupSort, window: Window) -> Page[Any]:
    return await reads.fusion_groups(FusionGroupFilter(), sort, window, DISPATCHER)


async def _tasks(reads: SqlReads, sort: TaskSort, window: Window) -> Page[Any]:
    return await reads.tasks(TaskFilter(), sort, window, DISPATCHER)


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_every_list_is_walked_whole_and_alike_in_both_directions(reads: SqlReads, size: int) -> None:
    for name, page in lists(reads).items():
        whole = [edge.node.id for edge in (await page(Window(1000))).edges]

        assert await walked(page, size, backward=False) == whole, name
        assert await walked(page, size, backward=True) == whole, name
        assert len(set(whole)) == len(whole) >= 15, name


async def test_lists_are_in_the_order_that_their_sort_names(reads: SqlReads) -> None:
    async def instants(sort: OrderSort) -> list[Any]:
        page = await reads.orders(OrderFilter(), sort, Window(1000), DISPATCHER)
        rows = [edge.node.row for edge in page.edges]
        return [r.payload.due_at if sort is OrderSort.DUE_AT_ASC else r.received_at for r in rows]

    received, newest, due = [
        await instants(s)
        for s in (OrderSort.RECEIVED_AT_ASC, OrderSort.RECEIVED_AT_DESC, OrderSort.DUE_AT_ASC)
    ]
    assert received == sorted(received)
    assert newest == sorted(newest, reverse=True)
    dated = [instant for instant in due if instant is not None]
    assert due == sorted(dated) + [None] * (len(due) - len(dated))
    assert None in due


async def numbers(reads: SqlReads, wanted: OrderFilter, scope: Scope = DISPATCHER) -> set[str]:
    page = await reads.orders(wanted, OrderSort.NUMBER_ASC, Window(1000), scope)
    return {edge.node.id for edge in page.edges}


async def test_filters_hold_all_together_and_any_of_a_list(reads: SqlReads) -> None:
    everything = await numbers(reads, OrderFilter())
    cameras = await numbers(reads, OrderFilter(products=(ProductCode("CAMERA"),)))
    waiting = await numbers(reads, OrderFilter(states=(OrderState.PENDING,)))
    both = await numbers(reads, OrderFilter(products=(ProductCode("CAMERA"), ProductCode("ENT_BROADBAND"))))

    assert cameras == {number for number in everything if number.startswith("P")}
    assert waiting
    assert both == everything
    assert (
        await numbers(reads, OrderFilter(states=(OrderState.PENDING,), products=(ProductCode("CAMERA"),)))
        == set()
    )
    assert await numbers(reads, OrderFilter(states=())) == set()
    assert await numbers(reads, OrderFilter(district_codes=(DistrictCode("410103"),))) == set()


@pytest.mark.parametrize(
    ("text", "found"), [("n03", {"N03"}), ("文化路4号", None), ("%", set()), ("_", set()), ("\0", set())]
)
async def test_free_text_is_taken_literally(reads: SqlReads, text: str, found: set[str] | None) -> None:
    hits = await numbers(reads, OrderFilter(text=text))

    assert hits == found if found is not None else "N03" in hits
    groups = await reads.fusion_groups(
        FusionGroupFilter(text=text), FusionGroupSort.CREATED_AT_ASC, Window(50), DISPATCHER
    )
    assert bool(groups.edges) == bool(hits)


async def test_a_crew_sees_the_groups_in_which_it_has_a_task_and_no_other(
    reads: SqlReads, one: Gateway
) -> None:
    [own] = (await one.store.world()).crews
    mine, other = Scope(Role.CREW, crew=own), Scope(Role.CREW, crew=CrewId("c-other"))
    tasks = await reads.tasks(TaskFilter(), TaskSort.CREATED_AT_ASC, Window(1000), DISPATCHER)

    seen = await numbers(reads, OrderFilter(), mine)

    assert seen == {item.order.id for edge in tasks.edges for item in edge.node.items}
    assert seen < await numbers(reads, OrderFilter())
    assert await numbers(reads, OrderFilter(), other) == set()


async def test_tasks_of_crews_come_a_page_for_each(reads: SqlReads, one: Gateway) -> None:
    [own] = (await one.store.world()).crews
    nobody = CrewId("c-nobody")

    pages = await reads.tasks_of_crews(
        [own, nobody], TaskFilter(states=(TaskState.OPEN,)), Window(3), DISPATCHER
    )
    further = await reads.tasks_of_crews(
        [own],
        TaskFilter(states=(TaskState.OPEN,)),
        Window(1000, after=pages[own].edges[-1].cursor),
        DISPATCHER,
    )

    assert len(pages[own].edges) == 3
    assert pages[own].has_next
    assert pages[nobody] == Page()
    whole = await reads.tasks(
        TaskFilter(states=(TaskState.OPEN,)), TaskSort.CREATED_AT_DESC, Window(1000), DISPATCHER
    )
    ids = [edge.node.id for edge in (*pages[own].edges, *further[own].edges)]
    assert ids == [edge.node.id for edge in whole.edges]


async def test_a_page_of_twenty_costs_as_many_statements_as_a_page_of_two(
    reads: SqlReads, one: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    event.listen(
        one.database.engine.sync_engine, "before_cursor_execute", lambda *args: counted.append(args[2])
    )
    fetch = one.database.fetch

    async def fetched(statement: str, *values: Any) -> Any:
        counted.append(statement)
        return await fetch(statement, *values)

    monkeypatch.setattr(one.database, "fetch", fetched)

    async def cost(work: Callable[[], Awaitable[object]]) -> int:
        counted.clear()
        await work()
        return len([statement for statement in counted if statement.startswith("SELECT")])

    for name, page in lists(reads).items():
        small, large = await cost(lambda p=page: p(Window(2))), await cost(lambda p=page: p(Window(20)))  # type: ignore[misc]  # a default binds
        assert small == large == 1, name


async def test_groups_are_found_by_orders_by_keys_and_by_round(reads: SqlReads) -> None:
    by_order = await reads.groups_of_orders([OrderNumber("N00"), OrderNumber("nobody"), OrderNumber("\0")])
    key = by_order[OrderNumber("N00")].key
    by_key = await reads.groups_of_keys([(key, None), (key, 1), (key, 2), ("nobody", None), ("\0", 1)])

    assert list(by_order) == ["N00"]
    assert {name: group.round for name, group in by_key.items()} == {(key, None): 1, (key, 1): 1}


async def test_exchanges_go_on_behind_a_cursor_with_older_ones(reads: SqlReads, one: Gateway) -> None:
    for requirement in ("1", "2", "3"):
        await one.take_in(order("N1", requirement=requirement))
    number = OrderNumber("N1")

    newest = (await reads.exchanges([number], Window(1)))[number]
    older = (await reads.exchanges([number], Window(5, newest.end_cursor)))[number]

    shown = [edge.node.body["requirement"] for edge in (*newest.edges, *older.edges)]
    assert shown == ["3", "2", "1"]


async def test_exchanges_and_raw_payloads_are_those_of_the_order(reads: SqlReads, one: Gateway) -> None:
    first = OrderNumber("N00")
    raw = await reads.raws([first, OrderNumber("nobody")])
    page = (await reads.exchanges([first], Window(10)))[first]
    [exchange] = [edge.node for edge in page.edges]

    assert raw[first]["number"] == "N00"
    assert (exchange.direction, exchange.body["number"]) == ("DISPATCH", "N00")
    assert (await reads.exchange([exchange.id, "N00/x", "nobody/1"])) == {exchange.id: exchange}
    assert (await reads.exchanges([first], Window(10, after=page.edges[0].cursor)))[first] == Page(
        has_previous=True
    )
    del one


async def test_events_of_groups_come_in_order_for_each(reads: SqlReads) -> None:
    group = (await reads.groups_of_orders([OrderNumber("N00")]))[OrderNumber("N00")]

    found = await reads.events_of_groups([group.id, GroupId("1/nobody")], 0, 2)
    rest = await reads.events_of_groups([group.id], found[group.id][-1].position, 1000)

    revisions = [entry.revision for entry in (*found[group.id], *rest[group.id])]
    assert revisions == list(range(1, group.revision + 1))
    assert found[GroupId("1/nobody")] == []


async def test_the_board_counts_what_is_there(reads: SqlReads, one: Gateway) -> None:
    board = await reads.board(BoardFilter(), DISPATCHER, NOON + timedelta(hours=4))
    everything: Sequence[Any] = (
        await reads.orders(OrderFilter(), OrderSort.NUMBER_ASC, Window(1000), DISPATCHER)
    ).edges
    groups = (
        await reads.fusion_groups(
            FusionGroupFilter(), FusionGroupSort.CREATED_AT_ASC, Window(1000), DISPATCHER
        )
    ).edges
    rows = [edge.node for edge in everything]

    assert sum(board.orders_by_state.values()) == len(rows)
    assert board.groups_waiting == sum(edge.node.state is GroupState.COLLECTING for edge in groups)
    due = [row.row.payload.due_at for row in rows]
    assert board.overdue == sum(
        instant is not None and instant < NOON + timedelta(hours=4) for instant in due
    )
    assert board.visits_saved == sum(edge.node.visits_saved for edge in groups)
    assert board.first_visit_success is None
    [district] = board.by_district
    assert (district.district_code, district.open_orders) == ("410105", len(rows))
    nobody = await reads.board(BoardFilter(district_codes=(DistrictCode("410103"),)), DISPATCHER, NOON)
    assert (nobody.orders_by_state, nobody.by_district, nobody.groups_waiting) == ({}, (), 0)
    del one


async def test_claimants_are_found_by_the_items_in_their_hands(reads: SqlReads, one: Gateway) -> None:
    _, [sun] = await one.crew_with("Sun", district="410103")
    await one.take_in(order("S1", address={"text": "大学路40号", "districtCode": "410103"}))
    await one.store.execute(ClaimWorkItem(ItemId("S1/1")), sun)
    assert sun.scope.member is not None

    assert await numbers(reads, OrderFilter(claimant_ids=(sun.scope.member,))) == {"S1"}
    tasks = await reads.tasks(
        TaskFilter(claimant_ids=(sun.scope.member,)), TaskSort.DUE_AT_ASC, Window(9), DISPATCHER
    )
    assert [item.id for edge in tasks.edges for item in edge.node.items] == ["S1/1"]


async def test_the_ledger_is_empty_before_the_first_receipt(reads: SqlReads) -> None:
    assert await reads.receipts(ReceiptFilter(), Window(5)) == Page()
