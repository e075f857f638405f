"""The rows of feeds: an entry of the log with its group, and which of them somebody wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.access import Scope, may_see_group
from domain.filters import UpdateFilter
from domain.groups import Group
from domain.ports import Cursor, Entry, Wanted
from domain.values import CrewId, UpdateKind
from domain.views import GroupView, ItemView, OrderView, ReceiptView, TaskView

RECEIPTS = frozenset({UpdateKind.RECEIPT_FINAL})


@dataclass(frozen=True, slots=True)
class UpdateView:
    """An update as a row."""

    cursor: Cursor
    revision: int
    kind: UpdateKind
    at: datetime
    actor: str
    group: GroupView | None = None
    order: OrderView | None = None
    task: TaskView | None = None
    item: ItemView | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptUpdateView:
    """A final receipt as a row of its feed."""

    cursor: Cursor
    receipt: ReceiptView


def update_of(epoch: str, entry: Entry, group: Group) -> UpdateView:
    """The update that an entry is, with what of it is still in the group."""
    order = group.orders.get(entry.order) if entry.order is not None else None
    task = group.tasks.get(entry.task) if entry.task is not None else None
    item = group.items.get(entry.item) if entry.item is not None else None
    return UpdateView(
        Cursor(epoch, entry.position),
        entry.revision,
        entry.kind,
        entry.at,
        entry.actor,
        GroupView(group),
        OrderView(group, order) if order is not None else None,
        TaskView(group, task) if task is not None else None,
        ItemView(group, item) if item is not None else None,
        {_camel(name): value for name, value in entry.detail.items()},
    )


def snapshot(cursor: Cursor, at: datetime, actor: str, group: Group | None = None) -> UpdateView:
    """The first update of a feed: the present state of a group, or of many groups the cursor alone."""
    revision = group.revision if group is not None else 0
    shown = GroupView(group) if group is not None else None
    return UpdateView(cursor, revision, UpdateKind.SNAPSHOT, at, actor, shown)


def receipt_of(entry: Entry, group: Group) -> ReceiptView | None:
    """The receipt that an entry made final, null where the order has left the group."""
    order = group.orders.get(entry.order) if entry.order is not None else None
    found = [r for r in order.receipts if r.id == entry.detail.get("receipt")] if order is not None else []
    return ReceiptView(group, order, found[0]) if order is not None and found else None


def visible(scope: Scope) -> Wanted:
    """All that the viewer may see."""
    return lambda _entry, group: may_see_group(group, scope)


def of_crew(crew: CrewId, scope: Scope) -> Wanted:
    """What happens in the groups in which a crew has a visit, as far as the viewer may see it."""
    return lambda _entry, group: _has_visit(group, (crew,)) and may_see_group(group, scope)


def wanted(chosen: UpdateFilter, scope: Scope) -> Wanted:
    """What a filter lets through of what the viewer may see."""
    return lambda entry, group: _chosen(entry, group, chosen) and may_see_group(group, scope)


def final_receipts(entry: Entry, group: Group) -> bool:
    """Receipts as they become final."""
    return entry.kind in RECEIPTS and receipt_of(entry, group) is not None


def _chosen(entry: Entry, group: Group, chosen: UpdateFilter) -> bool:
    payloads = [order.payload for order in group.orders.values()]
    return (
        (chosen.kinds is None or entry.kind in chosen.kinds)
        and (chosen.group_keys is None or group.key in chosen.group_keys)
        and (chosen.crew_ids is None or _has_visit(group, chosen.crew_ids))
        and (chosen.products is None or any(p.product in chosen.products for p in payloads))
        and (
            chosen.assurance_levels is None
            or any(p.assurance_level in chosen.assurance_levels for p in payloads)
        )
        and (chosen.district_codes is None or bool(_districts(group) & set(chosen.district_codes)))
    )


def _has_visit(group: Group, crews: tuple[CrewId, ...]) -> bool:
    return any(task.crew in crews for task in group.tasks.values())


def _districts(group: Group) -> set[str | None]:
    """Where its visits go, and its orders' addresses lie."""
    visits = {task.district_code for task in group.tasks.values()}
    return {*visits, *(order.place.district_code for order in group.orders.values())}


def _camel(name: str) -> str:
    """A name of the log as clients of GraphQL spell it: ``first_contact`` is ``firstContact``."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)
