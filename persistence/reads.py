"""Answers of queries: each is one statement that finds keys by index and brings the documents along.

A group with its orders, tasks and items is one document, so it comes from one moment, and a page of fifty groups
costs no more statements than a page of five.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func, select

from domain.access import Scope
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
from domain.groups import Group
from domain.pages import Board, Exchange, Page, Window
from domain.ports import Entry
from domain.values import CrewId, ExchangeDirection, GroupId, OrderNumber, TaskId
from domain.views import GroupView, OrderView, ReceiptView, TaskView
from persistence import boards
from persistence.columns import table
from persistence.conditions import (
    GROUPS,
    ORDERS,
    RECEIPTS,
    TASKS,
    of_orders,
    of_receipts,
    of_tasks,
)
from persistence.database import Database
from persistence.documents import instant, is_storable
from persistence.event_log import entry_of
from persistence.held import Held
from persistence.numbered import SqlNumbered
from persistence.pages import LONGEST_NUMBER, Ordering, page_of, paged
from persistence.questions import Found, groups_question
from persistence.statements import groups_by_key
from persistence.tables import EntryRow, ExchangeRow

_ENTRIES, _EXCHANGES = table(EntryRow), table(ExchangeRow)
_BY_ORDER = {
    OrderSort.RECEIVED_AT_DESC: Ordering(
        "orders:received-", ORDERS.c.number, ORDERS.c.received_at, descending=True
    ),
    OrderSort.RECEIVED_AT_ASC: Ordering("orders:received", ORDERS.c.number, ORDERS.c.received_at),
    OrderSort.DUE_AT_ASC: Ordering("orders:due", ORDERS.c.number, ORDERS.c.due_at),
    OrderSort.NUMBER_ASC: Ordering("orders:number", ORDERS.c.number),
}
_BY_GROUP = {
    FusionGroupSort.CREATED_AT_DESC: Ordering(
        "groups:created-", GROUPS.c.id, GROUPS.c.created_at, descending=True
    ),
    FusionGroupSort.CREATED_AT_ASC: Ordering("groups:created", GROUPS.c.id, GROUPS.c.created_at),
    FusionGroupSort.DEADLINE_AT_ASC: Ordering("groups:deadline", GROUPS.c.id, GROUPS.c.deadline_at),
}
_BY_TASK = {
    TaskSort.CREATED_AT_DESC: Ordering("tasks:created-", TASKS.c.id, TASKS.c.created_at, descending=True),
    TaskSort.CREATED_AT_ASC: Ordering("tasks:created", TASKS.c.id, TASKS.c.created_at),
    TaskSort.DUE_AT_ASC: Ordering("tasks:due", TASKS.c.id, TASKS.c.due_at),
    TaskSort.APPOINTMENT_ASC: Ordering("tasks:appointment", TASKS.c.id, TASKS.c.appointment_at),
}
_RECEIPTS = Ordering("receipts", RECEIPTS.c.id, RECEIPTS.c.at, descending=True)


class SqlReads(SqlNumbered):
    """The reads of one database, as it was last committed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._found = Found()

    async def groups_of_orders(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Group]:
        """The group of each order that exists."""
        known = [number for number in dict.fromkeys(numbers) if is_storable(number)]
        found = select(ORDERS.c.number, GROUPS.c.id, GROUPS.c.body).join(
            GROUPS, GROUPS.c.id == ORDERS.c.group_id
        )
        rows = await self._all(found.where(ORDERS.c.number.in_(known)))
        groups = _Documents(rows, self._database.held)
        return {OrderNumber(row.number): groups.of(row) for row in rows}

    async def groups_of_keys(
        self, rounds: Collection[tuple[str, int | None]]
    ) -> Mapping[tuple[str, int | None], Group]:
        """The group of each (key, round) that exists; round null is the latest of the key."""
        keys = sorted({key for key, _ in rounds if is_storable(key)})
        expected, began = self._database.held.expected(keys=keys), time.monotonic()
        statement = groups_by_key(sqlite=self._database.is_sqlite)
        rows = await self._database.fetch(statement, keys, expected.revisions)
        if rows:
            self._database.seen.note(rows[0]["world"], began)
        latest = {row["key"]: row for row in rows}
        exact = {(row["key"], row["round"]): row for row in rows}
        picked = {name: exact.get(name) if name[1] is not None else latest.get(name[0]) for name in rounds}
        return {name: expected.of(row) for name, row in picked.items() if row is not None}

    async def orders(
        self, wanted: OrderFilter, sort: OrderSort, window: Window, scope: Scope
    ) -> Page[OrderView]:
        """A page of orders."""
        ordering = _BY_ORDER[sort]
        columns = (ORDERS.c.number, ORDERS.c.received_at, ORDERS.c.due_at, GROUPS.c.id, GROUPS.c.body)
        found = (
            select(*columns).join(GROUPS, GROUPS.c.id == ORDERS.c.group_id).where(*of_orders(wanted, scope))
        )
        rows = await self._all(paged(found, ordering, window))
        groups = _Documents(rows, self._database.held)

        def node(row: Any) -> OrderView:
            group = groups.of(row)
            return OrderView(group, group.orders[row.number])

        return page_of(rows, ordering, window, node, lambda row: (_value(row, ordering), row.number))

    async def fusion_groups(
        self, wanted: FusionGroupFilter, sort: FusionGroupSort, window: Window, scope: Scope
    ) -> Page[GroupView]:
        """A page of groups."""
        question = groups_question(wanted, _BY_GROUP[sort], window, scope, sqlite=self._database.is_sqlite)
        expected, began = self._database.held.expected(self._found.get(question, ())), time.monotonic()
        rows = await self._database.fetch(question.statement, *question.values, expected.revisions)
        if rows:
            self._database.seen.note(rows[0]["world"], began)
        self._found.keep(question, [row["id"] for row in rows])
        ordering = _BY_GROUP[sort]

        def place(row: Any) -> tuple[datetime | None, str]:
            value = row[ordering.column.name] if ordering.column is not None else None
            return instant(value) if value is not None else None, row["id"]

        return page_of(rows, ordering, window, lambda row: GroupView(expected.of(row)), place)

    async def tasks(self, wanted: TaskFilter, sort: TaskSort, window: Window, scope: Scope) -> Page[TaskView]:
        """A page of visits."""
        ordering = _BY_TASK[sort]
        found = _tasks().where(*of_tasks(wanted, scope))
        rows = await self._all(paged(found, ordering, window))
        return _task_page(rows, ordering, window, self._database.held)

    async def tasks_of_crews(
        self, crews: Collection[CrewId], wanted: TaskFilter, window: Window, scope: Scope
    ) -> Mapping[CrewId, Page[TaskView]]:
        """A page of visits for each of the crews, newest first."""
        ordering = _BY_TASK[TaskSort.CREATED_AT_DESC]
        place = func.row_number().over(partition_by=TASKS.c.crew_id, order_by=ordering.sorted(backward=False))
        own = TASKS.c.crew_id.in_([str(crew) for crew in crews])
        ranked = select(TASKS.c.id, place.label("place")).where(own, *of_tasks(wanted, scope))
        if window.after is not None:
            ranked = ranked.where(ordering.beyond(window.after, behind=True))
        few = ranked.subquery()
        found = _tasks().join(few, few.c.id == TASKS.c.id).where(few.c.place <= window.size + 1)
        rows = await self._all(found.order_by(*ordering.sorted(backward=False)))
        return {
            crew: _task_page(
                [row for row in rows if row.crew_id == crew], ordering, window, self._database.held
            )
            for crew in crews
        }

    async def receipts(self, wanted: ReceiptFilter, window: Window) -> Page[ReceiptView]:
        """A page of the ledger of receipts, newest first."""
        columns = (
            RECEIPTS.c.id.label("receipt"),
            RECEIPTS.c.order_number,
            RECEIPTS.c.at,
            GROUPS.c.id,
            GROUPS.c.body,
        )
        found = select(*columns).join(GROUPS, GROUPS.c.id == RECEIPTS.c.group_id).where(*of_receipts(wanted))
        rows = await self._all(paged(found, _RECEIPTS, window))
        groups = _Documents(rows, self._database.held)

        def node(row: Any) -> ReceiptView:
            group = groups.of(row)
            order = group.orders[row.order_number]
            return ReceiptView(group, order, next(r for r in order.receipts if r.id == row.receipt))

        return page_of(rows, _RECEIPTS, window, node, lambda row: (row.at, row.receipt))

    async def exchanges(
        self, numbers: Collection[OrderNumber], window: Window
    ) -> Mapping[OrderNumber, Page[Exchange]]:
        """A page of 派发/回复 for each of the orders, newest first."""
        ordering = Ordering("exchanges", _EXCHANGES.c.id, descending=True, numbered=True)
        place = func.row_number().over(
            partition_by=_EXCHANGES.c.order_number, order_by=_EXCHANGES.c.id.desc()
        )
        known = [number for number in numbers if is_storable(number)]
        ranked = select(_EXCHANGES, place.label("place")).where(_EXCHANGES.c.order_number.in_(known))
        if window.after is not None:
            ranked = ranked.where(ordering.beyond(window.after, behind=True))
        few = ranked.subquery()
        rows = await self._all(select(few).where(few.c.place <= window.size + 1).order_by(few.c.id.desc()))
        return {
            number: page_of(
                [row for row in rows if row.order_number == number],
                ordering,
                window,
                _exchange,
                lambda row: (None, str(row.id)),
            )
            for number in numbers
        }

    async def exchange(self, ids: Collection[str]) -> Mapping[str, Exchange]:
        """Those of the exchanges which exist."""
        numbers = {name: name.rpartition("/")[2] for name in ids}
        wanted = [
            int(number) for number in numbers.values() if number.isdecimal() and len(number) < LONGEST_NUMBER
        ]
        rows = await self._all(select(_EXCHANGES).where(_EXCHANGES.c.id.in_(wanted)))
        found = {exchange.id: exchange for exchange in map(_exchange, rows)}
        return {name: found[name] for name in ids if name in found}

    async def raws(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Mapping[str, Any]]:
        """The payload of each order as last received."""
        known = [number for number in numbers if is_storable(number)]
        received = _EXCHANGES.c.direction == ExchangeDirection.DISPATCH.value
        newest = select(func.max(_EXCHANGES.c.id)).where(received, _EXCHANGES.c.order_number.in_(known))
        found = select(_EXCHANGES.c.order_number, _EXCHANGES.c.body)
        rows = await self._all(found.where(_EXCHANGES.c.id.in_(newest.group_by(_EXCHANGES.c.order_number))))
        return {OrderNumber(row.order_number): orjson.loads(row.body) for row in rows}

    async def events_of_groups(
        self, groups: Collection[GroupId], after: int, limit: int
    ) -> Mapping[GroupId, Sequence[Entry]]:
        """Up to ``limit`` entries behind a position for each of the groups, in order; placed first."""
        position = _ENTRIES.c.id if self._database.is_sqlite else _ENTRIES.c.position
        rank = func.row_number().over(partition_by=_ENTRIES.c.group_id, order_by=position)
        known = [str(group) for group in groups if is_storable(group)]
        behind = select(_ENTRIES, rank.label("rank")).where(_ENTRIES.c.group_id.in_(known), position > after)
        few = behind.subquery()
        if not self._database.is_sqlite:
            await self._database.fetch("SELECT place_entries()")
        rows = await self._all(
            select(few).where(few.c.rank <= limit).order_by(few.c.group_id, few.c.revision)
        )
        name = "id" if self._database.is_sqlite else "position"
        entries = [entry_of(row._mapping, name) for row in rows]  # noqa: SLF001 - SQLAlchemy's own public name
        return {group: [entry for entry in entries if entry.group == group] for group in groups}

    async def board(self, wanted: BoardFilter, scope: Scope, now: datetime) -> Board:
        """The counts; what is due before ``now`` and open is overdue."""
        async with self._database.reading() as connection:
            return await boards.board(connection, wanted, scope, now)

    async def _all(self, statement: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(statement)).all()
            return rows


