"""Pages of lists, by keyset: which part is asked for, and what comes back. And the rows that no group holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from domain.values import DistrictCode, ExchangeDirection, OrderNumber, OrderState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """The first ``size`` rows strictly between two rows of a list, or with ``backward`` the last ``size`` of them.

    ``after`` and ``before`` are the ``cursor`` of edges of an earlier page of the same list in the same sort.
    """

    size: int
    after: str | None = None
    before: str | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """A row and its place in the list, as opaque text."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list in the list's own order, also where it was asked for backward."""

    edges: tuple[Edge[T], ...] = ()
    has_next: bool = False
    has_previous: bool = False
    ends_at: str | None = None

    @property
    def page_info(self) -> Page[T]:
        """Where it stands: itself."""
        return self

    @property
    def start_cursor(self) -> str | None:
        """The cursor of its first edge."""
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        """Where to go on: ``ends_at`` where reading went further than the last edge, else that edge's cursor."""
        return self.ends_at or (self.edges[-1].cursor if self.edges else None)


@dataclass(frozen=True, slots=True)
class Span:
    """Up to ``size`` rows of a list behind its first ``offset``."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """The rows of a span, and how many the whole list has."""

    rows: tuple[T, ...]
    total: int


class BadCursorError(ValueError):
    """A cursor which no page of this list in this sort has given out."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing that went over the line, 派发 to us or 回复 from us. ``id`` is ``"<order number>/<n>"``."""

    id: str
    number: OrderNumber
    direction: ExchangeDirection
    kind: str
    body: Any
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DistrictCount:
    """What is open in one district."""

    district_code: DistrictCode
    open_orders: int
    open_tasks: int
    held: int


@dataclass(frozen=True, slots=True)
class Board:
    """Counts of what a caller may see. ``first_visit_success`` is null where no order has been visited."""

    orders_by_state: Mapping[OrderState, int] = field(default_factory=dict)
    by_district: tuple[DistrictCount, ...] = ()
    groups_waiting: int = 0
    held: int = 0
    jeopardies: int = 0
    overdue: int = 0
    visits_saved: int = 0
    revisits: int = 0
    first_visit_success: float | None = None
