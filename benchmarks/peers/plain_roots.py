"""The slice's queries, mutations and the subscription."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import count
from typing import Annotated, Any, Final, NewType

import strawberry
from sqlmodel import select, update
from strawberry.types.scalar import ScalarDefinition

from benchmarks.peers.plain_loaders import Loaders, sessions
from benchmarks.peers.plain_tables import EntryRow, GroupRow, ItemRow, MemberRow
from benchmarks.peers.plain_types import (
    FusionGroup,
    Info,
    Snapshot,
    Task,
    WorkItem,
    group_of,
    item_of,
    loaders,
    task_of,
)

followers: Final[dict[str, set[asyncio.Queue[Any]]]] = defaultdict(set)
revisions: Final = count(1)
Cursor = NewType("Cursor", str)
SCALARS: Final[dict[object, ScalarDefinition]] = {
    Cursor: strawberry.scalar(name="Cursor", serialize=str, parse_value=str)
}


@dataclass(frozen=True)
class Event:
    """What is published: the group as it is after one change."""

    kind: str
    revision: int
    task: str
    group: Snapshot


@strawberry.type
class Edge:
    """A group of a page."""

    node: FusionGroup


@strawberry.type
class Connection:
    """A page of groups."""

    edges: list[Edge]


@strawberry.type
class Update:
    """What happened to a group."""

    cursor: str
    kind: str
    revision: int
    task: Task | None
    group: FusionGroup | None


@strawberry.input
class ClaimWorkItemInput:
    """Which item."""

    item_id: strawberry.ID


@strawberry.input
class ReleaseWorkItemInput:
    """Which item, and why."""

    item_id: strawberry.ID
    reason: str | None = None


@strawberry.type
class WorkItemClaimed:
    """It is the caller's."""

    item: WorkItem


@strawberry.type
class AlreadyClaimed:
    """It was not free."""

    item: WorkItem


@strawberry.type
class WorkItemReleased:
    """It is free again."""

    item: WorkItem


@strawberry.type
class NotClaimed:
    """It was free."""

    item: WorkItem


Claimed = Annotated[WorkItemClaimed | AlreadyClaimed, strawberry.union("ClaimWorkItemPayload")]
Released = Annotated[WorkItemReleased | NotClaimed, strawberry.union("ReleaseWorkItemPayload")]


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    async def fusion_group(self, info: Info, key: str) -> FusionGroup | None:
        row = await loaders(info).groups_by_key.load(key)
        return group_of(row) if row else None

    @strawberry.field
    async def fusion_groups(self, first: int = 50) -> Connection:
        newest = select(GroupRow).order_by(GroupRow.seq.desc()).limit(first)  # type: ignore[attr-defined]  # a column
        async with sessions() as session:
            rows = (await session.exec(newest)).all()
        return Connection(edges=[Edge(node=group_of(row)) for row in rows])


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    async def claim_work_item(self, input: ClaimWorkItemInput) -> Claimed:
        item, changed = await _change(input.item_id, claim=True)
        return WorkItemClaimed(item=item_of(item)) if changed else AlreadyClaimed(item=item_of(item))

    @strawberry.mutation
    async def release_work_item(self, input: ReleaseWorkItemInput) -> Released:
        item, changed = await _change(input.item_id, claim=False)
        return WorkItemReleased(item=item_of(item)) if changed else NotClaimed(item=item_of(item))


@strawberry.type
class Subscription:
    """What can be followed."""

    @strawberry.subscription
    async def group_updates(
        self,
        info: Info,
        key: str,
        after: Cursor | None = None,  # noqa: ARG002 - the peers keep no log
    ) -> AsyncGenerator[Update, None]:
        group = await loaders(info).groups_by_key.load(key)
        queue: asyncio.Queue[Event] = asyncio.Queue()
        followers[group.id].add(queue)
        try:
            while True:
                yield _shown(await queue.get())
        finally:
            followers[group.id].discard(queue)


async def _change(id_: str, *, claim: bool) -> tuple[ItemRow, bool]:
    before, after = ("OPEN", "CLAIMED") if claim else ("CLAIMED", "OPEN")
    async with sessions() as session, session.begin():
        member = (await session.exec(select(MemberRow).order_by(MemberRow.id).limit(1))).one()
        done = await session.exec(
            update(ItemRow)
            .where(ItemRow.id == id_, ItemRow.state == before)  # type: ignore[arg-type]  # clauses
            .values(state=after, claimant_id=member.id if claim else None)
        )
        changed = bool(done.rowcount)
        if changed:
            session.add(EntryRow(kind="C" if claim else "R", item_id=id_))
        item = (await session.exec(select(ItemRow).where(ItemRow.id == id_))).one()
    if changed:
        await _publish(item, "ITEM_CLAIMED" if claim else "ITEM_RELEASED")
    return item, changed


async def _publish(item: ItemRow, kind: str) -> None:
    own = Loaders()
    task = await own.tasks.load(item.visit_id)
    if not followers.get(task.group_id):
        return
    event = Event(kind, next(revisions), task.id, await _snapshot(own, task.group_id))
    for queue in followers[task.group_id]:
        queue.put_nowait(event)


async def _snapshot(own: Loaders, id_: str) -> Snapshot:
    group, orders, tasks = await asyncio.gather(
        own.groups.load(id_), own.orders_of_group.load(id_), own.tasks_of_group.load(id_)
    )
    listed = await own.items_of_task.load_many([task.id for task in tasks])
    items = dict(zip((task.id for task in tasks), listed, strict=True))
    claimants = {item.claimant_id for rows in listed for item in rows if item.claimant_id}
    members = await own.members.load_many(sorted(claimants))
    return Snapshot(group, orders, tasks, items, {row.id: row for row in members})


def _shown(event: Event) -> Update:
    task = next(task for task in event.group.tasks if task.id == event.task)
    return Update(
        cursor=f"c{event.revision}",
        kind=event.kind,
        revision=event.revision,
        task=task_of(task, event.group),
        group=group_of(event.group.group, event.group),
    )
