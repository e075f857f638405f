"""What can be asked. Whatever the caller may not see is not there."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access
from domain.values import CrewId, DistrictCode, OrderNumber
from domain.views import GroupView, OrderView
from resolvers.context import context_of
from resolvers.lists import Lists
from resolvers.nodes import find_nodes
from resolvers.pages import row
from schema.board import Board
from schema.crews import Crew, District, Viewer
from schema.described import described
from schema.filters import (
    BoardFilter,
)
from schema.groups import FusionGroup
from schema.ids import NoSuchThingError, own_id
from schema.node import Node, encode_id
from schema.orders import Order
from schema.paging import LARGEST_PAGE, bounded
from schema.products import Product
from schema.scalars import bad_input
from schema.tasks import Task

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class Query(Lists):
    """What can be asked. Root fields are nullable, so that one error leaves the other answers."""

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Anything with a global id; null for an id that belongs to nothing which the caller may see.

        Args:
            id: The global id, such as `Order.id`.
        """
        return row((await find_nodes(context_of(info), [id]))[0])

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None] | None:
        """Several things by their global ids, in the order of the ids; null stands for each that is not there.

        Args:
            ids: The global ids, at most 200.
        """
        bounded("ids", len(ids), LARGEST_PAGE)
        return row(await find_nodes(context_of(info), ids))

    @strawberry.field
    async def viewer(self, info: Info) -> Viewer | None:
        """Who is calling, as the gateway understands the token. For every role."""
        context = context_of(info)
        member, crew = context.scope.member, context.scope.crew
        return Viewer(
            id=encode_id("Viewer", str(context.actor)),
            role=context.scope.role,
            member=await context.loaders["member"].load(member) if member is not None else None,
            crew=await context.loaders["crew"].load(crew) if crew is not None else None,
            districts=None,
        )

    @strawberry.field
    async def order(self, info: Info, number: str) -> Order | None:
        """One order by its number; null where there is none that the caller may see.

        Args:
            number: 工单号. Example: `HA-ESOP-20261122-000101`.
        """
        context, own = context_of(info), OrderNumber(number)
        group = (await context.services.reads.groups_of_orders([own])).get(own)
        if group is None or not access.may_see_group(group, context.scope):
            return None
        return row(OrderView(group, group.orders[own]))

    @strawberry.field
    async def fusion_group(self, info: Info, key: str, round: int | None = None) -> FusionGroup | None:
        """One group by its fusion key; null where there is none that the caller may see.

        Args:
            key: 融合工单主键; of an order that fuses with none, its number.
            round: Which round; the latest when absent.
        """
        context = context_of(info)
        group = (await context.services.reads.groups_of_keys([(key, round)])).get((key, round))
        if group is None or not access.may_see_group(group, context.scope):
            return None
        return row(GroupView(group))

    @strawberry.field
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        """One visit; null where there is none that the caller may see.

        Args:
            id: `Task.id`.
        """
        try:
            own_id("Task", str, id)
        except NoSuchThingError:
            return None
        return row((await find_nodes(context_of(info), [id]))[0])

    @strawberry.field
    async def crew(
        self, info: Info, id: strawberry.ID | None = None, district_code: str | None = None
    ) -> Crew | None:
        """One crew, by exactly one of the two arguments; null where there is none.

        Args:
            id: `Crew.id`.
            district_code: The district which it has, by its six digits.
        """
        if (id is None) == (district_code is None):
            raise bad_input("give exactly one of `id` and `districtCode`")
        loaders = context_of(info).loaders
        if id is None:
            return row(await loaders["crew_of_district"].load(DistrictCode(district_code or "")))
        try:
            return row(await loaders["crew"].load(own_id("Crew", CrewId, id)))
        except NoSuchThingError:
            return None

    @strawberry.field
    async def districts(self, info: Info, prefecture: str | None = None) -> list[District] | None:
        """区县, by code. For every role.

        Args:
            prefecture: Those of one city alone. Example: `郑州市`.
        """
        known = (await context_of(info).world()).districts.values()
        chosen = [d for d in known if prefecture is None or d.prefecture == prefecture]
        return row(sorted(chosen, key=lambda district: district.code))

    @strawberry.field
    async def products(self, info: Info) -> list[Product] | None:
        """业务类型, line-bearing ones first, by rank and code. For every role."""
        known = (await context_of(info).world()).products.values()
        return row(sorted(known, key=lambda p: (p.line_rank is None, p.line_rank or 0, p.code)))

    @strawberry.field
    async def board(self, info: Info, filter: BoardFilter | None = None) -> Board | None:
        """Counts by state and district, waiting groups, overdue work, and the one-visit figures.

        Of what the caller may see.

        Args:
            filter: Which orders are counted; all when absent.
        """
        context = context_of(info)
        wanted, now = (filter or BoardFilter()).wanted(), context.services.clock()
        return row(await context.services.reads.board(wanted, context.scope, now))
