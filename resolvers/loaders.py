"""Every loader that a field of the schema names, and the read that answers it.

Asked for many at once, or one by one, a loader reads in one go what is asked in one turn of the event loop. It lives as
long as the operation, or the update, that it serves.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from strawberry.dataloader import DataLoader

from domain.access import Scope, may_see_group
from domain.feeds import update_of
from domain.filters import TaskFilter
from domain.pages import Edge, Page, Window
from domain.people import MemberView
from domain.ports import Cursor, Entry
from domain.values import CrewId, DistrictCode, GroupId, MemberId, OrderNumber, ProductCode
from domain.views import OrderView
from domain.world import World
from engine.fields import Found, Loader, Wanted
from resolvers.places import position_behind
from schema.scalars import write_cursor
from schema.work_orders import WorkOrderKey, work_order

if TYPE_CHECKING:
    from resolvers.context import Context

Answers = Sequence[Any]


class OneByOne(DataLoader[Any, Any]):
    """Answers key by key. Who leaves takes the answer away from nobody else that waits for the same key."""

    def load(self, key: Any) -> Awaitable[Any]:
        """What belongs to the key."""
        return asyncio.shield(super().load(key))


class Loaders(Mapping[str, Loader]):
    """The loaders of one operation, made when they are first asked for. What they have read they do not read again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._made: dict[str, Loader] = {}
        self._known: dict[str, dict[Any, Any]] = {}

    def __getitem__(self, name: str) -> Loader:
        if name not in self._made:
            self._made[name] = OneByOne(load_fn=partial(self._answers, name))
        return self._made[name]

    async def load(self, wanted: Wanted) -> Found:
        """What these loaders answer to these keys: an exception in the place of what cannot be read."""
        read = [name for name in wanted if name in READS]
        if len(read) > 1:
            await asyncio.gather(*(self._read(name, wanted[name]) for name in read))
        return {name: await self._read(name, keys) for name, keys in wanted.items()}

    async def _read(self, name: str, keys: Collection[Any]) -> Mapping[Any, Any]:
        known = self._known.setdefault(name, {})
        missing = [key for key in keys if key not in known]
        if missing:
            known.update(zip(missing, await self._found(name, missing), strict=True))
        return known

    async def _found(self, name: str, keys: Sequence[Any]) -> Answers:
        context, look = self._context, LOOKS.get(name)
        if look is None:
            return await READS[name](context, keys)
        return look(await context.world(), context.scope, keys)

    async def _answers(self, name: str, keys: list[Any]) -> Answers:
        known = await self._read(name, keys)
        return [known[key] for key in keys]

    def __iter__(self) -> Iterator[str]:
        return iter((*LOOKS, *READS))

    def __len__(self) -> int:
        return len(LOOKS) + len(READS)


def members(world: World, _scope: Scope, ids: Sequence[MemberId]) -> Answers:
    """Members as such: the phone is for their own crew."""
    known = world.members
    return [MemberView(known[id_]) if id_ in known else None for id_ in ids]


def members_in_group(world: World, _scope: Scope, ids: Sequence[MemberId]) -> Answers:
    """Members as a group shows them: to all who see the group, with their phone."""
    known = world.members
    return [MemberView(known[id_], shared=True) if id_ in known else None for id_ in ids]


def members_of_crews(world: World, _scope: Scope, crews: Sequence[CrewId]) -> Answers:
    """The members of each crew, by name."""
    asked = set(crews)
    people = sorted((m for m in world.members.values() if m.crew in asked), key=lambda m: (m.name, m.id))
    return [[MemberView(member) for member in people if member.crew == crew] for crew in crews]


def crews(world: World, _scope: Scope, ids: Sequence[CrewId]) -> Answers:
    """Crews by id."""
    return [world.crews.get(id_) for id_ in ids]


def crews_of_districts(world: World, _scope: Scope, codes: Sequence[DistrictCode]) -> Answers:
    """The one crew of each district."""
    by_district = {crew.district_code: crew for crew in world.crews.values()}
    return [by_district.get(code) for code in codes]


def districts(world: World, _scope: Scope, codes: Sequence[DistrictCode]) -> Answers:
    """Districts by code."""
    return [world.districts.get(code) for code in codes]


def products(world: World, _scope: Scope, codes: Sequence[ProductCode]) -> Answers:
    """Products by code."""
    return [world.products.get(code) for code in codes]


