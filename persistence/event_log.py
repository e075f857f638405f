"""The event log: places are given after the commit, by whoever looks, so that no reader overtakes a late writer.

Invariants: an entry has a place only once it is committed; the entries that one look places get theirs in the order
of their ids, behind every place that was ever given; a place is on disk before anybody holds it. Within a group the
order of places is that of revisions. On SQLite, which has one writer at a time, the id is the place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import orjson

from domain.ports import Entry
from domain.values import GroupId, ItemId, OrderNumber, TaskId, UpdateKind
from persistence.columns import table
from persistence.database import Database, Record
from persistence.defaults import new_epoch
from persistence.documents import instant, is_storable
from persistence.statements import any_of
from persistence.tables import LogRow

_PLACE: Final = "SELECT place_entries()"
_PLACE_AND_READ: Final = "SELECT e.*, (SELECT version FROM reference) AS world FROM read_entries($1, $2) e"
LAST_OF_ALL: Final = 2**63 - 1
"""The largest position that a database can hold; a cursor that somebody made up may hold a larger one."""


class SqlEventLog:
    """The log over SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._position = "id" if database.is_sqlite else "position"
        self._epoch: str | None = None
        self._seen = 0

    async def epoch(self) -> str:
        """The log's random id."""
        if self._epoch is None:
            self._epoch = (await self._database.fetch("SELECT epoch FROM log"))[0]["epoch"]
        return self._epoch

    async def renew_epoch(self) -> str:
        """Give the log a new id, as is due after a restore: every cursor from before is refused from then on."""
        async with self._database.writing() as connection:
            await connection.execute(table(LogRow).update().values(epoch=new_epoch()))
        self._epoch = None
        return await self.epoch()

    async def head(self) -> int:
        """The last position, 0 of an empty log."""
        await self._place()
        rows = await self._database.fetch(f"SELECT max({self._position}) AS head FROM entries")  # noqa: S608 - our own word
        return self._noted(int(rows[0]["head"] or 0))

    async def reaches(self, position: int) -> bool:
        """Whether the log has a place there, or behind it."""
        return position <= self._seen or position <= await self.head()

    async def read(
        self,
        after: int,
        limit: int,
        *,
        groups: Collection[GroupId] | None = None,
        kinds: Collection[UpdateKind] | None = None,
        place: bool = True,
    ) -> Sequence[Entry]:
        """Up to ``limit`` entries behind a position, in order; only those of the groups and of the kinds, if given.

        Without ``place`` those are left out that have no place yet: for who hears of them when they get one.
        """
        after = min(after, LAST_OF_ALL)
        if self._database.is_sqlite or groups is not None or kinds is not None or not place:
            if place:
                await self._place()
            rows = await self._filtered(after, limit, groups, kinds)
        else:
            rows = await self._database.see(_PLACE_AND_READ, after, limit)
        if rows:
            self._noted(rows[-1][self._position])
        return [entry_of(row, self._position) for row in rows]

    async def position_of(self, group: GroupId, revision: int) -> int:
        """Where the log has that event. Raises LookupError when it has none."""
        one = f"SELECT {self._position} AS place FROM entries WHERE group_id = $1 AND revision = $2"  # noqa: S608 - as above
        rows = await self._database.fetch(one, group, revision)
        if rows and rows[0]["place"] is None:
            await self._place()
            rows = await self._database.fetch(one, group, revision)
        if not rows:
            raise LookupError(f"the log has no revision {revision} of group {group}")
        return int(rows[0]["place"])

    def _noted(self, position: int) -> int:
        self._seen = max(self._seen, position)
        return position

    async def _place(self) -> None:
        if not self._database.is_sqlite:
            await self._database.fetch(_PLACE)

    async def _filtered(
        self,
        after: int,
        limit: int,
        groups: Collection[GroupId] | None,
        kinds: Collection[UpdateKind] | None,
    ) -> Sequence[Record]:
        conditions, values = [f"{self._position} > $1"], [after, limit]
        for column, wanted in (("group_id", groups), ("kind", kinds)):
            if wanted is not None:
                values.append(sorted(str(value) for value in wanted if is_storable(value)))  # type: ignore[arg-type]  # numbers and lists
                conditions.append(f"{column} {any_of(len(values), sqlite=self._database.is_sqlite)}")
        found = f"SELECT * FROM entries WHERE {' AND '.join(conditions)}"  # noqa: S608 - as above
        return await self._database.fetch(f"{found} ORDER BY {self._position} LIMIT $2", *values)


def entry_of(row: Any, position: str) -> Entry:
    """The entry of a row, whose place is in that column."""
    order, task, item = row["order_number"], row["task_id"], row["item_id"]
    return Entry(
        position=row[position],
        group=GroupId(row["group_id"]),
        revision=row["revision"],
        kind=UpdateKind(row["kind"]),
        at=instant(row["at"]),
        actor=row["actor"],
        order=OrderNumber(order) if order is not None else None,
        task=TaskId(task) if task is not None else None,
        item=ItemId(item) if item is not None else None,
        detail=orjson.loads(row["detail"]),
    )
