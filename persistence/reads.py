"""Answers of queries: each is one statement that finds keys by index and brings along what is not held.

A group with its orders, tasks and items is one document, so it comes from one moment, and a page of fifty groups
costs no more statements than a page of five.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func, select

from domain.access import Scope
from domain.filters import (
    BoardFilter,
)
from domain.groups import Group
from domain.pages import Board, Exchange, Page, Window
from domain.ports import Entry
from domain.values import ExchangeDirection, GroupId, OrderNumber
from persistence import boards
from persistence.columns import table
from persistence.documents import is_storable
from persistence.event_log import entry_of
from persistence.lists import SqlLists
from persistence.pages import LONGEST_NUMBER, Ordering, page_of
from persistence.statements import groups_by_key, groups_by_number
from persistence.tables import EntryRow, ExchangeRow

_ENTRIES, _EXCHANGES = table(EntryRow), table(ExchangeRow)


class SqlReads(SqlLists):
    """The reads of one database, as it was last committed."""

    async def groups_of_orders(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Group]:
        """The group of each order that exists."""
        known = [number for number in dict.fromkeys(numbers) if is_storable(number)]
        expected = self._database.held.expected(numbers=known)
        statement = groups_by_number(sqlite=self._database.is_sqlite)
        rows = await self._database.see(statement, known, expected.revisions)
        return {OrderNumber(row["number"]): expected.of(row) for row in rows}

    async def groups_of_keys(
        self, rounds: Collection[tuple[str, int | None]]
    ) -> Mapping[tuple[str, int | None], Group]:
        """The group of each (key, round) that exists; round null is the latest of the key."""
        keys = sorted({key for key, _ in rounds if is_storable(key)})
        expected = self._database.held.expected(keys=keys)
        statement = groups_by_key(sqlite=self._database.is_sqlite)
        rows = await self._database.see(statement, keys, expected.revisions)
        latest = {row["key"]: row for row in rows}
        exact = {(row["key"], row["round"]): row for row in rows}
        picked = {name: exact.get(name) if name[1] is not None else latest.get(name[0]) for name in rounds}
        return {name: expected.of(row) for name, row in picked.items() if row is not None}

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


def _exchange(row: Any) -> Exchange:
    number = OrderNumber(row.order_number)
    direction = ExchangeDirection(row.direction)
    return Exchange(
        f"{number}/{row.id}", number, direction, row.kind, orjson.loads(row.body), row.status, row.at
    )
