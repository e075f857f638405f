"""Days on which everybody did anything, in a database with its people and its log, and values to ask for them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import SQLModel

from domain.callbacks import CallbackSource, CallbackStatus, Finding, received
from domain.groups import Group
from domain.ports import Cursor
from domain.values import UpdateKind
from persistence.callbacks import SqlCallbacks
from persistence.database import Database
from persistence.migrations import migrate
from schema.node import encode_id
from schema.scalars import write_cursor
from tests.arrivals import NOON
from tests.contracts.played import keep, played
from tests.people import world

DAYS = 3
EPOCH = "epoch"


def ids() -> list[str]:
    """Global ids of everything, and some of nothing."""
    found: list[str] = [encode_id("Crew", id_) for id_ in world().crews]
    found += [encode_id("Member", id_) for id_ in world().members]
    found += [encode_id("District", "410105"), encode_id("Product", "CAMERA"), encode_id("Order", "?"), "?"]
    for group in played(DAYS):
        found += [encode_id("FusionGroup", group.id), *(encode_id("Order", id_) for id_ in group.orders)]
        found += [encode_id("Task", id_) for id_ in group.tasks]
        found += [encode_id("WorkItem", id_) for id_ in group.items]
        found += [encode_id("Appointment", a.id) for task in group.tasks.values() for a in task.appointments]
        found += [encode_id("Receipt", r.id) for order in group.orders.values() for r in order.receipts]
    return found


IDS = ids()
NUMBERS = [number for group in played(DAYS) for number in group.orders]
KEYS = [group.key for group in played(DAYS)]
TEXTS: Mapping[str, Sequence[Any]] = {
    "key": KEYS,
    "number": [*NUMBERS, "none"],
    "districtCode": ["410105", "410103", "000000"],
    "prefecture": ["郑州市", "?"],
    "after": ["no cursor", ""],
    "before": ["no cursor"],
    "evidence": [{"serial": "C-1", "channel_count": 4, "picture_test": True}],
}
SCALARS: Mapping[str, Sequence[Any]] = {
    "ID": IDS,
    "Int": [0, 1, 1, 2, 2, 3, 3, 201, -1],
    "Float": [0.5, 1, -2.5],
    "Boolean": [True, False],
    "String": [*KEYS[:3], *NUMBERS[:3], "410105", "CAMERA", "", "文化路", 'a "quoted" text'],
    "DateTime": ["2026-11-23T12:00:00Z", "2026-11-24T14:30:00.25+08:00", "2026-11-23T00:00:00Z"],
    "Cursor": [
        write_cursor(Cursor(EPOCH, 0)),
        write_cursor(Cursor(EPOCH, 40)),
        write_cursor(Cursor("other", 1)),
    ],
    "JSON": [{"serial": "C-1", "n": 1.5}, {}, {"deep": [1, None]}],
}


def pool(name: str, type_name: str) -> Sequence[Any]:
    """Values that mostly mean something in the played days."""
    if type_name in {"String", "JSON"} and name in TEXTS:
        return TEXTS[name]
    if type_name == "ID" and name.endswith("Id"):
        kind = {"item": "WorkItem", "task": "Task", "order": "Order"}.get(name.removesuffix("Id"))
        named = [id_ for id_ in IDS if kind is not None and id_.startswith(encode_id(kind, "")[:4])]
        return named or IDS
    return SCALARS[type_name]


async def furnish(path: Path) -> None:
    """Fill a database with the played days, the people of the tests, and a log of what happened."""
    here = world()
    rows: dict[str, list[dict[str, Any]]] = {
        "districts": [
            {"code": d.code, "name": d.name, "prefecture": d.prefecture, "aliases": [*d.aliases]}
            for d in here.districts.values()
        ],
        "crews": [
            {"id": c.id, "name": c.name, "district_code": c.district_code, "leader_id": c.leader}
            for c in here.crews.values()
        ],
        "members": [
            {
                "id": m.id,
                "name": m.name,
                "phone": m.phone,
                "crew_id": m.crew,
                "active": True,
                "skills": ["fibre"],
            }
            for m in here.members.values()
        ],
        "entries": [entry for group in played(DAYS) for entry in _entries(group)],
        "exchanges": [exchange for group in played(DAYS) for exchange in _exchanges(group)],
    }
    async with Database(f"sqlite:///{path}") as database:
        await migrate(database)
        await keep(database, played(DAYS))
        async with database.writing() as connection:
            tables = SQLModel.metadata.tables
            await connection.execute(tables["districts"].delete())
            await connection.execute(tables["log"].update().values(epoch=EPOCH))
            for name, written in rows.items():
                await connection.execute(tables[name].insert(), written)
        for n, number in enumerate(NUMBERS[:5]):
            finding = Finding(CallbackStatus.NEW, "", f"{number}#A1")
            report = received(CallbackSource.API, "event", "{}", NOON, event_id=f"e{n}", finding=finding)
            await SqlCallbacks(database).record(report)


def _entries(group: Group) -> Iterable[dict[str, Any]]:
    """Lines of the log, for one thing or another that is in the group."""
    chance = Random(group.id)
    for revision in range(1, 1 + min(group.revision, 6)):
        yield {
            "group_id": group.id,
            "revision": revision,
            "kind": chance.choice([*UpdateKind]),
            "at": group.created_at + timedelta(minutes=revision),
            "actor": "crew:Li",
            "order_number": chance.choice([None, *group.orders]),
            "task_id": chance.choice([None, *group.tasks]),
            "item_id": chance.choice([None, *group.items]),
            "detail": '{"n": 1, "first_contact": null}',
        }


def _exchanges(group: Group) -> Iterable[dict[str, Any]]:
    for number in group.orders:
        for direction in ("DISPATCH", "REPLY"):
            yield {
                "order_number": number,
                "group_id": group.id,
                "direction": direction,
                "kind": "intakeOrders",
                "status": "accepted",
                "body": '{"number": "N1", "phone": "13800001234"}',
                "at": group.created_at,
            }
