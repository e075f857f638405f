"""Lists: page by page, of what the caller may see."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import filters
from domain.callbacks import READERS
from domain.ports import Cursor
from domain.values import Role
from resolvers.context import context_of
from resolvers.errors import forbidden
from resolvers.events import events_page
from resolvers.pages import page_of, row
from schema.connections import (
    CallbackConnection,
    CrewConnection,
    FusionGroupConnection,
    OrderConnection,
    ReceiptConnection,
    TaskConnection,
    UpdateConnection,
)
from schema.described import described
from schema.filters import (
    CallbackFilter,
    FusionGroupFilter,
    OrderFilter,
    ReceiptFilter,
    TaskFilter,
    UpdateFilter,
)
from schema.paging import LARGEST_FEED, bounded, window

Info = strawberry.Info[Any, None]
LEDGER_READERS = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN, Role.VIEWER})


@described
@strawberry.type
class Lists:
    """Lists of orders, groups, visits, crews, receipts, callbacks and updates."""

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
    async def callbacks(
        self,
        info: Info,
        *,
        filter: CallbackFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> CallbackConnection | None:
        """What the network management system called back, newest first, and what became of it.

        Reports by `reportSubTask` which did not count are among them. For DISPATCHER and ADMIN; another role is
        FORBIDDEN.

        Args:
            filter: Which callbacks; all when absent.
            first: How many: 50 when absent, at most 200.
            after: The `cursor` of the edge behind which to begin.
        """
        context = context_of(info)
        if context.scope.role not in READERS:
            raise forbidden("the list of callbacks", context.scope.role)
        wanted = (filter or CallbackFilter()).wanted()
        return row(await context.services.callbacks.page(wanted, window(first, after)))

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
