"""Every loader that a field of the schema names, and the read that answers it.

A loader collects what is asked in one turn of the event loop and reads it in one go. It lives as long as
the operation, or the update, that it serves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from strawberry.dataloader import DataLoader

from domain.access import may_see_group
from domain.feeds import update_of
from domain.filters import TaskFilter
from domain.pages import Edge, Page, Window
from domain.people import MemberView
from domain.ports import Cursor, Entry
from domain.values import CrewId, DistrictCode, GroupId, MemberId, OrderNumber, ProductCode
from domain.views import OrderView
from engine.fields import Loader
from resolvers.places import position_behind
from schema.scalars import write_cursor
from schema.work_orders import WorkOrderKey, work_order

if TYPE_CHECKING:
    from resolvers.context import Context

Answers = Sequence[Any]


class Loaders(Mapping[str, Loader]):
    """The loaders of one operation, made when they are first asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._made: dict[str, Loader] = {}

    def __getitem__(self, name: str) -> Loader:
        if name not in self._made:
            read, context = READS[name], self._context
            self._made[name] = DataLoader(load_fn=lambda keys: read(context, keys))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(READS)

    def __len__(self) -> int:
        return len(READS)


async def members(context: Context, ids: Sequence[MemberId]) -> Answers:
    """Members as such: the phone is for their own crew."""
    known = (await context.world()).members
    return [MemberView(known[id_]) if id_ in known else None for id_ in ids]


async def members_in_group(context: Context, ids: Sequence[MemberId]) -> Answers:
    """Members as a group shows them: to all who see the group, with their phone."""
    known = (await context.world()).members
    return [MemberView(known[id_], shared=True) if id_ in known else None for id_ in ids]


async def members_of_crews(context: Context, crews: Sequence[CrewId]) -> Answers:
    """The members of each crew, by name."""
    people = sorted((await context.world()).members.values(), key=lambda m: (m.name, m.id))
    return [[MemberView(member) for member in people if member.crew == crew] for crew in crews]


async def crews(context: Context, ids: Sequence[CrewId]) -> Answers:
    """Crews by id."""
    known = (await context.world()).crews
    return [known.get(id_) for id_ in ids]


async def crews_of_districts(context: Context, codes: Sequence[DistrictCode]) -> Answers:
    """The one crew of each district."""
    by_district = {crew.district_code: crew for crew in (await context.world()).crews.values()}
    return [by_district.get(code) for code in codes]


async def districts(context: Context, codes: Sequence[DistrictCode]) -> Answers:
    """Districts by code."""
    known = (await context.world()).districts
    return [known.get(code) for code in codes]


async def products(context: Context, codes: Sequence[ProductCode]) -> Answers:
    """Products by code."""
    known = (await context.world()).products
    return [known.get(code) for code in codes]


async def work_orders(context: Context, keys: Sequence[WorkOrderKey]) -> Answers:
    """Visits as TMF697 work orders: what they name is reference data, which is there already."""
    world = await context.world()
    return [work_order(key.task, context.scope, world) for key in keys]


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
    shapes: dict[Hashable, list[Any]] = defaultdict(list)
    for own, *shape in keys:
        shapes[tuple(shape)].append(own)
    found = {shape: await read(owners, *shape) for shape, owners in shapes.items()}  # type: ignore[misc]  # a tuple
    return [found[tuple(shape)].get(own, Page()) for own, *shape in keys]


READS: Mapping[str, Callable[[Any, Any], Awaitable[Answers]]] = {
    "member": members,
    "member_in_group": members_in_group,
    "members_of_crew": members_of_crews,
    "crew": crews,
    "crew_of_district": crews_of_districts,
    "district": districts,
    "product": products,
    "order_of_number": orders_of_numbers,
    "raw": raws,
    "exchanges": exchanges,
    "tasks_of_crew": tasks_of_crews,
    "group_events": group_events,
    "work_order": work_orders,
}
"""Loader's name → what answers it."""
