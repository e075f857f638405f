"""Rows that are projected from groups, for groups which were written before there were such rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, Table, text

from persistence.documents import load_group
from persistence.projection import part_rows

BATCH: Final = 200


def refill(connection: Connection, tables: Iterable[Table]) -> None:
    """Fill new tables from the documents of all groups, some at a time; only columns which they have already."""
    targets = list(tables)
    last, page = "", text("SELECT id, body FROM fusion_group WHERE id > :last ORDER BY id LIMIT :most")
    while found := connection.execute(page, {"last": last, "most": BATCH}).all():
        last = found[-1].id
        projected = [part_rows(load_group(row.body)) for row in found]
        for target in targets:
            names = target.columns.keys()
            rows = [{n: row[n] for n in names} for parts in projected for row in parts[target.name].values()]
            if rows:
                connection.execute(target.insert(), rows)