class _Documents:
    """The groups of rows which carry their documents, each decoded once."""

    def __init__(self, rows: Sequence[Any], held: Held) -> None:
        self._held = held
        self._bodies = {row.id: row.body for row in rows}
        self._groups: dict[str, Group] = {}

    def of(self, row: Any) -> Group:
        """The group of a row."""
        if row.id not in self._groups:
            self._groups[row.id] = self._held.load(self._bodies[row.id])
        return self._groups[row.id]


def _tasks() -> Select[Any]:
    columns = (
        TASKS.c.id.label("task"),
        TASKS.c.crew_id,
        TASKS.c.created_at,
        TASKS.c.due_at,
        TASKS.c.appointment_at,
    )
    return select(*columns, GROUPS.c.id, GROUPS.c.body).join(GROUPS, GROUPS.c.id == TASKS.c.group_id)


def _task_page(rows: Sequence[Any], ordering: Ordering, window: Window, held: Held) -> Page[TaskView]:
    groups = _Documents(rows, held)

    def node(row: Any) -> TaskView:
        group = groups.of(row)
        return TaskView(group, group.tasks[TaskId(row.task)])

    return page_of(rows, ordering, window, node, lambda row: (_value(row, ordering), row.task))


def _value(row: Any, ordering: Ordering) -> datetime | None:
    column = getattr(ordering.column, "name", None)
    found: datetime | None = getattr(row, column) if column is not None else None
    return found


def _exchange(row: Any) -> Exchange:
    number = OrderNumber(row.order_number)
    direction = ExchangeDirection(row.direction)
    return Exchange(
        f"{number}/{row.id}", number, direction, row.kind, orjson.loads(row.body), row.status, row.at
    )
