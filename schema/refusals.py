"""The reasons why the rules say no, as clients see them.

Each shows a row of ``domain.refusals`` of its own name.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import refusals, values
from engine.fields import related
from schema.appointments import Appointment
from schema.crews import Crew, Member
from schema.described import described
from schema.groups import FirstContact
from schema.orders import Order
from schema.receipts import Receipt
from schema.tasks import WorkItem


@described
@strawberry.interface
class Refusal:
    """The rules say no. Nothing was changed; the fields of the type carry what a client will ask next."""

    code: str
    """The type's name for comparing, in SCREAMING_SNAKE_CASE. Example: `ALREADY_CLAIMED`."""

    message: str
    """Why not, and what would help, in a sentence for people. Its wording may change."""

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Whether a row is this refusal."""
        return isinstance(row, refusals.Refusal) and type(row).__name__ == cls.__name__

    @classmethod
    def resolve_type(cls, row: object, _info: object, _abstract: object) -> str:
        """The type of a refusal, which has its name."""
        return type(row).__name__


@described
@strawberry.type
class Problem:
    """What is wrong with one field of an input, and the remedy."""

    path: list[str]
    """Where it is: names of fields, and numbers from 0 in lists. Example: `["customer", "name"]`."""

    message: str
    """What is wrong with it."""


@described
@strawberry.type
class AlreadyClaimed(Refusal):
    """Somebody else holds it, and can be called."""

    claimant: Member = related("member_in_group", by="claimant")
    """接单人, with a phone."""

    claimed_at: datetime
    """Since when."""


@described
@strawberry.type
class InvalidOrder(Refusal):
    """One order of a batch is invalid. Nothing of it was stored; the others are not concerned."""

    number: str | None
    """工单号 as far as it could be read."""

    problems: list[Problem]
    """Everything that is wrong with it."""


@described
@strawberry.type
class EvidenceMissing(Refusal):
    """The receipt lacks required evidence."""

    missing: list[str]
    """The names of what is missing, as in `WorkItem.evidence`."""


@described
@strawberry.type
class RecoveryIncomplete(Refusal):
    """设备回收 is not complete: a device is open, or was not recovered and has no note."""

    open: list[str]
    """The serial numbers of these devices."""


@described
@strawberry.type
class SerialMismatch(Refusal):
    """A device which upstream never named, without a note on it."""

    unexpected: list[str]
    """The serial numbers of these devices."""


@described
@strawberry.type
class StaleVersion(Refusal):
    """The item changed since the client read it. Read it again, and decide again."""

    current: int
    """Its present version."""


@described
@strawberry.type
class OrderConflict(Refusal):
    """The number is known with other contents that cannot be amended. Cancel that order and issue it anew."""

    order: Order
    """The order as it is known."""

    differs: list[str]
    """The fields in which the two differ."""


@described
@strawberry.type
class AppointmentExists(Refusal):
    """The visit has an active appointment. Give a `rescheduleReason` to replace it."""

    appointment: Appointment
    """That appointment."""


@described
@strawberry.type
class NotFirstContact(Refusal):
    """Somebody else books for this visit."""

    first_contact: FirstContact
    """第一接口人, with a phone."""


@described
@strawberry.type
class AlreadyReceipted(Refusal):
    """The receipt of this attempt is final, and cannot be changed."""

    receipt: Receipt
    """That receipt."""


@described
@strawberry.type
class DistrictHasCrew(Refusal):
    """A district has exactly one crew."""

    crew: Crew = related("crew", by="crew")
    """The crew which has it."""


@described
@strawberry.type
class InvalidInput(Refusal):
    """Fields of the input are wrong. Nothing was stored."""

    problems: list[Problem]
    """Everything that is wrong."""


@described
@strawberry.type
class FirstContactPending(Refusal):
    """Nobody has claimed the line yet, so nobody is there to book the customer."""

    waits_for: WorkItem
    """The item whose claim will name the first contact."""


@described
@strawberry.type
class WrongResolution(Refusal):
    """This resolution does not serve this hold."""

    allowed: list[values.HoldResolution]
    """Those which do."""


@described
@strawberry.type
class NotClaimant(Refusal):
    """Only the claimant may."""

    claimant: Member | None = related("member_in_group", by="claimant")
    """接单人, with a phone; null while nobody is."""


@described
@strawberry.type
class NotInCrew(Refusal):
    """The visit belongs to another crew."""

    crew: Crew | None = related("crew", by="crew")
    """That crew; null while there is none."""
