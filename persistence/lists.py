"""Pages of lists: one statement each, which brings the documents of those groups alone that are not held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

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
from domain.values import CrewId, TaskId
from domain.views import GroupView, OrderView, ReceiptView, TaskView
from persistence.conditions import GROUPS, ORDERS, RECEIPTS, TASKS
from persistence.database import Database, Record
from persistence.documents import instant
from persistence.held import Expected
from persistence.numbered import SqlNumbered
from persistence.pages import Ordering, page_of
from persistence.questions import (
    Found,
    Question,
    groups_question,
    orders_question,
    receipts_question,
    tasks_of_crews_question,
    tasks_question,
)

_BY_ORDER: Final = {
    OrderSort.RECEIVED_AT_DESC: Ordering(
        "orders:received-", ORDERS.c.number, ORDERS.c.received_at, descending=True
    ),
    OrderSort.RECEIVED_AT_ASC: Ordering("orders:received", ORDERS.c.number, ORDERS.c.received_at),
    OrderSort.DUE_AT_ASC: Ordering("orders:due", ORDERS.c.number, ORDERS.c.due_at),
    OrderSort.NUMBER_ASC: Ordering("orders:number", ORDERS.c.number),
}
_BY_GROUP: Final = {
    FusionGroupSort.CREATED_AT_DESC: Ordering(
        "groups:created-", GROUPS.c.id, GROUPS.c.created_at, descending=True
    ),
    FusionGroupSort.CREATED_AT_ASC: Ordering("groups:created", GROUPS.c.id, GROUPS.c.created_at),
    FusionGroupSort.DEADLINE_AT_ASC: Ordering("groups:deadline", GROUPS.c.id, GROUPS.c.deadline_at),
}
_BY_TASK: Final = {
    TaskSort.CREATED_AT_DESC: Ordering("tasks:created-", TASKS.c.id, TASKS.c.created_at, descending=True),
    TaskSort.CREATED_AT_ASC: Ordering("tasks:created", TASKS.c.id, TASKS.c.created_at),
    TaskSort.DUE_AT_ASC: Ordering("tasks:due", TASKS.c.id, TASKS.c.due_at),
    TaskSort.APPOINTMENT_ASC: Ordering("tasks:appointment", TASKS.c.id, TASKS.c.appointment_at),
}
_RECEIPTS: Final = Ordering("receipts", RECEIPTS.c.id, RECEIPTS.c.at, descending=True)


class SqlLists(SqlNumbered):
    """The lists of one database, as it was last committed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._found = Found()

    async def orders(
        self, wanted: OrderFilter, sort: OrderSort, window: Window, scope: Scope
    ) -> Page[OrderView]:
        """A page of orders."""
        ordering, sqlite = _BY_ORDER[sort], self._database.is_sqlite
        rows, groups = await self._asked(orders_question(wanted, ordering, window, scope, sqlite=sqlite))

        def node(row: Record) -> OrderView:
            group = groups.of(row)
            return OrderView(group, group.orders[row["number"]])

        return page_of(rows, ordering, window, node, _placed(ordering, "number"))

    async def fusion_groups(
        self, wanted: FusionGroupFilter, sort: FusionGroupSort, window: Window, scope: Scope
    ) -> Page[GroupView]:
        """A page of groups."""
        ordering, sqlite = _BY_GROUP[sort], self._database.is_sqlite
        rows, groups = await self._asked(groups_question(wanted, ordering, window, scope, sqlite=sqlite))
        return page_of(rows, ordering, window, lambda row: GroupView(groups.of(row)), _placed(ordering, "id"))

    async def tasks(self, wanted: TaskFilter, sort: TaskSort, window: Window, scope: Scope) -> Page[TaskView]:
        """A page of visits."""
        ordering, sqlite = _BY_TASK[sort], self._database.is_sqlite
        rows, groups = await self._asked(tasks_question(wanted, ordering, window, scope, sqlite=sqlite))
        return _task_page(rows, groups, ordering, window)

    async def tasks_of_crews(
        self, crews: Collection[CrewId], wanted: TaskFilter, window: Window, scope: Scope
    ) -> Mapping[CrewId, Page[TaskView]]:
        """A page of visits for each of the crews, newest first."""
        ordering, sqlite = _BY_TASK[TaskSort.CREATED_AT_DESC], self._database.is_sqlite
        named = tuple(sorted(set(crews)))
        question = tasks_of_crews_question(named, wanted, ordering, window, scope, sqlite=sqlite)
        rows, groups = await self._asked(question)
        own: dict[str, list[Record]] = {crew: [] for crew in named}
        for row in rows:
            own[row["crew_id"]].append(row)
        return {crew: _task_page(own[crew], groups, ordering, window) for crew in crews}

    async def receipts(self, wanted: ReceiptFilter, window: Window) -> Page[ReceiptView]:
        """A page of the ledger of receipts, newest first."""
        question = receipts_question(wanted, _RECEIPTS, window, sqlite=self._database.is_sqlite)
        rows, groups = await self._asked(question)

        def node(row: Record) -> ReceiptView:
            group = groups.of(row)
            order = group.orders[row["order_number"]]
            return ReceiptView(group, order, next(r for r in order.receipts if r.id == row["receipt"]))

        return page_of(rows, _RECEIPTS, window, node, _placed(_RECEIPTS, "receipt"))

    async def _asked(self, question: Question) -> tuple[Sequence[Record], Expected]:
        """The rows of a page, and their groups: likely those which the same question found before."""
        expected = self._database.held.expected(self._found.get(question, ()))
        rows = await self._database.see(question.statement, *question.values, expected.revisions)
        self._found.keep(question, list(dict.fromkeys(row["id"] for row in rows)))
        return rows, expected


def _task_page(
    rows: Sequence[Record], groups: Expected, ordering: Ordering, window: Window
) -> Page[TaskView]:
    def node(row: Record) -> TaskView:
        group = groups.of(row)
        return TaskView(group, group.tasks[TaskId(row["task"])])

    return page_of(rows, ordering, window, node, _placed(ordering, "task"))


def _placed(ordering: Ordering, key: str) -> Callable[[Record], tuple[datetime | None, str]]:
    """A row's sorted value and key."""
    if ordering.column is None:
        return lambda row: (None, row[key])
    name = ordering.column.name

    def placed(row: Record) -> tuple[datetime | None, str]:
        value = row[name]
        return instant(value) if value is not None else None, row[key]

    return placed
