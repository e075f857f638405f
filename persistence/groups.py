"""Whole groups by id, each from one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.groups import Group
from domain.values import GroupId
from persistence.database import Database
from persistence.documents import is_storable, load_group
from persistence.statements import groups_by_id


class SqlGroupReader:
    """The groups of one database, as they were last committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        """Those of them which exist, in one statement."""
        known = [group for group in dict.fromkeys(ids) if is_storable(group)]
        rows = await self._database.fetch(groups_by_id(sqlite=self._database.is_sqlite), known)
        found = {group.id: group for group in (load_group(row["body"]) for row in rows)}
        return {group: found[group] for group in known if group in found}
