"""Lists as statements for the hot path: written down once for a question, and asked again without an ORM."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Select, literal_column, select
from sqlalchemy.dialects import sqlite as sqlite_dialects
from sqlalchemy.dialects.postgresql import asyncpg

from domain.access import Scope
from domain.filters import FusionGroupFilter
from domain.pages import Window
from persistence.conditions import GROUPS, of_groups
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
    """A page of groups, with their sort columns and the world's version. Raises BadCursorError."""
    held: ColumnElement[Any] = literal_column(
        unless_held(_HELD, sqlite=sqlite).removesuffix(" AS body")
    ).label("body")
    world: ColumnElement[Any] = literal_column("(SELECT version FROM reference)").label("world")
    columns = (GROUPS.c.id, GROUPS.c.created_at, GROUPS.c.deadline_at, held, world)
    return _question(
        paged(select(*columns).where(*of_groups(wanted, scope)), ordering, window), sqlite=sqlite
    )


def _question(statement: Select[Any], *, sqlite: bool) -> Question:
    """The statement in the words of its database, with numbered parameters."""
    dialect = _SQLITE if sqlite else _POSTGRESQL
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    return Question(str(compiled).replace(f"${_HELD}", f"${len(values) + 1}"), values)
