"""Kinds of columns: keys, instants, indexes over a part of the rows, alike on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, Table, Text, TypeDecorator, text
from sqlmodel import Field, SQLModel

BigId = BigInteger().with_variant(Integer, "sqlite")
Key = Text().with_variant(Text(collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC, on SQLite too, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; an instant without a zone is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give an aware instant")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC on the way out."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table(model: type[SQLModel]) -> Table:
    """The table of a row class."""
    found: Table = model.__table__  # type: ignore[attr-defined]  # sqlmodel adds it to classes with table=True
    return found


def instant_column(**options: Any) -> Any:
    """A field that holds an instant."""
    return Field(sa_type=Instant, **options)


def key_column(**options: Any) -> Any:
    """A field that holds an identifier."""
    return Field(sa_type=Key, **options)


def text_column(**options: Any) -> Any:
    """A field that holds a text."""
    return Field(sa_type=Text, **options)


def partial_index(name: str, *columns: str, only: str) -> Index:
    """An index over the rows of which ``only`` is true, on both databases."""
    condition = text(only)
    return Index(name, *columns, postgresql_where=condition, sqlite_where=condition)
