"""The reasons why the rules say no. A refusal is an answer: it is returned, and carries what the client will ask next.

The names are those of the public schema; ``code`` is the name in SCREAMING_SNAKE_CASE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from domain.contacts import Contact
from domain.values import CrewId, HoldResolution, MemberId, OrderNumber
from domain.views import AppointmentView, ItemView, OrderView, ReceiptView


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rules say no; ``message`` says why and what would help."""

    message: str

    @property
    def code(self) -> str:
        """The refusal's name as clients compare it, for instance ``ALREADY_CLAIMED``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).upper()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of an input, and the remedy."""

    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class AlreadyClaimed(Refusal):
    """Somebody else holds it; with a name to call."""

    claimant: MemberId
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class InvalidOrder(Refusal):
    """One order of a batch is invalid; nothing of it is stored."""

    number: OrderNumber | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class EvidenceMissing(Refusal):
    """The receipt lacks required evidence."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecoveryIncomplete(Refusal):
    """A device is still open, or not recovered without a note."""

    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SerialMismatch(Refusal):
    """A device which was never installed, without a note."""

    unexpected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaleVersion(Refusal):
    """The item changed since the client read it."""

    current: int


@dataclass(frozen=True, slots=True)
class OrderConflict(Refusal):
    """The number is known with other contents."""

    order: OrderView
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppointmentExists(Refusal):
    """The visit has an active appointment."""

    appointment: AppointmentView


@dataclass(frozen=True, slots=True)
class NotFirstContact(Refusal):
    """Somebody else books for this visit."""

    first_contact: Contact


@dataclass(frozen=True, slots=True)
class AlreadyReceipted(Refusal):
    """The receipt is final."""

    receipt: ReceiptView


@dataclass(frozen=True, slots=True)
class DistrictHasCrew(Refusal):
    """A district has exactly one crew."""

    crew: CrewId


@dataclass(frozen=True, slots=True)
class InvalidInput(Refusal):
    """Fields of the input are wrong."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FirstContactPending(Refusal):
    """Nobody has claimed the line yet."""

    waits_for: ItemView


@dataclass(frozen=True, slots=True)
class WrongResolution(Refusal):
    """That resolution does not serve this hold."""

    allowed: tuple[HoldResolution, ...]


@dataclass(frozen=True, slots=True)
class NotClaimant(Refusal):
    """Only the claimant may."""

    claimant: MemberId | None


@dataclass(frozen=True, slots=True)
class NotInCrew(Refusal):
    """The visit belongs to another crew."""

    crew: CrewId | None


@dataclass(frozen=True, slots=True)
class NotFound(Refusal):
    """There is no such thing for this caller."""


@dataclass(frozen=True, slots=True)
class InvalidWindow(Refusal):
    """The window of the appointment is wrong."""


@dataclass(frozen=True, slots=True)
class NotClaimable(Refusal):
    """Nothing to claim: held, over or without a crew."""


@dataclass(frozen=True, slots=True)
class NotReleasable(Refusal):
    """Cannot be given back as it is."""


@dataclass(frozen=True, slots=True)
class NoOffer(Refusal):
    """Nothing was offered to this caller."""


@dataclass(frozen=True, slots=True)
class NotStartable(Refusal):
    """Work cannot begin."""


@dataclass(frozen=True, slots=True)
class NotReturnable(Refusal):
    """Cannot be returned."""


@dataclass(frozen=True, slots=True)
class NotReceiptable(Refusal):
    """Returned or cancelled, or waiting for a decision."""


@dataclass(frozen=True, slots=True)
class NotHoldable(Refusal):
    """Cannot be held."""


@dataclass(frozen=True, slots=True)
class NotHeld(Refusal):
    """There is no hold."""


@dataclass(frozen=True, slots=True)
class NotBookable(Refusal):
    """Held, begun or over."""


@dataclass(frozen=True, slots=True)
class NotClosable(Refusal):
    """The appointment is over or under way."""


@dataclass(frozen=True, slots=True)
class NotCancellable(Refusal):
    """Past the point of no return."""


@dataclass(frozen=True, slots=True)
class NotCollecting(Refusal):
    """The group does not wait."""


@dataclass(frozen=True, slots=True)
class NotMergeable(Refusal):
    """These visits cannot become one."""


@dataclass(frozen=True, slots=True)
class NotSplittable(Refusal):
    """These items cannot leave."""


@dataclass(frozen=True, slots=True)
class NotReopenable(Refusal):
    """Only failed and partial orders are reopened."""


@dataclass(frozen=True, slots=True)
class NotAcceptable(Refusal):
    """Not a case for acceptance."""


@dataclass(frozen=True, slots=True)
class NotRetryable(Refusal):
    """Nothing to send again."""
