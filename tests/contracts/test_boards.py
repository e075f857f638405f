"""The board counts what the documents say, for whoever looks and whatever is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event

from domain.access import Scope
from domain.filters import BoardFilter
from domain.groups import Group
from domain.pages import Board, DistrictCount
from domain.values import (
    CrewId,
    DistrictCode,
    GroupState,
    OrderState,
    ProductCode,
    Role,
    TaskState,
    WorkItemState,
)
from domain.views import GroupView, ItemView, OrderView, TaskView
from persistence.reads import SqlReads
from tests import arrivals as make
from tests.contracts.played import keep, played
from tests.contracts.trade import Gateway
from tests.contracts.wanted import is_counted, orders_of, tasks_of

NOW = make.NOON + timedelta(hours=1, minutes=30)
CLOSED = {
    OrderState.COMPLETED,
    OrderState.PARTIAL,
    OrderState.FAILED,
    OrderState.CANCELLED,
    OrderState.REJECTED,
}
CHOSEN = (
    BoardFilter(),
    BoardFilter(district_codes=(make.JINSHUI,)),
    BoardFilter(products=(ProductCode("CAMERA"),)),
    BoardFilter(assurance_levels=("AAA",)),
    BoardFilter(received_from=make.NOON + timedelta(minutes=2)),
    BoardFilter(received_to=make.NOON + timedelta(minutes=2)),
    BoardFilter(products=()),
)
VIEWERS = (Scope(Role.DISPATCHER), *(Scope(Role.CREW, crew=CrewId(c)) for c in ("jinshui", "erqi", "none")))


def expected(groups: Sequence[Group], chosen: BoardFilter, viewer: Scope) -> Board:
    """The board, counted by hand."""
    orders = [order for order in orders_of(groups) if is_counted(order, chosen, viewer)]
    numbers = {order.id for order in orders}
    left = [order for order in orders if order.state not in CLOSED]
    items = [item for order in orders for item in _items(order)]
    visits = {item.task.row.id: item.task for item in items}
    decided = [o for o in orders if _items(o) and o.state in {"COMPLETED", "PARTIAL", "FAILED"}]
    once = [o for o in decided if o.state is OrderState.COMPLETED and len(_items(o)) == 1]
    waiting = (GroupState.COLLECTING, GroupState.HELD)
    return Board(
        orders_by_state=Counter(order.state for order in orders),
        by_district=_districts(left, [t for g in groups for t in GroupView(g).tasks if _shares(t, numbers)]),
        groups_waiting=sum(GroupView(g).state in waiting and bool(numbers & g.orders.keys()) for g in groups),
        held=sum(order.hold is not None for order in left),
        jeopardies=sum(order.row.jeopardy is not None for order in left),
        overdue=sum(o.row.payload.due_at is not None and o.row.payload.due_at < NOW for o in left),
        visits_saved=len(items) - len(visits),
        revisits=sum(visit.row.follows is not None for visit in visits.values()),
        first_visit_success=len(once) / len(decided) if decided else None,
    )


def _items(order: OrderView) -> list[ItemView]:
    """The order's shares in visits, without the cancelled ones."""
    rows = order.in_group.items.values()
    own = [i for i in rows if i.number == order.id and i.state is not WorkItemState.CANCELLED]
    return [ItemView(order.in_group, item) for item in own]


def _shares(task: TaskView, numbers: Collection[str]) -> bool:
    """Whether the visit is still to be made and one of the orders has a share in it."""
    return any(i.row.open for i in task.items) and any(i.row.number in numbers for i in task.items)


def _districts(left: Sequence[OrderView], tasks: Sequence[TaskView]) -> tuple[DistrictCount, ...]:
    orders: Counter[DistrictCode] = Counter()
    held: Counter[DistrictCode] = Counter()
    for order in left:
        item = order.work_item
        code = item.task.row.district_code if item is not None else order.row.place.district_code
        if code is not None:
            orders[code] += 1
            held[code] += order.hold is not None
    open_ = Counter(task.row.district_code for task in tasks)
    return tuple(DistrictCount(code, orders[code], open_[code], held[code]) for code in sorted(orders))


@pytest.mark.parametrize("viewer", VIEWERS, ids=str)
async def test_the_board_is_what_counting_the_documents_gives(one: Gateway, viewer: Scope) -> None:
    await keep(one.database, played())
    reads = SqlReads(one.database)

    boards = [await reads.board(chosen, viewer, NOW) for chosen in CHOSEN]

    assert boards == [expected(played(), chosen, viewer) for chosen in CHOSEN]


def test_the_days_have_something_of_all_that_is_counted() -> None:
    board = expected(played(), BoardFilter(), VIEWERS[0])

    assert min(board.groups_waiting, board.held, board.jeopardies, board.overdue) > 0
    assert min(board.visits_saved, board.revisits, len(board.by_district) - 1) > 0
    assert board.first_visit_success is not None
    assert 0 < board.first_visit_success < 1


def test_the_days_have_what_is_easily_counted_wrong() -> None:
    orders, items = orders_of(played()), [item for group in played() for item in group.items.values()]
    live = Counter(item.task for item in items if item.state is not WorkItemState.CANCELLED)

    assert any(order.state is OrderState.COMPLETED and len(_items(order)) > 1 for order in orders)
    assert any(item.state is WorkItemState.CANCELLED and item.task in live for item in items)
    assert any(task.state is TaskState.CANCELLED and task.row.district_code for task in tasks_of(played()))
    assert any(task.row.follows is not None and live[task.row.id] > 1 for task in tasks_of(played()))


async def test_the_board_costs_the_same_however_much_is_on_it(one: Gateway) -> None:
    counted: list[str] = []
    listen = lambda *told: counted.append(told[2])  # noqa: E731 - what is listened to is one line
    event.listen(one.database.engine.sync_engine, "before_cursor_execute", listen)
    reads = SqlReads(one.database)

    await reads.board(BoardFilter(), VIEWERS[0], NOW)
    empty = len(counted)
    await keep(one.database, played())
    counted.clear()
    await reads.board(BoardFilter(), VIEWERS[0], NOW)

    assert len(counted) == empty
