"""The board: counts over the tables by which things are found, of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Scope
from domain.filters import BoardFilter
from domain.pages import Board, DistrictCount
from domain.values import DistrictCode, GroupState, OrderState, TaskState, WorkItemState
from persistence.conditions import GROUPS, ITEMS, ORDERS, TASKS, Condition, any_of, visible

CLOSED = (
    OrderState.COMPLETED,
    OrderState.PARTIAL,
    OrderState.FAILED,
    OrderState.CANCELLED,
    OrderState.REJECTED,
)
OVER = (TaskState.COMPLETED, TaskState.UNABLE_TO_COMPLETE, TaskState.PARTIAL, TaskState.CANCELLED)


async def board(connection: AsyncConnection, wanted: BoardFilter, scope: Scope, now: datetime) -> Board:
    """Six statements of one moment, whatever the number of rows."""
    counted = list(_orders(wanted, scope))
    states = (await connection.execute(_states(counted))).all()
    totals = (await connection.execute(_totals(counted, now))).one()
    visits = (await connection.execute(_visits(counted))).one()
    districts = (await connection.execute(_districts(counted))).all()
    tasks = {row[0]: row[1] for row in (await connection.execute(_tasks(counted))).all()}
    waiting = (await connection.execute(_waiting(counted))).scalar_one()
    return Board(
        orders_by_state={OrderState(row.state): row.count for row in states},
        by_district=tuple(
            DistrictCount(
                DistrictCode(row.district_code), row.open, tasks.get(row.district_code, 0), row.held
            )
            for row in districts
        ),
        groups_waiting=waiting,
        held=totals.held or 0,
        jeopardies=totals.jeopardies or 0,
        overdue=totals.overdue or 0,
        visits_saved=(visits.items or 0) - (visits.tasks or 0),
        revisits=visits.revisits or 0,
        first_visit_success=totals.once / totals.visited if totals.visited else None,
    )


def _orders(wanted: BoardFilter, scope: Scope) -> Iterator[Condition]:
    yield from any_of(ORDERS.c.district_code, wanted.district_codes)
    yield from any_of(ORDERS.c.product, wanted.products)
    yield from any_of(ORDERS.c.assurance_level, wanted.assurance_levels)
    if wanted.received_from is not None:
        yield ORDERS.c.received_at >= wanted.received_from
    if wanted.received_to is not None:
        yield ORDERS.c.received_at < wanted.received_to
    yield from visible(ORDERS.c.group_id, scope)


def _count(condition: Condition) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _is_open() -> Condition:
    return ORDERS.c.state.not_in(CLOSED)


def _states(counted: list[Condition]) -> Select[Any]:
    return select(ORDERS.c.state, func.count().label("count")).where(*counted).group_by(ORDERS.c.state)


def _totals(counted: list[Condition], now: datetime) -> Select[Any]:
    done = ORDERS.c.state.in_((OrderState.COMPLETED, OrderState.PARTIAL, OrderState.FAILED))
    visited = done & (ORDERS.c.visits > 0)
    success = (ORDERS.c.state == OrderState.COMPLETED) & (ORDERS.c.visits == 1)
    return select(
        _count(ORDERS.c.hold_cause.is_not(None) & _is_open()).label("held"),
        _count(ORDERS.c.jeopardy.is_not(None) & _is_open()).label("jeopardies"),
        _count((ORDERS.c.due_at < now) & _is_open()).label("overdue"),
        _count(visited).label("visited"),
        _count(success).label("once"),
    ).where(*counted)


def _visits(counted: list[Condition]) -> Select[Any]:
    """Items and the visits that they are in; a revisit repeats an earlier visit."""
    live = ITEMS.c.state != WorkItemState.CANCELLED
    columns: tuple[ColumnElement[Any], ...] = (
        func.count().label("items"),
        func.count(func.distinct(ITEMS.c.task_id)).label("tasks"),
        func.count(func.distinct(case((TASKS.c.revisit, ITEMS.c.task_id)))).label("revisits"),
    )
    return (
        select(*columns)
        .join_from(ITEMS, ORDERS, ITEMS.c.order_number == ORDERS.c.number)
        .join(TASKS, TASKS.c.id == ITEMS.c.task_id)
        .where(live, *counted)
    )


def _districts(counted: list[Condition]) -> Select[Any]:
    return (
        select(
            ORDERS.c.district_code,
            func.count().label("open"),
            _count(ORDERS.c.hold_cause.is_not(None)).label("held"),
        )
        .where(_is_open(), ORDERS.c.district_code.is_not(None), *counted)
        .group_by(ORDERS.c.district_code)
        .order_by(ORDERS.c.district_code)
    )


def _tasks(counted: list[Condition]) -> Select[Any]:
    share = select(ITEMS.c.id).join(ORDERS, ITEMS.c.order_number == ORDERS.c.number)
    mine = share.where(ITEMS.c.task_id == TASKS.c.id, *counted).exists()
    return (
        select(TASKS.c.district_code, func.count())
        .where(TASKS.c.state.not_in(OVER), TASKS.c.district_code.is_not(None), mine)
        .group_by(TASKS.c.district_code)
    )


def _waiting(counted: list[Condition]) -> Select[Any]:
    mine = select(ORDERS.c.number).where(ORDERS.c.group_id == GROUPS.c.id, *counted).exists()
    return select(func.count()).where(GROUPS.c.state.in_((GroupState.COLLECTING, GroupState.HELD)), mine)
