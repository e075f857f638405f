"""One set of dataloaders for each execution, each over a session of its own."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from benchmarks.peers.plain_tables import CrewRow, GroupRow, ItemRow, MemberRow, OrderRow, VisitRow

engine = create_async_engine(
    os.environ["DATABASE"].replace("postgresql:", "postgresql+asyncpg:"), pool_size=10, max_overflow=0
)
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
Load = Callable[[list[Any]], Awaitable[list[Any]]]


def one(model: type[SQLModel], name: str = "id") -> Load:
    """One row for each key."""

    async def load(keys: list[Any]) -> list[Any]:
        async with sessions() as session:
            rows = (await session.exec(select(model).where(getattr(model, name).in_(keys)))).all()
        found = {getattr(row, name): row for row in rows}
        return [found.get(key) for key in keys]

    return load


def many(model: type[SQLModel], name: str, *order: str) -> Load:
    """The rows which belong to each key, in order."""

    async def load(keys: list[Any]) -> list[Any]:
        wanted = select(model).where(getattr(model, name).in_(keys))
        async with sessions() as session:
            rows = (await session.exec(wanted.order_by(*(getattr(model, each) for each in order)))).all()
        found: dict[Any, list[Any]] = {key: [] for key in keys}
        for row in rows:
            found[getattr(row, name)].append(row)
        return [found[key] for key in keys]

    return load


class Loaders:
    """All that a field may ask for."""

    def __init__(self) -> None:
        self.groups = DataLoader[str, Any](one(GroupRow))
        self.groups_by_key = DataLoader[str, Any](one(GroupRow, "key"))
        self.orders = DataLoader[str, Any](one(OrderRow))
        self.tasks = DataLoader[str, Any](one(VisitRow))
        self.crews = DataLoader[str, Any](one(CrewRow))
        self.members = DataLoader[str, Any](one(MemberRow))
        self.orders_of_group = DataLoader[str, Any](many(OrderRow, "group_id", "seq"))
        self.tasks_of_group = DataLoader[str, Any](many(VisitRow, "group_id", "seq"))
        self.items_of_task = DataLoader[str, Any](many(ItemRow, "visit_id", "id"))
        self.members_of_crew = DataLoader[str, Any](many(MemberRow, "crew_id", "name", "id"))
