"""A log in memory which keeps the promises of the real one, for tests of what follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from domain.groups import Group
from domain.orders import Customer
from domain.ports import Entry
from domain.values import GroupId, UpdateKind

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class MemoryLog:
    """Entries and groups in lists; ``outage`` makes every read fail until it is taken away."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.by_id: dict[GroupId, Group] = {}
        self.outage: Exception | None = None
        self.reads = 0

    def append(self, key: str) -> Entry:
        """The next event of a group."""
        name = GroupId(f"1/{key}")
        group = self.by_id.get(name) or Group(
            name, key, 1, fused=True, founder=Customer("K", "k"), created_at=NOON
        )
        self.by_id[name] = replace(group, revision=group.revision + 1)
        revision = group.revision + 1
        entry = Entry(len(self.entries) + 1, name, revision, UpdateKind.ITEM_CLAIMED, NOON, "crew:m")
        self.entries.append(entry)
        return entry

    async def epoch(self) -> str:
        """Always the same."""
        return "memory"

    async def head(self) -> int:
        """The last position."""
        return len(self.entries)

    async def reaches(self, position: int) -> bool:
        """As the port says."""
        return position <= len(self.entries)

    async def read(
        self,
        after: int,
        limit: int,
        *,
        groups: Collection[GroupId] | None = None,
        kinds: Collection[UpdateKind] | None = None,
        place: bool = True,  # noqa: ARG002 - here every entry has its place at once
    ) -> Sequence[Entry]:
        """As the port says; yields to others first, so that races have their chance."""
        self.reads += 1
        await asyncio.sleep(0)
        if self.outage is not None:
            raise self.outage
        wanted = [e for e in self.entries[after:] if groups is None or e.group in groups]
        found = [e for e in wanted if kinds is None or e.kind in kinds][:limit]
        await asyncio.sleep(0)
        return found

    async def position_of(self, group: GroupId, revision: int) -> int:
        """Where that event is."""
        return next(e.position for e in self.entries if e.group == group and e.revision == revision)

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        """The groups as they are now."""
        await asyncio.sleep(0)
        return {name: self.by_id[name] for name in ids if name in self.by_id}

    async def groups_since(self, revisions: Mapping[GroupId, int]) -> Mapping[GroupId, Group]:
        """As ``groups``."""
        return await self.groups(revisions)
