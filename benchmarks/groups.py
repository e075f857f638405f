"""The groups that are measured: one taken in by the gateway's own rules, then copied row by row in the database.

Copying takes seconds where taking in takes minutes. A copy is what its template is, under another key: the same JSON
document, the same rows to find it by. The log holds no entries of a copy's past; it begins with its first change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from benchmarks.plans import DISPATCHER, INTAKE, UPSTREAM, orders, prepared, services_over
from domain.ports import Cursor
from domain.values import MemberId
from resolvers.context import Services
from resolvers.root import build_executor
from schema.node import decode_id, encode_id
from schema.scalars import write_cursor

TEMPLATE: Final = "xtemplatex"
"""What a copy replaces by its number, wherever the template's rows hold it."""

DIGITS: Final = 7
"""Of the number, so that the order of names is that of numbers and every group is as long as the next."""

COPIED: Final = ("fusion_group", "orders", "tasks", "work_items")
TABLES: Final = Path(__file__).with_name("tables.sql")
CREW: Final = "{ crews { edges { node { members { id } } } } }"


@dataclass
class Groups:
    """What is there, and which items have not been claimed yet."""

    count: int
    crew: Sequence[MemberId]
    cursor: str
    """Where the log ends before anything is measured."""

    dealt: int = 0
    """Groups from the first on whose items are spoken for."""

    def keys(self, count: int) -> list[str]:
        """The keys of so many groups, spread evenly over all."""
        step = max(self.count // count, 1)
        return [key(number) for number in range(1, self.count + 1, step)][:count]

    def deal(self, count: int) -> range:
        """The numbers of so many groups which nobody has touched."""
        first = self.dealt + 1
        self.dealt += count
        if self.dealt > self.count:
            raise RuntimeError(f"{self.count} groups are too few for what is measured; give --groups more")
        return range(first, first + count)


def key(number: int) -> str:
    """The fusion key of a group."""
    return f"FK-{_digits(number)}"


def _digits(number: int) -> str:
    return f"{number:0{DIGITS}}"


def item(number: int, place: int) -> str:
    """The global id of one of its three items; the first and the last are of one visit."""
    return encode_id("WorkItem", f"WO{_digits(number)}-{place}/1")


async def fill(dsn: str, count: int, *, peers: bool = True) -> Groups:
    """So many groups in an empty database, for the gateway and, in tables of their own, for its peers."""
    async with services_over(dsn.replace("postgresql:", "postgresql+asyncpg:")) as services:
        crew = await _template(services)
        cursor = write_cursor(Cursor(await services.log.epoch(), await services.log.head()))
    connection = await asyncpg.connect(dsn)
    try:
        for table in COPIED:
            await _copy(connection, table, count)
        await connection.execute("DELETE FROM outbox")
        if peers:
            await connection.execute(TABLES.read_text())
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return Groups(count, crew, cursor)


async def forget_claims(dsn: str) -> None:
    """All items of the peers' tables are free again."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE peer.work_item SET state = 'OPEN', claimant_id = NULL WHERE state <> 'OPEN'"
        )
        await connection.execute("VACUUM ANALYZE peer.work_item")
    finally:
        await connection.close()


async def _template(services: Services) -> list[MemberId]:
    done = await prepared(build_executor(), services)
    await done(UPSTREAM, INTAKE, o=_orders())
    members = (await done(DISPATCHER, CREW))["crews"]["edges"][0]["node"]["members"]
    return [MemberId(own[1]) for member in members if (own := decode_id(member["id"]))]


def _orders() -> list[Any]:
    stand_in = 777_777_777
    told: list[Any] = json.loads(json.dumps([*orders(stand_in)]).replace(str(stand_in), TEMPLATE))
    return told


async def _copy(connection: Any, table: str, count: int) -> None:
    columns = await connection.fetch(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = $1",
        table,
    )
    names = ", ".join(f'"{column["column_name"]}"' for column in columns)
    values = ", ".join(_value(**column) for column in columns)
    await connection.execute(  # the names are the catalogue's, the template ours
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(1, {count}) n"  # noqa: S608
    )
    await connection.execute(f"DELETE FROM {table} WHERE {_own_name(table)} LIKE '%{TEMPLATE}%'")  # noqa: S608


def _value(column_name: str, data_type: str) -> str:
    if data_type in {"text", "character varying"}:
        return f"replace(t.\"{column_name}\", '{TEMPLATE}', lpad(n::text, {DIGITS}, '0'))"
    return f't."{column_name}"'


def _own_name(table: str) -> str:
    return "number" if table == "orders" else "id"


def bodies(document: str, variables: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The request for each set of variables."""
    for each in variables:
        yield orjson.dumps({"query": document, "variables": each})
