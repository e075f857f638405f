"""The slice of the contract in strawberry's words: a field that an update already holds is shown, any other loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import strawberry

from benchmarks.peers.plain_loaders import Loaders
from benchmarks.peers.plain_tables import GroupRow, ItemRow, MemberRow, OrderRow, VisitRow

Info = strawberry.Info[Any, Any]


@dataclass
class Snapshot:
    """What an update shows of a group, read once for all who follow it."""

    group: GroupRow
    orders: list[OrderRow]
    tasks: list[VisitRow]
    items: dict[str, list[ItemRow]]
    members: dict[str, MemberRow] = field(default_factory=dict)


def loaders(info: Info) -> Loaders:
    """Those of this execution."""
    own: Loaders = info.context["loaders"]
    return own


@strawberry.type
class Product:
    """What is ordered."""

    code: str


@strawberry.type
class District:
    """A district."""

    code: str


@strawberry.type
class Address:
    """An install address."""

    text: str
    district: District | None


@strawberry.type
class Appointment:
    """When the customer is visited."""

    starts_at: str


@strawberry.type
class Member:
    """A member of a crew."""

    name: str
    phone: str


@strawberry.type
class Crew:
    """A crew."""

    id: strawberry.ID
    district: District

    @strawberry.field
    async def members(self, info: Info) -> list[Member]:
        rows = await loaders(info).members_of_crew.load(self.id)
        return [Member(name=row.name, phone=row.phone) for row in rows]


@strawberry.type
class Order:
    """An order."""

    id: strawberry.ID
    number: str
    product: Product
    action: str
    state: str
    address: Address
    requirement: str | None
    assurance_level: str


@strawberry.type
class WorkItem:
    """An order's share in a visit."""

    id: strawberry.ID
    state: str
    row: strawberry.Private[ItemRow]
    known: strawberry.Private[Snapshot | None] = None

    @strawberry.field
    async def claimant(self, info: Info) -> Member | None:
        if self.row.claimant_id is None:
            return None
        if self.known is not None:
            row = self.known.members[self.row.claimant_id]
        else:
            row = await loaders(info).members.load(self.row.claimant_id)
        return Member(name=row.name, phone=row.phone)

    @strawberry.field
    async def order(self, info: Info) -> Order:
        return order_of(await loaders(info).orders.load(self.row.order_id))

    @strawberry.field
    async def task(self, info: Info) -> Task:
        return task_of(await loaders(info).tasks.load(self.row.visit_id))


@strawberry.type
class Task:
    """A visit."""

    id: strawberry.ID
    state: str
    address: Address
    district: District | None
    appointment: Appointment | None
    row: strawberry.Private[VisitRow]
    known: strawberry.Private[Snapshot | None] = None

    @strawberry.field
    async def crew(self, info: Info) -> Crew | None:
        if self.row.crew_id is None:
            return None
        row = await loaders(info).crews.load(self.row.crew_id)
        return Crew(id=row.id, district=District(code=row.district))

    @strawberry.field
    async def items(self, info: Info) -> list[WorkItem]:
        own = self.known
        rows = own.items[self.id] if own else await loaders(info).items_of_task.load(self.id)
        return [item_of(row, own) for row in rows]


@strawberry.type
class FusionGroup:
    """A fusion group."""

    id: strawberry.ID
    key: str
    state: str
    expected_numbers: list[str]
    known: strawberry.Private[Snapshot | None] = None

    @strawberry.field
    async def orders(self, info: Info) -> list[Order]:
        own = self.known
        rows = own.orders if own else await loaders(info).orders_of_group.load(self.id)
        return [order_of(row) for row in rows]

    @strawberry.field
    async def tasks(self, info: Info) -> list[Task]:
        own = self.known
        rows = own.tasks if own else await loaders(info).tasks_of_group.load(self.id)
        return [task_of(row, own) for row in rows]


def group_of(row: GroupRow, known: Snapshot | None = None) -> FusionGroup:
    """A row as the type shows it."""
    return FusionGroup(
        id=strawberry.ID(row.id),
        key=row.key,
        state=row.state,
        expected_numbers=row.expected_numbers,
        known=known,
    )


def order_of(row: OrderRow) -> Order:
    """A row as the type shows it."""
    return Order(
        id=strawberry.ID(row.id),
        number=row.number,
        product=Product(code=row.product),
        action=row.action,
        state=row.state,
        address=_address(row),
        requirement=row.requirement,
        assurance_level=row.assurance_level,
    )


def task_of(row: VisitRow, known: Snapshot | None = None) -> Task:
    """A row as the type shows it."""
    return Task(
        id=strawberry.ID(row.id),
        state=row.state,
        address=_address(row),
        district=District(code=row.district) if row.district else None,
        appointment=Appointment(starts_at=row.starts_at) if row.starts_at else None,
        row=row,
        known=known,
    )


def item_of(row: ItemRow, known: Snapshot | None = None) -> WorkItem:
    """A row as the type shows it."""
    return WorkItem(id=strawberry.ID(row.id), state=row.state, row=row, known=known)


def _address(row: OrderRow | VisitRow) -> Address:
    return Address(text=row.address, district=District(code=row.district) if row.district else None)
