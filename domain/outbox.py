"""What is still to be sent to other systems. It lives in the database, written with what caused it.

An errand is there for as long as the group says that something is open. Whoever takes it holds it under a lease;
a process that dies loses the lease, not the errand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from domain.values import GroupId, OrderNumber


class Topic(StrEnum):
    """To whom."""

    NETWORK = "NETWORK"
    UPSTREAM = "UPSTREAM"


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to send. ``id`` is the correlation key of an attempt, or the id of a receipt.

    ``tries`` counts how often it was taken, this time included. ``progress`` is the worker's own note, empty at first.
    ``holder`` is the name of the lease.
    """

    id: str
    topic: Topic
    group: GroupId
    number: OrderNumber
    due_at: datetime
    urgent: bool = False
    tries: int = 0
    progress: Mapping[str, Any] = field(default_factory=dict)
    holder: str = ""


class Outbox(Protocol):
    """Deals out errands. Several processes may share it."""

    async def take(
        self, topic: Topic, now: datetime, until: datetime, limit: int, *, urgent_only: bool = False
    ) -> Sequence[Errand]:
        """Errands due by now which nobody holds, the urgent first; held until ``until``.

        Of one order only the first receipt that is still to be sent is dealt out: they arrive in order.
        """
        ...

    async def next_due(self, topic: Topic, now: datetime) -> datetime | None:
        """When the next errand which nobody holds is due; null when there is none."""
        ...

    async def put_back(self, errand: Errand, due_at: datetime, progress: Mapping[str, Any]) -> bool:
        """Give an errand back for later, with a note. False when it is held no more, or done."""
        ...

    async def hasten(self, id: str, now: datetime) -> bool:  # noqa: A002 - it is the errand's id
        """Make an errand due now, though somebody holds it; false when it is not there."""
        ...
