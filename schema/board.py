"""Counts for a dashboard, and the one-visit figures."""

from __future__ import annotations

import strawberry

from domain import pages, values
from engine.fields import computed, related
from schema.crews import District
from schema.described import described


@described
@strawberry.type
class OrderStateCount:
    """How many orders are in a state."""

    state: values.OrderState
    """The state."""

    count: int
    """How many."""


@described
@strawberry.type
class DistrictCount:
    """What is open in one district."""

    district: District = related("district", by="district_code")
    """The district."""

    open_orders: int
    """Orders that are not final."""

    open_tasks: int
    """Visits with an open item."""

    held: int
    """Orders that are HELD."""


def states_of(board: pages.Board, _scope: object) -> list[OrderStateCount]:
    """The counts, in the order of an order's life."""
    counts = board.orders_by_state
    return [OrderStateCount(state=s, count=counts[s]) for s in values.OrderState if counts.get(s)]


@described
@strawberry.type
class Board:
    """Counts of what the caller may see and the filter lets through. For every role."""

    orders_by_state: list[OrderStateCount] = computed(states_of)
    """How many orders are in each state; states without any are left out."""

    by_district: list[DistrictCount]
    """What is open in each district, by its code; districts with nothing open are left out."""

    groups_waiting: int
    """Groups that collect."""

    held: int
    """Orders that wait for a decision."""

    jeopardies: int
    """Open groups and orders in jeopardy."""

    overdue: int
    """Open orders whose due time has passed."""

    visits_saved: int
    """Work items less visits, over all groups: what fusing spared the customers."""

    revisits: int
    """Visits which repeat another one."""

    first_visit_success: float | None
    """Share of visited orders which were done in one visit, 0 to 1; null without any."""
