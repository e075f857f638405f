"""What the network management system (网管) is asked, and what it answers, without a word of its protocols.

An adapter speaks TMF640, TMF702 or TMF653 and turns the answers into these values. Its verdict is kept, never
believed: ours follows from the echo and the measures (5.1, 5.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.commands import Measured
from domain.values import OrderNumber, ProductCode, ReportOutcome, SubTaskId, SubTaskKind

_LETTER: Mapping[SubTaskKind, str] = {SubTaskKind.ACTIVATION: "A", SubTaskKind.QUALITY_CHECK: "Q"}
_KIND = {letter: kind for kind, letter in _LETTER.items()}


def correlation_key(number: OrderNumber, kind: SubTaskKind, attempt: int) -> str:
    """Our own key of an attempt, such as ``HA-1#A2`` or ``HA-1#Q1`` (5.2)."""
    return f"{number}#{_LETTER[kind]}{attempt}"


def attempt_of(key: str) -> tuple[SubTaskId, int] | None:
    """The sub-task and the attempt of a correlation key; null for what is none of ours."""
    number, hash_, rest = key.rpartition("#")
    kind, count = _KIND.get(rest[:1]), rest[1:]
    if (
        not (number and hash_ and kind is not None and count.isascii() and count.isdecimal())
        or count[0] == "0"
    ):
        return None
    return SubTaskId(f"{number}/{kind}"), int(count)


@dataclass(frozen=True, slots=True)
class NetworkRequest:
    """One attempt of an activation or a check, as the network management system is asked to make it.

    ``action`` is what is wanted of the service: ``activation``, ``suspend``, ``resume``, ``terminate``, or
    ``deactivate`` when an order is taken back. ``service`` is the system's own id of the service where we know it.
    ``remote`` is what it called its own objects when it was asked before (name → id or address), as an Answer gave it.
    """

    key: str
    kind: SubTaskKind
    action: str
    product: ProductCode
    data: Mapping[str, Any]
    place: str | None = None
    service: str | None = None
    remote: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """It was taken and goes on; ``remote`` says how to ask for it."""

    remote: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finished:
    """It has come to an end.

    SUCCEEDED: it was carried out, whatever the measures say. FAILED: refused, with the fields at fault where they
    were named. NOT_READY: busy, rejected for now, cancelled by others, or a test that could not be made.
    ``complete`` says that the measures are all there will be, so that a missing one is missed.
    """

    outcome: ReportOutcome
    remote: Mapping[str, str] = field(default_factory=dict)
    service: str | None = None
    echoed: Mapping[str, Any] | None = None
    measures: tuple[Measured, ...] = ()
    complete: bool = False
    failure: str | None = None
    refused_fields: tuple[str, ...] = ()
    nms_verdict: str | None = None


Answer = UnderWay | Finished


@dataclass(frozen=True, slots=True)
class NetworkEvent:
    """A callback, as far as it concerns us: which event, of which attempt, and what it says in one word."""

    event_id: str
    key: str
    kind: str
    state: str | None = None


class UnreadableEventError(ValueError):
    """A callback that cannot be understood; the message names the field and what was expected there."""


class NetworkUnavailableError(Exception):
    """No usable answer: not reached, too slow, 5xx, no JSON. Whether it was carried out is not known.

    ``asked`` is false when it was not even tried, as earlier tries failed; ``after_seconds`` says when it will be.
    """

    def __init__(self, message: str, *, asked: bool = True, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.asked = asked
        self.after_seconds = after_seconds


class NetworkManager(Protocol):
    """Asks the network management system. Nothing here waits for a result: that is looked for again."""

    async def send(self, request: NetworkRequest) -> Answer:
        """Ask for it, once. Raises NetworkUnavailableError: then ``look`` before it is sent again."""
        ...

    async def look(self, request: NetworkRequest) -> Answer | None:
        """What has become of it, found by ``remote`` or by our key; null when it never arrived there."""
        ...

    async def subscribe(self) -> None:
        """Have callbacks sent to us; again is harmless. Raises NetworkUnavailableError."""
        ...
