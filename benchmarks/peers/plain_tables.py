"""The peers' tables as an ORM maps them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

SCHEMA = {"schema": "peer"}


class GroupRow(SQLModel, table=True):
    """A fusion group."""

    __tablename__ = "fusion_group"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    seq: int
    key: str
    state: str
    expected_numbers: list[Any] = Field(sa_column=Column(JSON))


class OrderRow(SQLModel, table=True):
    """An order."""

    __tablename__ = "work_order"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    group_id: str
    seq: int
    number: str
    product: str
    action: str
    state: str
    address: str
    district: str | None
    requirement: str | None
    assurance_level: str


class VisitRow(SQLModel, table=True):
    """A visit."""

    __tablename__ = "visit"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    group_id: str
    seq: int
    state: str
    address: str
    district: str | None
    starts_at: str | None
    crew_id: str | None


class ItemRow(SQLModel, table=True):
    """A work item."""

    __tablename__ = "work_item"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    visit_id: str
    order_id: str
    state: str
    claimant_id: str | None


class CrewRow(SQLModel, table=True):
    """A crew."""

    __tablename__ = "crew"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    district: str


class MemberRow(SQLModel, table=True):
    """A member of a crew."""

    __tablename__ = "member"
    __table_args__ = SCHEMA
    id: str = Field(primary_key=True)
    crew_id: str
    name: str
    phone: str


class EntryRow(SQLModel, table=True):
    """A line of the log."""

    __tablename__ = "entry"
    __table_args__ = SCHEMA
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    item_id: str
