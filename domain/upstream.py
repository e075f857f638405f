"""What is sent to the upstream system (二级业务编排系统) by us, not by a person: receipts, as they become final."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One receipt on its way. ``id`` stays the same however often it is sent: (number, attempt, kind)."""

    id: str
    kind: str
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was confirmed with a 2xx in time; ``status`` in the words of the protocol, such as ``HTTP 204``."""

    status: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """It was not confirmed. ``final``: upstream wants no more of it (410), so it is dead at once.

    ``after_seconds`` is how long upstream asks to be left alone (Retry-After), null where it says nothing.
    """

    status: str
    final: bool = False
    after_seconds: float | None = None


class Mark(StrEnum):
    """What is written down of a receipt on its way: SENT is a try that was not confirmed, another will follow."""

    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DEAD = "DEAD"
    REPLAY = "REPLAY"


@dataclass(frozen=True, slots=True)
class Try:
    """One sending of a receipt: what was sent, word for word, and the status that came of it."""

    body: Mapping[str, Any]
    status: str


class Upstream(Protocol):
    """Delivers a message, once. Never raises for what the other side does."""

    async def deliver(self, message: Message) -> Delivered | Undelivered:
        """What came of it, within a bounded time."""
        ...
