"""Lists as statements for the hot path: written down once for a question, and asked again without an ORM."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Select, func, literal_column, select
from sqlalchemy.dialects import sqlite as sqlite_dialects
from sqlalchemy.dialects.postgresql import asyncpg

from domain.access import Scope
from domain.filters import FusionGroupFilter, OrderFilter, ReceiptFilter, TaskFilter
from domain.pages import Window
from domain.values import CrewId
from persistence.conditions import (
    GROUPS,
    ORDERS,
    RECEIPTS,
    TASKS,
    of_groups,
    of_orders,
    of_receipts,
    of_tasks,
)
from persistence.pages import Ordering, paged
from persistence.statements import unless_held

MOST_QUESTIONS: Final = 500
_HELD: Final = 999_999
"""Stands for the parameter of the held revisions until it is known how many come before it."""
_POSTGRESQL: Final[Dialect] = asyncpg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy has left it so
_SQLITE: Final[Dialect] = sqlite_dialects.dialect(paramstyle="numeric_dollar")


@dataclass(frozen=True, slots=True)
class Question:
    """A statement, and the values of its parameters but for the last: the revisions that are held."""

    statement: str
    values: tuple[Any, ...]


class Found:
    """Which groups a question found when it was last asked: these are likely to be found again."""

    def __init__(self) -> None:
        self._ids: OrderedDict[Question, Sequence[str]] = OrderedDict()

    def get(self, question: Question, default: Sequence[str]) -> Sequence[str]:
        """The ids of those groups."""
        return self._ids.get(question, default)

    def keep(self, question: Question, ids: Sequence[str]) -> None:
        """Remember them."""
        self._ids[question] = ids
        self._ids.move_to_end(question)
        if len(self._ids) > MOST_QUESTIONS:
            self._ids.popitem(last=False)


@lru_cache(maxsize=MOST_QUESTIONS)
def groups_question(
    wanted: FusionGroupFilter, ordering: Ordering, window: Window, scope: Scope, *, sqlite: bool
) -> Question:
    """A page of groups. Raises BadCursorError, as all of these do."""
    found = _shown(GROUPS.c.created_at, GROUPS.c.deadline_at, sqlite=sqlite).where(*of_groups(wanted, scope))
    return _question(paged(found, ordering, window), sqlite=sqlite)


@lru_cache(maxsize=MOST_QUESTIONS)
def orders_question(
    wanted: OrderFilter, ordering: Ordering, window: Window, scope: Scope, *, sqlite: bool
) -> Question:
    """A page of orders."""
    found = _shown(ORDERS.c.number, ORDERS.c.received_at, ORDERS.c.due_at, sqlite=sqlite)
    found = found.join(ORDERS, ORDERS.c.group_id == GROUPS.c.id).where(*of_orders(wanted, scope))
    return _question(paged(found, ordering, window), sqlite=sqlite)


@lru_cache(maxsize=MOST_QUESTIONS)
def tasks_question(
    wanted: TaskFilter, ordering: Ordering, window: Window, scope: Scope, *, sqlite: bool
) -> Question:
    """A page of visits."""
    found = _tasks(sqlite=sqlite).where(*of_tasks(wanted, scope))
    return _question(paged(found, ordering, window), sqlite=sqlite)


@lru_cache(maxsize=MOST_QUESTIONS)
def tasks_of_crews_question(
    crews: tuple[CrewId, ...],
    wanted: TaskFilter,
    ordering: Ordering,
    window: Window,
    scope: Scope,
    *,
    sqlite: bool,
) -> Question:
    """A page of visits for each of the crews, one behind the other."""
    place = func.row_number().over(partition_by=TASKS.c.crew_id, order_by=ordering.sorted(backward=False))
    own = TASKS.c.crew_id.in_([str(crew) for crew in crews])
    ranked = select(TASKS.c.id, place.label("place")).where(own, *of_tasks(wanted, scope))
    if window.after is not None:
        ranked = ranked.where(ordering.beyond(window.after, behind=True))
    few = ranked.subquery()
    found = _tasks(sqlite=sqlite).join(few, few.c.id == TASKS.c.id).where(few.c.place <= window.size + 1)
    return _question(found.order_by(*ordering.sorted(backward=False)), sqlite=sqlite)


@lru_cache(maxsize=MOST_QUESTIONS)
def receipts_question(wanted: ReceiptFilter, ordering: Ordering, window: Window, *, sqlite: bool) -> Question:
    """A page of receipts."""
    found = _shown(RECEIPTS.c.id.label("receipt"), RECEIPTS.c.order_number, RECEIPTS.c.at, sqlite=sqlite)
    found = found.join(RECEIPTS, RECEIPTS.c.group_id == GROUPS.c.id).where(*of_receipts(wanted))
    return _question(paged(found, ordering, window), sqlite=sqlite)


def _tasks(*, sqlite: bool) -> Select[Any]:
    task, when = TASKS.c.id.label("task"), (TASKS.c.created_at, TASKS.c.due_at, TASKS.c.appointment_at)
    found = _shown(task, TASKS.c.crew_id, *when, sqlite=sqlite)
    return found.join(TASKS, TASKS.c.group_id == GROUPS.c.id)


def _shown(*columns: ColumnElement[Any], sqlite: bool) -> Select[Any]:
    """Those columns, the group with its document if it is not held, and the world's version."""
    body = unless_held(_HELD, sqlite=sqlite).removesuffix(" AS body")
    held: ColumnElement[Any] = literal_column(body).label("body")
    world: ColumnElement[Any] = literal_column("(SELECT version FROM reference)").label("world")
    return select(GROUPS.c.id, *columns, held, world).select_from(GROUPS)


def _question(statement: Select[Any], *, sqlite: bool) -> Question:
    """The statement in the words of its database, with numbered parameters."""
    dialect = _SQLITE if sqlite else _POSTGRESQL
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    return Question(str(compiled).replace(f"${_HELD}", f"${len(values) + 1}"), values)
