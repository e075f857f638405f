"""A gateway without its doors: the schema over a fresh SQLite file, asked by whoever a test names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from domain.access import Actor, Scope
from domain.addresses import DistrictNames
from domain.values import CrewId, MemberId, Role
from domain.world import Crew, Member
from engine.operations import Answer, Request
from live.hub import LiveHub
from persistence.callbacks import SqlCallbacks
from persistence.database import Database
from persistence.event_log import SqlEventLog
from persistence.reads import SqlReads
from persistence.reference import SqlReference
from persistence.store import SqlStore
from resolvers.context import Context, Services
from resolvers.root import build_executor

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOOR = "郑州市金水区文化路85号3号楼502室"
OTHER_DOOR = "郑州市金水区花园路1号A座1201"
ERQI_DOOR = "郑州市二七区大学路40号"
EXECUTOR = build_executor()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Bell:
    """Rings the hub of this process."""

    hub: LiveHub | None = None

    def ring(self) -> None:
        if self.hub is not None:
            self.hub.look()


@dataclass(slots=True)
class Office:
    """Everything that serves, and the people who ask."""

    services: Services
    clock: Clock
    hub: LiveHub
    database: Database

    async def ask(self, actor: Actor, document: str, **variables: Any) -> dict[str, Any]:
        """The data; an error fails the test."""
        data, errors = await self.answer(actor, document, **variables)
        assert errors == [], errors
        return data

    async def answer(
        self, actor: Actor, document: str, **variables: Any
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The data and the errors as a client sees them."""
        answer = await EXECUTOR.execute(Request(document, variables), Context(self.services, actor))
        told = orjson.loads(answer.body)
        return told.get("data") or {}, told.get("errors", [])

    async def refusal(self, actor: Actor, document: str, **variables: Any) -> str:
        """The code of the one error."""
        _, errors = await self.answer(actor, document, **variables)
        (error,) = errors
        return str(error["extensions"]["code"])

    async def follow(
        self, actor: Actor, document: str, *, conflating: bool = False, **variables: Any
    ) -> AsyncIterator[Any]:
        """What a subscription answers, one result after the other."""
        request = Request(document, variables, extensions={"conflate": conflating})
        found = await EXECUTOR.subscribe(request, lambda: Context(self.services, actor))
        if isinstance(found, Answer):
            yield orjson.loads(found.body)
            return
        stream: Any = found
        async with aclosing(stream) as answers:
            async for answer in answers:
                yield orjson.loads(answer.body)

    async def refused_to_follow(self, actor: Actor, document: str, extensions: dict[str, Any]) -> str:
        """The answer to a subscription that there is none."""
        request = Request(document, extensions=extensions)
        found = await EXECUTOR.subscribe(request, lambda: Context(self.services, actor))
        assert isinstance(found, Answer)
        return found.body.decode()

    async def take_in(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """The answers to a batch, none of which is an error."""
        data = await self.ask(UPSTREAM, INTAKE, orders=list(orders))
        results: list[dict[str, Any]] = data["intakeOrders"]["results"]
        return results


def member(name: str, crew: str, *, leader: bool = False) -> Actor:
    """A member of a crew as a caller."""
    return Actor(Scope(Role.CREW, MemberId(name), CrewId(crew), leader), name)


UPSTREAM = Actor(Scope(Role.UPSTREAM), "esop")
DISPATCHER = Actor(Scope(Role.DISPATCHER), "desk")
ADMIN = Actor(Scope(Role.ADMIN), "root")
VIEWER = Actor(Scope(Role.VIEWER), "wall")
NMS = Actor(Scope(Role.NMS), "nms")

INTAKE = """mutation($orders: [OrderInput!]!) { intakeOrders(input: {orders: $orders}) { results { __typename
  ... on Refusal { code message } ... on InvalidOrder { number problems { path message } }
  ... on OrderAccepted { duplicate amended warnings order { id number group { id state explain } workItem { id } } }
} } }"""


def order(number: str, text: str = DOOR, *, product: str = "CAMERA", **more: Any) -> dict[str, Any]:
    """An OrderInput with what a test does not care about filled in."""
    customer = {"number": "K1", "name": "豫新商贸", "contactName": "张经理", "contactPhone": "13912345678"}
    base = {"number": number, "action": "ACTIVATION", "product": product, "customer": customer}
    return {**base, "address": {"text": text}, **more}


def fused(key: str, *others: str) -> dict[str, Any]:
    """A FusionInput which names the others."""
    return {"key": key, "relatedCount": len(others), "relatedNumbers": list(others)}


async def furnish(reference: SqlReference) -> dict[str, Actor]:
    """Two districts with a crew each: Wang leads Li and Zhao in 金水区, Sun is alone in 二七区."""
    await reference.save_districts(
        [DistrictNames("410105", "金水区", "郑州市"), DistrictNames("410103", "二七区", "郑州市")]
    )
    people: dict[str, Actor] = {}
    for code, names in (("410105", ("Wang", "Li", "Zhao")), ("410103", ("Sun",))):
        made = await reference.save_crew(Crew(CrewId(""), f"{code}班组", row(code)))
        crew = CrewId(row(made).ids[0])
        ids = [
            row(await reference.save_member(Member(MemberId(""), name, f"1370000{n}{code[2:]}", crew))).ids[0]
            for n, name in enumerate(names)
        ]
        await reference.save_crew(Crew(crew, f"{code}班组", row(code), None, ids[0]))
        for place, (name, own) in enumerate(zip(names, ids, strict=True)):
            people[name] = Actor(Scope(Role.CREW, MemberId(own), crew, place == 0), own)
    return people


def row(value: Any) -> Any:
    """A value whose type the test knows."""
    return value


def services_over(database: Database, clock: Clock, hub: LiveHub, bell: Bell) -> Services:
    """The ports over one database."""
    log, reads = SqlEventLog(database), SqlReads(database)
    store, reference = SqlStore(database, bell, clock=clock), SqlReference(database)
    return Services(store, reads, log, hub, reference, SqlCallbacks(database), clock)