def work_orders(world: World, scope: Scope, keys: Sequence[WorkOrderKey]) -> Answers:
    """Visits as TMF697 work orders."""
    return [work_order(key.task, scope, world) for key in keys]


async def orders_of_numbers(context: Context, numbers: Sequence[OrderNumber]) -> Answers:
    """Orders by their numbers, as far as the caller may see them."""
    groups = await context.services.reads.groups_of_orders(numbers)
    seen = {number: group for number, group in groups.items() if may_see_group(group, context.scope)}
    return [OrderView(seen[n], seen[n].orders[n]) if n in seen else None for n in numbers]


async def raws(context: Context, numbers: Sequence[OrderNumber]) -> Answers:
    """Orders as last received."""
    found = await context.services.reads.raws(numbers)
    return [found.get(number) for number in numbers]


async def exchanges(context: Context, keys: Sequence[tuple[OrderNumber, Window]]) -> Answers:
    """A page of exchanges for each order, one read for all pages of one shape."""

    async def read(numbers: Sequence[OrderNumber], window: Window) -> Mapping[OrderNumber, Any]:
        return await context.services.reads.exchanges(numbers, window)

    return await _by_shape(keys, read)


async def tasks_of_crews(context: Context, keys: Sequence[tuple[CrewId, TaskFilter, Window]]) -> Answers:
    """A page of visits for each crew, one read for all pages of one shape."""

    async def read(ids: Sequence[CrewId], wanted: TaskFilter, window: Window) -> Mapping[CrewId, Any]:
        return await context.services.reads.tasks_of_crews(ids, wanted, window, context.scope)

    return await _by_shape(keys, read)


async def group_events(context: Context, keys: Sequence[tuple[GroupId, Cursor | None, int]]) -> Answers:
    """A page of updates for each group, one read for all pages of one shape."""

    async def read(ids: Sequence[GroupId], after: Cursor | None, first: int) -> Mapping[GroupId, Any]:
        services = context.services
        start = await position_behind(services.log, after)
        entries = await services.reads.events_of_groups(ids, start, first + 1)
        groups = await services.reads.groups(ids)
        epoch = await services.log.epoch()

        def page(id_: GroupId, found: Sequence[Entry]) -> Page[Any]:
            rows = [update_of(epoch, entry, groups[id_]) for entry in found[:first]]
            edges = tuple(Edge(write_cursor(row.cursor), row) for row in rows)
            return Page(edges, len(found) > first, has_previous=start > 0)

        return {id_: page(id_, entries.get(id_, ())) for id_ in ids if id_ in groups}

    return await _by_shape(keys, read)


async def _by_shape(
    keys: Sequence[tuple[Any, ...]], read: Callable[..., Awaitable[Mapping[Any, Any]]]
) -> Answers:
    """What each key asks for: its first part says of what, the others how, and one read serves all of one how."""
    shapes: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for own, *shape in keys:
        shapes[tuple(shape)].append(own)
    found = {shape: await _read_shape(read, owners, shape) for shape, owners in shapes.items()}
    return [found[tuple(shape)](own) for own, *shape in keys]


async def _read_shape(
    read: Callable[..., Awaitable[Mapping[Any, Any]]], owners: Sequence[Any], shape: tuple[Any, ...]
) -> Callable[[Any], Any]:
    """Owner → its page; for all owners what went wrong, so that pages of another shape do not suffer from it."""
    try:
        pages = await read(owners, *shape)
    except Exception as error:  # noqa: BLE001 - it is raised again where the page was asked for
        failure = error
        return lambda _own: failure
    return lambda own: pages.get(own, Page())


LOOKS: Mapping[str, Callable[[World, Scope, Any], Answers]] = {
    "member": members,
    "member_in_group": members_in_group,
    "members_of_crew": members_of_crews,
    "crew": crews,
    "crew_of_district": crews_of_districts,
    "district": districts,
    "product": products,
    "work_order": work_orders,
}
"""Loader's name → where the world has the answer, which is at hand."""

READS: Mapping[str, Callable[[Any, Any], Awaitable[Answers]]] = {
    "order_of_number": orders_of_numbers,
    "raw": raws,
    "exchanges": exchanges,
    "tasks_of_crew": tasks_of_crews,
    "group_events": group_events,
}
"""Loader's name → what reads the answer."""
