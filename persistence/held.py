"""Groups that this process has read or written, decoded, so that a statement need not bring them again.

A held group is never an answer by itself. A statement is told which revisions are held, and says in the same moment
whether they are the present ones: it brings the document of every group that is another. Groups are immutable, so
one object serves everybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from domain.groups import Group
from domain.values import GroupId
from persistence.documents import load_group

MOST_GROUPS: Final = 2_000
MOST_CHARACTERS: Final = 16_000_000
"""Of all documents together. A group takes some ten times the memory of its document."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Groups that are held while a statement asks whether they are still the present ones."""

    held: Held
    groups: Mapping[Any, Group]

    @property
    def revisions(self) -> str:
        """Group id → revision, as JSON."""
        return orjson.dumps({id_: group.revision for id_, group in self.groups.items()}).decode()

    def of(self, row: Any) -> Group:
        """The group of a row with ``id`` and ``body``; the body is null where the held group is the present one."""
        body = row["body"]
        return self.groups[row["id"]] if body is None else self.held.load(body)


class _Entry(NamedTuple):
    """A held group, its document's size, and the document itself if it was read: what was written is not hashed."""

    group: Group
    size: int
    body: str | None


class Held:
    """The groups of one database that were used last, bounded in number and in size."""

    def __init__(self, most: int = MOST_GROUPS, characters: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._characters = characters
        self._size = 0
        self._groups: OrderedDict[Any, _Entry] = OrderedDict()
        self._of_bodies: dict[str, Group] = {}
        self._of_keys: dict[str, GroupId] = {}
        self._of_numbers: dict[str, GroupId] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def load(self, body: str) -> Group:
        """The group of a document."""
        group = self._of_bodies.get(body)
        return group if group is not None else self._keep(load_group(body), len(body), body)

    def keep(self, group: Group, size: int) -> None:
        """Hold a group that was written, unless a later one of its revisions is held. ``size`` is its document's."""
        self._keep(group, size)

    def forget(self, id_: GroupId, revision: int) -> None:
        """A group is not any more what it was at that revision."""
        known = self._groups.get(id_)
        if known is not None and known.group.revision == revision:
            self._drop(id_)

    def _keep(self, group: Group, size: int, body: str | None = None) -> Group:
        """The group, or the object that is held in its place: of one revision there is one."""
        known = self._groups.get(group.id)
        if known is not None and known.group.revision > group.revision:
            return group
        if known is not None and known.group.revision == group.revision:
            group = known.group
        self._drop(group.id)
        self._groups[group.id] = _Entry(group, size, body)
        if body is not None:
            self._of_bodies[body] = group
        self._of_keys[group.key] = group.id
        self._of_numbers.update(dict.fromkeys(group.orders, group.id))
        self._size += size
        while len(self._groups) > self._most or (self._size > self._characters and len(self._groups) > 1):
            self._drop(next(iter(self._groups)))
        return group

    def expected(
        self, groups: Iterable[str] = (), keys: Iterable[str] = (), numbers: Iterable[str] = ()
    ) -> Expected:
        """What is held of the groups with these ids, these keys (of each the last used), these orders."""
        of_keys = [self._of_keys.get(key) for key in keys]
        of_numbers = [self._of_numbers.get(number) for number in numbers]
        ids = [id_ for id_ in dict.fromkeys([*groups, *of_keys, *of_numbers]) if id_ in self._groups]
        for id_ in ids:
            self._groups.move_to_end(id_)
        return Expected(self, {id_: self._groups[id_].group for id_ in ids})

    def group(self, id_: GroupId) -> Group | None:
        """A group as it was last seen here, null if it is not held."""
        known = self._groups.get(id_)
        return known.group if known is not None else None

    def groups_of(self, ids: Collection[GroupId], numbers: Collection[str]) -> list[Group] | None:
        """The groups with these ids, and those that hold these orders, as last seen; null unless all are held."""
        places = [self._of_numbers.get(number) for number in numbers]
        found = [self.group(id_) if id_ is not None else None for id_ in dict.fromkeys([*ids, *places])]
        return [group for group in found if group is not None] if all(found) else None

    def _drop(self, id_: str) -> None:
        known = self._groups.pop(id_, None)
        if known is None:
            return
        self._size -= known.size
        if known.body is not None:
            self._of_bodies.pop(known.body, None)
        if self._of_keys.get(known.group.key) == id_:
            del self._of_keys[known.group.key]
        for number in known.group.orders:
            if self._of_numbers.get(number) == id_:
                del self._of_numbers[number]
