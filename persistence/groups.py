"""Whole groups by id, each from one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.groups import Group
from domain.values import GroupId
from persistence.database import Database
from persistence.documents import is_storable
from persistence.statements import groups_by_id


class SqlGroupReader:
    """The groups of one database, as they were last committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        """Those of them which exist, in one statement."""
        known = [group for group in dict.fromkeys(ids) if is_storable(group)]
        expected = self._database.held.expected(known)
        statement = groups_by_id(sqlite=self._database.is_sqlite)
        rows = await self._database.fetch(statement, known, expected.revisions)
        found = {group.id: group for group in map(expected.of, rows)}
        return {group: found[group] for group in known if group in found}

    async def groups_since(self, revisions: Mapping[GroupId, int]) -> Mapping[GroupId, Group]:
        """Those which exist, each at that revision or a later one; those that are held without a statement."""
        held = {id_: self._database.held.group(id_) for id_ in revisions}
        found = {id_: group for id_, group in held.items() if group and group.revision >= revisions[id_]}
        missing = [id_ for id_ in revisions if id_ not in found]
        return {**found, **(await self.groups(missing))} if missing else found
