"""Relay connections: pages of lists."""

from __future__ import annotations

import strawberry

from domain.ports import Cursor
from schema.callbacks import Callback
from schema.crews import Crew
from schema.described import described
from schema.groups import FusionGroup
from schema.orders import Order
from schema.receipts import Exchange, Receipt
from schema.tasks import Task
from schema.updates import Update


@described
@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    has_next: bool = strawberry.field(name="hasNextPage")
    """Whether more follows behind `endCursor`."""

    has_previous: bool = strawberry.field(name="hasPreviousPage")
    """Whether something stands before `startCursor`."""

    start_cursor: str | None
    """The cursor of the first edge; null on an empty page. Of updates the text of a `Cursor`."""

    end_cursor: str | None
    """The cursor of the last edge, for `after`. Of updates the text of a `Cursor`, on an empty page where
    reading ended."""


@described
@strawberry.type
class OrderEdge:
    """An order and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: Order
    """An order."""


@described
@strawberry.type
class OrderConnection:
    """A page of orders."""

    edges: list[OrderEdge]
    """The orders of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class FusionGroupEdge:
    """A group and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: FusionGroup
    """A group."""


@described
@strawberry.type
class FusionGroupConnection:
    """A page of groups."""

    edges: list[FusionGroupEdge]
    """The groups of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class TaskEdge:
    """A visit and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: Task
    """A visit."""


@described
@strawberry.type
class TaskConnection:
    """A page of visits."""

    edges: list[TaskEdge]
    """The visits of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class CrewEdge:
    """A crew and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: Crew
    """A crew."""


@described
@strawberry.type
class CrewConnection:
    """A page of crews."""

    edges: list[CrewEdge]
    """The crews of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class ReceiptEdge:
    """A receipt and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: Receipt
    """A receipt."""


@described
@strawberry.type
class ReceiptConnection:
    """A page of receipts."""

    edges: list[ReceiptEdge]
    """The receipts of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class CallbackEdge:
    """A callback and its place in the list."""

    cursor: str
    """Its place, for `after` of the same list."""

    node: Callback
    """A callback."""


@described
@strawberry.type
class CallbackConnection:
    """A page of callbacks."""

    edges: list[CallbackEdge]
    """The callbacks of this page, newest first."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class ExchangeEdge:
    """An exchange and its place in the list."""

    cursor: str
    """Its place, for `after` and `before` of the same list in the same sort."""

    node: Exchange
    """An exchange."""


@described
@strawberry.type
class ExchangeConnection:
    """A page of exchanges."""

    edges: list[ExchangeEdge]
    """The exchanges of this page, in the order of the list."""

    page_info: PageInfo
    """Where this page stands."""


@described
@strawberry.type
class UpdateEdge:
    """An update and its place in the event log."""

    cursor: Cursor
    """Its place, for `after` of every feed."""

    node: Update
    """The update."""


@described
@strawberry.type
class UpdateConnection:
    """A page of updates, oldest first.

    With a filter that lets little through a page may be short, or empty, and yet have a next one: go on
    from `endCursor`.
    """

    edges: list[UpdateEdge]
    """The updates of this page, in the order of the log."""

    page_info: PageInfo
    """Where this page stands."""
