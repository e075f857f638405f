"""Writing a group if it is still as it was read: one statement on PostgreSQL, one transaction on SQLite.

On PostgreSQL the statement is its own transaction: between read and write nothing is held, so a process that
stops there stalls nobody. A command of several groups needs a transaction, in the order of the groups' ids.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import aiosqlite
from sqlmodel import SQLModel

from persistence.columns import table
from persistence.database import Database
from persistence.documents import json_text
from persistence.postgresql import LOST, RETRIED, is_lost
from persistence.projection import Row
from persistence.sqlite import bound, numbered
from persistence.statements import any_of
from persistence.tables import (
    AnswerRow,
    EntryRow,
    ExchangeRow,
    FusionGroupRow,
    HistoryRow,
    OrderRow,
    OutboxRow,
    ReceiptRow,
    TaskRow,
    WorkItemRow,
)
from persistence.writes import Write, Writes

_MODELS: Final[dict[str, type[SQLModel]]] = {
    "orders": OrderRow,
    "tasks": TaskRow,
    "work_items": WorkItemRow,
    "receipts": ReceiptRow,
    "outbox": OutboxRow,
    "history": HistoryRow,
    "entries": EntryRow,
    "exchanges": ExchangeRow,
    "answers": AnswerRow,
}
_GENERATED: Final = {"entries": {"id", "position"}, "exchanges": {"id"}}
_FIXED: Final = {"id", "key", "round", "created_at"}

Part = tuple[str, str]
"""What to do in which table: ``("insert" | "upsert" | "delete", name)``."""


class ChangedMeanwhileError(Exception):
    """Somebody was faster: read and decide again. Nothing was written."""


async def write(database: Database, writes: Writes) -> None:
    """Write everything or nothing. Raises ChangedMeanwhileError when the groups are no more as they were read."""
    try:
        if database.is_sqlite:
            await _write_sqlite(database, writes)
        else:
            await _write_postgresql(database, writes)
    except (*RETRIED, sqlite3.IntegrityError) as error:
        raise ChangedMeanwhileError(str(error)) from error
    except LOST as error:
        if not is_lost(error):
            raise
        if not await _landed(database, writes):
            raise ChangedMeanwhileError(str(error)) from error


async def _landed(database: Database, writes: Writes) -> bool:
    """Whether a write is there, after a connection that was lost before it could say so."""
    if not writes.groups:
        return False
    last = writes.groups[0].new["entries"][-1]
    same = "group_id = $1 AND revision = $2 AND at = $3 AND actor = $4 AND kind = $5"
    values = (last[name] for name in ("group_id", "revision", "at", "actor", "kind"))
    return bool(await database.fetch(f"SELECT 1 FROM entries WHERE {same}", *values))  # noqa: S608 - names of our own tables


async def _write_postgresql(database: Database, writes: Writes) -> None:
    if len(writes.groups) == 1:
        statement, values = _conditional(writes.groups[0], writes.world, writes.answers)
        _expect_one((await database.pool.fetch(statement, *values))[0][0])
        return
    async with database.pool.acquire() as connection, connection.transaction():
        for group in writes.groups:
            statement, values = _conditional(group, writes.world, [])
            _expect_one(await connection.fetchval(statement, *values))
        if writes.answers:
            await connection.execute(_insert_json("answers", 1), json_text(writes.answers))


def _expect_one(matched: object) -> None:
    if matched != 1:
        raise ChangedMeanwhileError


def _conditional(write_: Write, world: int, answers: Sequence[Row]) -> tuple[str, list[Any]]:
    """The statement and its values: the group's columns, its revision as read, the world, then rows as JSON."""
    parts = [*_parts(write_), *([(("insert", "answers"), answers)] if answers else [])]
    statement = _statement(tuple(part for part, _ in parts), new=write_.read == 0)
    rows = [list(rows) if part[0] == "delete" else json_text(rows) for part, rows in parts]
    return statement, [*write_.group.values(), write_.read, world, *rows]


def _parts(write_: Write) -> Iterator[tuple[Part, Sequence[Any]]]:
    for kind, tables in (("delete", write_.gone), ("insert", write_.new), ("upsert", write_.changed)):
        for name, rows in tables.items():
            if rows:
                yield (kind, name), rows


@cache
def _statement(parts: tuple[Part, ...], *, new: bool) -> str:
    """The conditional statement of PostgreSQL; everything else hangs on the row that ``g`` gives, or gives not."""
    first = len(columns(FusionGroupRow)) + 3
    rest = [_cte(part, first + place) for place, part in enumerate(parts)]
    return f"WITH {', '.join([_head(new=new), *rest])} SELECT count(*) FROM g"  # noqa: S608 - as above


