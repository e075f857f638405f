"""Callbacks of the network management system, as they were received, and what became of each.

A callback is a hint, never the truth: the most that it does is to have the system asked for the present state at
once. So a doubled, late, reordered or forged one can change nothing wrongly, and each stays readable for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from domain.decisions import Groups
from domain.network import attempt_of
from domain.pages import Page, Window
from domain.reports import part_with
from domain.texts import problem_of_text, storable
from domain.values import OrderNumber, Role, SubTaskId

LARGEST_BODY: Final = 256 * 1024
"""Bytes of a callback that are kept."""
LONGEST_NAME: Final = 200
"""Characters of an event's id, of its name, and of an attempt's key."""
LONGEST_NOTE: Final = 500
READERS: Final = frozenset({Role.DISPATCHER, Role.ADMIN})
"""Who may read callbacks."""


class CallbackSource(StrEnum):
    """Which way it came."""

    NMS = "NMS"
    API = "API"


class CallbackStatus(StrEnum):
    """What became of a callback. Only TAKEN has an effect: the network is asked at once."""

    NEW = "NEW"
    TAKEN = "TAKEN"
    UNKNOWN_ATTEMPT = "UNKNOWN_ATTEMPT"
    OLD_ATTEMPT = "OLD_ATTEMPT"
    UNREADABLE = "UNREADABLE"
    FORGED = "FORGED"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a callback turned out to be, in a word and in a sentence, and the key of the attempt that it names."""

    status: CallbackStatus
    note: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A callback on its way into the records. Made by ``received``, so that a database can hold every part of it."""

    source: CallbackSource
    event: str
    body: str
    at: datetime
    event_id: str | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback in the records. ``seen`` counts how often it came, ``seen_at`` is the last time."""

    id: str
    source: CallbackSource
    event: str
    event_id: str | None
    key: str | None
    status: CallbackStatus
    note: str | None
    seen: int
    received_at: datetime
    seen_at: datetime
    body: str

    @property
    def number(self) -> OrderNumber | None:
        """The order that it names, whether or not there is one of that number."""
        return number_in(self.key)


@dataclass(frozen=True, slots=True)
class CallbackFilter:
    """Which callbacks: those received in [``received_from``, ``received_to``)."""

    statuses: tuple[CallbackStatus, ...] | None = None
    sources: tuple[CallbackSource, ...] | None = None
    order_numbers: tuple[OrderNumber, ...] | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None


class Callbacks(Protocol):
    """The records of callbacks. Several processes share them."""

    async def record(self, received: Received) -> bool:
        """Keep it, durably when this returns; false when the same was there before: then it is counted."""
        ...

    async def take(self, now: datetime, until: datetime, limit: int) -> Sequence[Callback]:
        """Callbacks which nobody has looked at, oldest first; held until ``until``."""
        ...

    async def settle(self, id: str, finding: Finding) -> bool:  # noqa: A002 - it is the callback's id
        """Write down what one turned out to be; false when that is written down already."""
        ...

    async def page(self, wanted: CallbackFilter, window: Window) -> Page[Callback]:
        """A page of them, newest first. Raises BadCursorError."""
        ...

    async def find(self, ids: Collection[str]) -> Mapping[str, Callback]:
        """Those of them which exist, by id."""
        ...


def received(
    source: CallbackSource,
    event: str,
    body: str,
    at: datetime,
    *,
    event_id: object = None,
    finding: Finding | None = None,
    largest: int = LARGEST_BODY,
) -> Received:
    """A callback for the records: texts that a database can hold, and of bounded size. What was cut is said."""
    whole = storable(body).encode()
    kept = whole[:largest].decode(errors="ignore")
    if finding is not None:
        cut = f"; the first {largest} of {len(whole)} bytes are kept" if len(whole) > largest else ""
        note = storable(finding.note)[: LONGEST_NOTE - len(cut)] + cut
        finding = Finding(finding.status, note, name_of(finding.key))
    return Received(source, storable(event)[:LONGEST_NAME], kept, at, name_of(event_id), finding)


def name_of(value: object) -> str | None:
    """A name that something is found by; null for what is none: no text, empty, too long, or not storable."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or problem_of_text(value, (), LONGEST_NAME) is not None
    ):
        return None
    return value


def number_in(key: str | None) -> OrderNumber | None:
    """The order's number in the key of an attempt."""
    named = attempt_of(key) if key is not None else None
    return OrderNumber(named[0].rpartition("/")[0]) if named is not None else None


def without_effect(key: str | None, sub_task: SubTaskId, attempt: int, groups: Groups) -> Finding:
    """Why news of an attempt which is not open counts for nothing."""
    found = part_with(sub_task, groups)
    if found is None:
        return Finding(CallbackStatus.UNKNOWN_ATTEMPT, f"there is no sub-task {sub_task}", key)
    _, order, part = found
    made = len(part.attempts)
    if not 1 <= attempt <= made:
        note = f"attempt {attempt} of {sub_task} was never made; there are {made}"
        return Finding(CallbackStatus.UNKNOWN_ATTEMPT, note, key)
    if attempt < made:
        note = f"attempt {attempt} of {sub_task} was followed by attempt {made}"
    else:
        state = "its order is final" if order.final else part.verdict or part.execution
        note = f"attempt {attempt} of {sub_task} is closed: {state}"
    return Finding(CallbackStatus.OLD_ATTEMPT, note, key)
