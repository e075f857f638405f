"""Which rows a command changed: only those are looked at which depend on a part that is another than before.

Parts are immutable and keep their identity while nothing happens to them, so most of a group is passed over without a
look. What depends on the group as a whole is looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.groups import Group
from persistence.projection import Row, Share, part_rows

_OF_ALL: Final = ("id", "key", "round", "fused", "hold", "dispatched_at", "closed_at")
"""Facts of the group which rows of its parts depend on."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What to do in one table to come from the rows before to those after."""

    changed: list[Row]
    gone: list[str]


def changes(before: Group, after: Group) -> dict[str, Difference]:
    """What to do in each table to come from the rows of a group to those of the group after a command."""
    share = _changed_share(before, after)
    were, are = part_rows(before, share), part_rows(after, share)
    return {name: difference(were[name], are[name]) for name in are}


def _changed_share(before: Group, after: Group) -> Share | None:
    """The orders and visits which differ, with those that belong to them; null when all may differ."""
    whole = any(getattr(before, name) != getattr(after, name) for name in _OF_ALL)
    if whole or list(before.tasks) != list(after.tasks)[: len(before.tasks)]:
        return None
    own, items = _others(before.orders, after.orders), _others(before.items, after.items)
    tasks = _others(before.tasks, after.tasks)
    both = [*before.items.values(), *after.items.values()]
    orders = own | {item.number for item in both if item.id in items or item.task in tasks}
    tasks |= {item.task for item in both if item.number in orders}
    return Share(orders, tasks, own, items)


def _others(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> set[Any]:
    """The keys of which one mapping has another object than the other, or only one has any."""
    found = {key for key, part in after.items() if before.get(key) is not part}
    return found if before.keys() <= after.keys() else found | (before.keys() - after.keys())


def difference(before: dict[str, Row], after: dict[str, Row]) -> Difference:
    """The rows of one table that changed or are new, and the keys of those that are no more."""
    changed = [row for key, row in after.items() if before.get(key) != row]
    return Difference(changed, sorted(before.keys() - after.keys()))