def _head(*, new: bool) -> str:
    names = columns(FusionGroupRow)
    read, world = f"${len(names) + 1}::integer", f"${len(names) + 2}::integer"
    same_world = f"(SELECT version FROM reference) = {world}"  # noqa: S608 - as above
    if new:
        listed = ", ".join(names)
        values = ", ".join(f"${place}::{_type(name)}" for place, name in enumerate(names, 1))
        only = f"WHERE {same_world} AND {read} = 0 ON CONFLICT DO NOTHING"
        into = f"g AS (INSERT INTO fusion_group ({listed})"
        return f"{into} SELECT {values} {only} RETURNING id)"
    changes = ", ".join(
        f"{name} = ${place}::{_type(name)}" for place, name in enumerate(names, 1) if name not in _FIXED
    )
    unchanged = f"id = $1 AND revision = {read} AND {same_world}"
    # what never changes is compared, so that the statement knows the kind of each of its parameters
    fixed = " AND ".join(f"{n} = ${p}::{_type(n)}" for p, n in enumerate(names, 1) if n in _FIXED - {"id"})
    changed = f"UPDATE fusion_group SET {changes} WHERE {unchanged} AND {fixed}"  # noqa: S608 - as above
    return f"g AS ({changed} RETURNING id)"


def _type(column: str) -> str:
    kind = {"INTEGER": "integer", "BOOLEAN": "boolean"}.get(str(table(FusionGroupRow).c[column].type))
    return kind or ("timestamptz" if column.endswith("_at") else "text")


def _cte(part: Part, place: int) -> str:
    kind, name = part
    key = _key(name)
    if kind == "delete":
        mine = f"{name}.{key} = ANY(${place}::text[]) AND {name}.group_id = g.id"
        return f"delete_{name} AS (DELETE FROM {name} USING g WHERE {mine})"  # noqa: S608 - as above
    return f"{kind}_{name} AS ({_insert_json(name, place, source='g, ', upsert=kind == 'upsert')})"


def _insert_json(name: str, place: int, *, source: str = "", upsert: bool = False) -> str:
    """Rows of a JSON array into their table; entries in the order of their revisions, which their ids then have."""
    listed = ", ".join(columns(_MODELS[name]))
    rows = f"{source}json_populate_recordset(NULL::{name}, ${place}::json) r"
    picked = ", ".join(f"r.{column}" for column in columns(_MODELS[name]))
    order = " ORDER BY r.revision" if name == "entries" else ""
    statement = f"INSERT INTO {name} ({listed}) SELECT {picked} FROM {rows}{order}"  # noqa: S608 - as above
    return statement + (f" ON CONFLICT ({_key(name)}) DO UPDATE SET {_renewed(name)}" if upsert else "")


async def _write_sqlite(database: Database, writes: Writes) -> None:
    async with database.file.transaction() as writer:
        for group in writes.groups:
            await _write_group(writer, group, writes.world)
        if writes.answers:
            await _put(writer, ("insert", "answers"), writes.answers)


async def _write_group(writer: aiosqlite.Connection, group: Write, world: int) -> None:
    values = [*map(bound, group.group.values()), group.read, world]
    async with writer.execute(_sqlite_head(new=group.read == 0), values) as cursor:
        _expect_one(cursor.rowcount)
    for (kind, name), rows in _parts(group):
        if kind == "delete":
            mine = f"{_key(name)} {any_of(1, sqlite=True)} AND group_id = $2"
            statement = numbered(f"DELETE FROM {name} WHERE {mine}")  # noqa: S608 - as above
            await writer.execute(statement, [bound(rows), group.group["id"]])
        else:
            await _put(writer, (kind, name), rows)


@cache
def _sqlite_head(*, new: bool) -> str:
    statement = _head(new=new).removeprefix("g AS (").removesuffix(" RETURNING id)")
    for kind in ("integer", "boolean", "timestamptz", "text"):
        statement = statement.replace(f"::{kind}", "")
    return numbered(statement)


async def _put(writer: aiosqlite.Connection, part: Part, rows: Sequence[Row]) -> None:
    values = [{name: bound(value) for name, value in row.items()} for row in rows]
    await writer.executemany(_sqlite_insert(part), values)


@cache
def _sqlite_insert(part: Part) -> str:
    kind, name = part
    names = columns(_MODELS[name])
    statement = f"INSERT INTO {name} ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})"  # noqa: S608 - as above
    return statement + (
        f" ON CONFLICT ({_key(name)}) DO UPDATE SET {_renewed(name)}" if kind == "upsert" else ""
    )


@cache
def columns(model: type[SQLModel]) -> tuple[str, ...]:
    """The columns which a row brings itself: not an identity, not a place that is given later."""
    found = table(model)
    return tuple(c.name for c in found.columns if c.name not in _GENERATED.get(found.name, set()))


def _key(name: str) -> str:
    return "number" if name == "orders" else "id"


def _renewed(name: str) -> str:
    return ", ".join(f"{n} = excluded.{n}" for n in columns(_MODELS[name]) if n != _key(name))
