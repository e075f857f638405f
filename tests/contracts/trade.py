"""A small piece of the trade for the contracts of the store: two districts, their crews, and orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.access import Actor, Scope
from domain.addresses import DistrictNames
from domain.catalogue import DEFAULT_PRODUCTS
from domain.commands import ClaimWorkItem, IntakeOrder
from domain.intake import read_order
from domain.ports import Saved
from domain.values import CrewId, DistrictCode, GroupId, ItemId, MemberId, ProductCode, Role, SubTaskId
from domain.world import Crew, Member, World
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.groups import SqlGroupReader
from persistence.reference import SqlReference
from persistence.store import SqlStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
JINSHUI = DistrictNames("410105", "金水区", "郑州市", ("金水",))
ERQI = DistrictNames("410103", "二七区", "郑州市")
UPSTREAM = Actor(Scope(Role.UPSTREAM), "esop")
WORLD = World(
    districts={DistrictCode(d.code): d for d in (JINSHUI, ERQI)},
    products={ProductCode(p.code): p for p in DEFAULT_PRODUCTS},
)
"""What an order is checked against when it is read; the store decides by the world of its own database."""
DISPATCHER = Actor(Scope(Role.DISPATCHER), "desk")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Bell:
    """Counts its rings."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1


@dataclass(slots=True)
class Gateway:
    """Everything that one gateway process has of the persistence room."""

    database: Database
    clock: Clock
    bell: Bell
    store: SqlStore
    log: SqlEventLog
    reference: SqlReference
    groups: SqlGroupReader

    async def take_in(self, *commands: IntakeOrder) -> None:
        """Receive orders, none of which is refused."""
        for command in commands:
            outcome = await self.store.execute(command, UPSTREAM)
            assert outcome.refusal is None, outcome.refusal

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """What a statement finds; single columns as plain values."""
        found: Any = await self.database.fetch(statement, *values)
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    async def crew_with(self, *names: str, district: str = "410105") -> tuple[CrewId, list[Actor]]:
        """A new crew of a district, and its members as callers."""
        saved = await self.reference.save_crew(crew(district=district))
        assert isinstance(saved, Saved)
        found = CrewId(saved.ids[0])
        return found, [await self.member_of(found, name) for name in names]

    async def member_of(self, crew_: CrewId, name: str) -> Actor:
        """A new member of a crew, as a caller."""
        saved = await self.reference.save_member(member(name, crew_))
        assert isinstance(saved, Saved)
        return Actor(Scope(Role.CREW, MemberId(saved.ids[0]), crew_), saved.ids[0])

    async def group(self, id_: str) -> Any:
        """A group that is there."""
        return (await self.groups.groups([GroupId(id_)]))[GroupId(id_)]


def gateway(database: Database) -> Gateway:
    """A gateway's persistence over an open database."""
    clock, bell = Clock(), Bell()
    store = SqlStore(database, bell, clock=clock)
    reference, reader = SqlReference(database), SqlGroupReader(database)
    return Gateway(database, clock, bell, store, SqlEventLog(database), reference, reader)


def crew(name: str = "集客施工班组", district: str = "410105", known: str = "") -> Crew:
    return Crew(CrewId(known), name, DistrictCode(district))


def member(name: str, of: str, known: str = "", *, active: bool = True) -> Member:
    return Member(MemberId(known), name, "13800001234", CrewId(of), active=active, skills=("fibre",))


def order(number: str, *others: str, key: str | None = None, **changes: Any) -> IntakeOrder:
    """An order of enterprise broadband at one address in 410105; with a key it fuses with the others."""
    fields: dict[str, Any] = {
        "number": number,
        "action": "ACTIVATION",
        "product": "ENT_BROADBAND",
        "customer": {
            "number": "K1",
            "name": "河南某公司",
            "contactName": "王经理",
            "contactPhone": "13900005678",
        },
        "address": {"text": "郑州市金水区文化路85号3号楼502室", "districtCode": "410105"},
        "extra": {"渠道": "ESOP"},
    }
    if key is not None:
        fields["fusion"] = {
            "key": key,
            "fused": True,
            "relatedCount": len(others),
            "relatedNumbers": [*others],
        }
    return read(fields | changes)


def read(fields: Mapping[str, Any]) -> IntakeOrder:
    """The command for an order's fields, which have no fault."""
    command = read_order(fields, WORLD)
    assert isinstance(command, IntakeOrder), command
    return command


def claim(number: str) -> ClaimWorkItem:
    return ClaimWorkItem(ItemId(f"{number}/1"))


def sub_task(number: str, kind: str) -> SubTaskId:
    return SubTaskId(f"{number}/{kind}")
