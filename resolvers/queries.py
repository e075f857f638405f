"""What can be asked. Whatever the caller may not see is not there."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access, filters
from domain.ports import Cursor
from domain.values import CrewId, DistrictCode, OrderNumber, Role
from domain.views import GroupView, OrderView
from resolvers.context import context_of
from resolvers.errors import forbidden
from resolvers.events import events_page
from resolvers.nodes import find_nodes
from resolvers.pages import page_of, row
from schema.board import Board
from schema.connections import (
    CrewConnection,
    FusionGroupConnection,
    OrderConnection,
    ReceiptConnection,
    TaskConnection,
    UpdateConnection,
)
from schema.crews import Crew, District, Viewer
from schema.described import described
from schema.filters import (
    BoardFilter,
    FusionGroupFilter,
    OrderFilter,
    ReceiptFilter,
    TaskFilter,
    UpdateFilter,
)
from schema.groups import FusionGroup
from schema.ids import NoSuchThingError, own_id
from schema.node import Node, encode_id
from schema.orders import Order
from schema.paging import LARGEST_FEED, LARGEST_PAGE, bounded, window
from schema.products import Product
from schema.scalars import bad_input
from schema.tasks import Task

Info = strawberry.Info[Any, None]
LEDGER_READERS = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN, Role.VIEWER})


@described
@strawberry.type
class Query:
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
    async def orders(
        self,
        info: Info,
        *,
        filter: OrderFilter | None = None,
        order_by: filters.OrderSort | None = filters.OrderSort.RECEIVED_AT_DESC,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> OrderConnection | None:
        """Orders of the groups which the caller may see.

        Args:
            filter: Which orders; all when absent.
            order_by: In which order.
            first: How many from the front: 50 when neither `first` nor `last` is given, at most 200.
            after: The `cursor` of the edge behind which to begin.
            last: How many from the back, at most 200; not together with `first`.
            before: The `cursor` of the edge before which to end.
        """
        context, sort = context_of(info), order_by or filters.OrderSort.RECEIVED_AT_DESC
        wanted, page = (filter or OrderFilter()).wanted(), window(first, after, last, before)
        return row(await context.services.reads.orders(wanted, sort, page, context.scope))

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
    async def fusion_groups(
        self,
        info: Info,
        *,
        filter: FusionGroupFilter | None = None,
        order_by: filters.FusionGroupSort | None = filters.FusionGroupSort.CREATED_AT_DESC,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> FusionGroupConnection | None:
        """融合工单查询: the groups which the caller may see.

        Args:
            filter: Which groups; all when absent.
            order_by: In which order.
            first: How many from the front: 50 when neither `first` nor `last` is given, at most 200.
            after: The `cursor` of the edge behind which to begin.
            last: How many from the back, at most 200; not together with `first`.
            before: The `cursor` of the edge before which to end.
        """
        context, sort = context_of(info), order_by or filters.FusionGroupSort.CREATED_AT_DESC
        wanted, page = (filter or FusionGroupFilter()).wanted(), window(first, after, last, before)
        return row(await context.services.reads.fusion_groups(wanted, sort, page, context.scope))

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
    async def tasks(
        self,
        info: Info,
        *,
        filter: TaskFilter | None = None,
        order_by: filters.TaskSort | None = filters.TaskSort.CREATED_AT_DESC,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> TaskConnection | None:
        """Visits of the groups which the caller may see.

        Args:
            filter: Which visits; all when absent.
            order_by: In which order.
            first: How many from the front: 50 when neither `first` nor `last` is given, at most 200.
            after: The `cursor` of the edge behind which to begin.
            last: How many from the back, at most 200; not together with `first`.
            before: The `cursor` of the edge before which to end.
        """
        context, sort = context_of(info), order_by or filters.TaskSort.CREATED_AT_DESC
        wanted, page = (filter or TaskFilter()).wanted(), window(first, after, last, before)
        return row(await context.services.reads.tasks(wanted, sort, page, context.scope))

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
    async def crews(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> CrewConnection | None:
        """All crews, by district. For every role; a crew member sees people of its own crew alone.

        Args:
            first: How many: 50 when absent, at most 200.
            after: The `cursor` of the edge behind which to begin.
        """
        known = (await context_of(info).world()).crews.values()
        ranked = sorted(known, key=lambda crew: (crew.district_code, crew.id))
        return row(page_of(ranked, lambda crew: f"{crew.district_code}/{crew.id}", window(first, after)))

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
    async def receipts(
        self,
        info: Info,
        *,
        filter: ReceiptFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> ReceiptConnection | None:
        """The ledger of receipts, newest first, dead letters among them.

        For UPSTREAM, DISPATCHER, ADMIN and VIEWER; another role is FORBIDDEN.

        Args:
            filter: Which receipts; all when absent.
            first: How many: 50 when absent, at most 200.
            after: The `cursor` of the edge behind which to begin.
        """
        context = context_of(info)
        if context.scope.role not in LEDGER_READERS:
            raise forbidden("the ledger of receipts", context.scope.role)
        wanted = (filter or ReceiptFilter()).wanted()
        return row(await context.services.reads.receipts(wanted, window(first, after)))

    @strawberry.field
    async def events(
        self,
        info: Info,
        *,
        filter: UpdateFilter | None = None,
        after: Cursor | None = None,
        first: int | None = 100,
    ) -> UpdateConnection | None:
        """The same feed as the subscription `updates`, for clients that poll: oldest first, then from `endCursor` on.

        Args:
            filter: Which updates; all that the caller may see when absent.
            after: The cursor of the last update handled; from the beginning when absent. One of another log is
                CURSOR_EXPIRED.
            first: How many, at most 1,000.
        """
        wanted = (filter or UpdateFilter()).wanted()
        size = bounded("first", 100 if first is None else first, LARGEST_FEED)
        return row(await events_page(context_of(info), wanted, after, size))

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
