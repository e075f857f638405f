"""A page takes the cursors that a page of its list gave out, and no others."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
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
from domain.pages import BadCursorError, Page, Window
from domain.values import CrewId, OrderNumber, Role
from persistence.reads import SqlReads
from tests.contracts.played import keep, played
from tests.contracts.trade import Gateway, order

OFFICE = Scope(Role.DISPATCHER)
NOW = "2026-11-23T12:00:00+00:00"


def forged(*parts: Any) -> str:
    """A cursor of that list, with that value and key."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        (OrderSort.NUMBER_ASC, forged("orders:number", None, "N\0")),
        (OrderSort.NUMBER_ASC, forged("orders:number", None, 7)),
        (OrderSort.NUMBER_ASC, forged("orders:number", NOW, "N1")),
        (OrderSort.RECEIVED_AT_ASC, forged("orders:received", None, "N1")),
        (OrderSort.RECEIVED_AT_DESC, forged("orders:received-", None, "N1")),
        (OrderSort.RECEIVED_AT_ASC, forged("orders:received", "2026-11-23T12:00:00", "N1")),
        (OrderSort.RECEIVED_AT_ASC, forged("orders:received", "0001-01-01T00:00:00+14:00", "N1")),
        (OrderSort.DUE_AT_ASC, forged("orders:due", "9999-12-31T23:59:59-14:00", "N1")),
        (OrderSort.DUE_AT_ASC, forged("orders:due", NOW, "N1", "N2")),
        (OrderSort.DUE_AT_ASC, forged("orders:due", 5, "N1")),
        (OrderSort.DUE_AT_ASC, forged("a")),
        (OrderSort.DUE_AT_ASC, forged(None, None, None)),
        (OrderSort.DUE_AT_ASC, "工单"),
        (OrderSort.DUE_AT_ASC, "bm9uZQ"),
        (OrderSort.DUE_AT_ASC, "x"),
        (OrderSort.DUE_AT_ASC, ""),
    ],
)
@pytest.mark.parametrize("side", ["after", "before"])
async def test_a_forged_cursor_is_refused_and_asks_nothing_of_the_database(
    one: Gateway, sort: OrderSort, cursor: str, side: str
) -> None:
    window = Window(5, **{side: cursor})  # type: ignore[arg-type]  # a cursor, by the name of its side

    with pytest.raises(BadCursorError):
        await SqlReads(one.database).orders(OrderFilter(), sort, window, OFFICE)


async def test_the_refusal_of_another_sorts_cursor_says_how_to_go_on(one: Gateway) -> None:
    await one.take_in(order("N1"))
    reads = SqlReads(one.database)
    page = await reads.orders(OrderFilter(), OrderSort.DUE_AT_ASC, Window(1), OFFICE)

    window = Window(5, after=page.end_cursor)
    with pytest.raises(BadCursorError, match="begin without a cursor"):
        await reads.orders(OrderFilter(), OrderSort.RECEIVED_AT_ASC, window, OFFICE)


async def test_every_list_and_sort_refuses_the_cursors_of_all_others(one: Gateway) -> None:
    await keep(one.database, played())
    await one.take_in(order("N1"))
    lists = _lists(SqlReads(one.database))
    cursors = {name: (await read(Window(1))).end_cursor for name, read in lists.items()}

    taken = {
        name: [of for of, cursor in cursors.items() if await _takes(read, cursor)]
        for name, read in lists.items()
    }

    visits = ["tasks CREATED_AT_DESC", "tasks of a crew"]
    assert taken == {name: visits if name in visits else [name] for name in lists}


Read = Callable[[Window], Awaitable[Page[Any]]]


async def _takes(read: Read, cursor: str | None) -> bool:
    assert cursor is not None
    try:
        await read(Window(1, after=cursor))
    except BadCursorError:
        return False
    return True


def _lists(reads: SqlReads) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for by in OrderSort:
        found[f"orders {by}"] = lambda w, s=by: reads.orders(OrderFilter(), s, w, OFFICE)  # type: ignore[misc]  # a default binds
    for of in FusionGroupSort:
        found[f"groups {of}"] = lambda w, s=of: reads.fusion_groups(FusionGroupFilter(), s, w, OFFICE)  # type: ignore[misc]  # as above
    for to in TaskSort:
        found[f"tasks {to}"] = lambda w, s=to: reads.tasks(TaskFilter(), s, w, OFFICE)  # type: ignore[misc]  # as above
    crew, number = CrewId("jinshui"), OrderNumber("N1")

    async def of_crew(window: Window) -> Page[Any]:
        return (await reads.tasks_of_crews([crew], TaskFilter(), window, OFFICE))[crew]

    async def exchanges(window: Window) -> Page[Any]:
        return (await reads.exchanges([number], window))[number]

    ledger: Read = lambda window: reads.receipts(ReceiptFilter(), window)  # noqa: E731 - one of a table of reads
    return {**found, "tasks of a crew": of_crew, "receipts": ledger, "exchanges": exchanges}
