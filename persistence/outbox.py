"""Dealing out what is to be sent: several processes take from one table, and a lease says who has what.

A row comes and goes with its group (``projection``); only its last columns are written here. Whoever dies with a
row in hand loses it when the lease ends.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.outbox import Errand, Topic
from domain.values import GroupId, OrderNumber
from persistence.database import Database, Record
from persistence.documents import instant, json_text

_FREE: Final = """o.topic = $1 AND o.due_at <= $2 AND (o.leased_until IS NULL OR o.leased_until <= $2)
    AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.topic = o.topic AND e.lane = o.lane AND e.seq < o.seq)"""
_SHOWN: Final = "id, group_id, order_number, topic, due_at, urgent, tries, progress, holder"
_PICKED: Final = f"SELECT o.id FROM outbox o WHERE {_FREE} {{only}} ORDER BY o.urgent DESC, o.due_at LIMIT $5"  # noqa: S608 - names of our own tables
_TAKE: Final = f"""UPDATE outbox SET leased_until = $3, holder = $4, tries = tries + 1
    WHERE id {{among}} RETURNING {_SHOWN}"""  # noqa: S608 - as above
_AMONG: Final = f"= ANY(ARRAY({_PICKED} FOR UPDATE OF o SKIP LOCKED))"
"""An array is made once; a bare subquery may be run again for each row, and then more are taken than were wanted."""
_NEXT: Final = """SELECT min(due_at) AS due_at FROM outbox
    WHERE topic = $1 AND due_at > $2 AND (leased_until IS NULL OR leased_until <= $2)"""
_PUT_BACK: Final = """UPDATE outbox SET due_at = CASE WHEN due_at = $5 THEN $3 ELSE due_at END, progress = $4,
    leased_until = NULL, holder = NULL WHERE id = $1 AND holder = $2 RETURNING id"""
"""An errand that was hastened meanwhile stays due."""
_HASTEN: Final = "UPDATE outbox SET due_at = $2 WHERE id = $1 RETURNING id"


class SqlOutbox:
    """The outbox over SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, topic: Topic, now: datetime, until: datetime, limit: int, *, urgent_only: bool = False
    ) -> Sequence[Errand]:
        """Errands due by now which nobody holds, the urgent first; held until ``until``."""
        among = f"IN ({_PICKED})" if self._database.is_sqlite else _AMONG
        statement = _TAKE.format(among=among.format(only="AND o.urgent" if urgent_only else ""))
        holder = secrets.token_hex(8)
        rows = await self._database.change(statement, topic.value, now, until, holder, limit)
        taken = [_errand(row) for row in rows]
        return sorted(taken, key=lambda errand: (not errand.urgent, errand.due_at))

    async def next_due(self, topic: Topic, now: datetime) -> datetime | None:
        """When the next errand which nobody holds is due; null when there is none."""
        rows = await self._database.fetch(_NEXT, topic.value, now)
        found = rows[0]["due_at"]
        return instant(found) if found is not None else None

    async def put_back(self, errand: Errand, due_at: datetime, progress: Mapping[str, Any]) -> bool:
        """Give an errand back for later, with a note. False when it is held no more, or done."""
        note = json_text(progress)
        return bool(
            await self._database.change(_PUT_BACK, errand.id, errand.holder, due_at, note, errand.due_at)
        )

    async def hasten(self, id: str, now: datetime) -> bool:  # noqa: A002 - it is the errand's id
        """Make an errand due now, though somebody holds it; false when it is not there."""
        return bool(await self._database.change(_HASTEN, id, now))


def _errand(row: Record) -> Errand:
    return Errand(
        id=row["id"],
        topic=Topic(row["topic"]),
        group=GroupId(row["group_id"]),
        number=OrderNumber(row["order_number"]),
        due_at=instant(row["due_at"]),
        urgent=bool(row["urgent"]),
        tries=row["tries"],
        progress=json.loads(row["progress"]),
        holder=row["holder"],
    )
