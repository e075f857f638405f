"""Groups of many days on which everybody did anything, by the real rules, and a database that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from random import Random

from sqlmodel import SQLModel

from domain import commands as c
from domain.commands import Command
from domain.decide import RULES
from domain.groups import Group
from domain.values import OrderNumber, ReasonCode
from persistence.database import Database
from persistence.documents import dump_group, load_group
from persistence.projection import project
from tests import arrivals as make
from tests.domain.trade import Trade, two_products
from tests.domain.wild import Wild

LIKELY: tuple[type[Command], ...] = (
    *RULES,
    *(c.ReportSubTask, c.ClaimWorkItem, c.SubmitReceipt) * 8,
    *(c.IntakeOrder, c.BookAppointment, c.ReturnWorkItem, c.ReopenOrder) * 3,
)
DUE = (None, *((make.NOON + timedelta(hours=hours)).isoformat() for hours in (1, 2, 30)))


class _Dated(Wild):
    """Orders which often share a door or a due time."""

    def order(self) -> dict[str, object]:
        """A payload as Wild draws it, every other one at the same door, due at some time or at none."""
        drawn = {**super().order(), "dueAt": self.one(*DUE)}
        return {**drawn, "address": {"text": make.CULTURE_ROAD}} if self.perhaps() else drawn


@cache
def played(days: int = 24) -> Sequence[Group]:
    """The groups of seeded days, long and short. Each has its own numbers and keys; instants and due times recur."""
    wild = (group for day in range(days) for group in _of_one_day(day, steps=300 if day % 2 else 80))
    return (*wild, *_revisited(days))


def _of_one_day(day: int, steps: int) -> Iterable[Group]:
    chance, trade = Random(day), Trade()
    trade.now += timedelta(minutes=day // 3)
    wild = _Dated(chance.choice, trade)
    for _ in range(steps):
        trade.execute(*wild.command(chance.choice(LIKELY) if trade.groups else c.IntakeOrder))
        if chance.random() < 0.05:
            trade.wait(minutes=chance.choice([1, 8, 40]))
    return [_renamed(group, day) for group in trade.groups.values()]


def _revisited(day: int) -> Iterable[Group]:
    """Two orders at one door which were both returned, and share a second visit, which does one of them."""
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")
    for number in (OrderNumber("N1"), OrderNumber("N2")):
        returned = c.ReturnWorkItem(trade.item_id(number), ReasonCode.CUSTOMER_REFUSED, "x")
        trade.done(returned, trade.actor("Li"))
    for number in (OrderNumber("N1"), OrderNumber("N2")):
        trade.done(c.ReopenOrder(number, "x"))
    trade.claim("Li", "N1")
    trade.finish("N1")
    return [_renamed(group, day) for group in trade.groups.values()]


def _renamed(group: Group, day: int) -> Group:
    """The group with numbers and keys that no other day has, wherever its document names them."""
    return load_group(re.sub(r"\b(N\d|FK-\d)\b", rf"D{day:02}\1", dump_group(group)))


async def keep(database: Database, groups: Iterable[Group]) -> None:
    """Write groups, and what they are found by, as the store would have."""
    async with database.writing() as connection:
        for rows in map(project, groups):
            tables = {"fusion_group": [rows.group]} | {n: [*part.values()] for n, part in rows.parts.items()}
            for name, written in tables.items():
                if written:
                    await connection.execute(SQLModel.metadata.tables[name].insert(), written)
