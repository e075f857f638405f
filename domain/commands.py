"""What callers ask for, in the imperative. A command changes one group and names where to find it.

``reads`` tells the store which groups the rule must see: by order number, by key (all its rounds), by id.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.orders import OrderPayload
from domain.traces import Traces
from domain.upstream import Mark, Try
from domain.values import (
    AppointmentId,
    AppointmentOutcome,
    CrewId,
    DistrictCode,
    GroupId,
    HoldCause,
    HoldResolution,
    ItemId,
    MemberId,
    OrderNumber,
    ReasonCode,
    ReceiptId,
    RecoveryOutcome,
    ReportOutcome,
    RescheduleReason,
    SubTaskId,
    TaskId,
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Which groups a rule must see, and whose history."""

    numbers: frozenset[OrderNumber] = frozenset()
    keys: frozenset[str] = frozenset()
    groups: frozenset[GroupId] = frozenset()
    history: frozenset[Traces] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.numbers | other.numbers,
            self.keys | other.keys,
            self.groups | other.groups,
            self.history | other.history,
        )


def number_of(part: ItemId | SubTaskId) -> OrderNumber:
    """The order number in the id of an item or a sub-task."""
    return OrderNumber(part.rsplit("/", 1)[0])


def group_of(part: TaskId) -> GroupId:
    """The group's id in the id of a visit."""
    return GroupId(part.rsplit("/", 1)[0])


def task_of(appointment: AppointmentId) -> TaskId:
    """The visit's id in the id of an appointment."""
    return TaskId(appointment.rsplit("/", 1)[0])


class Command(ABC):
    """A wish that the rules answer with events or with a refusal."""

    __slots__ = ()

    @property
    @abstractmethod
    def reads(self) -> Reads:
        """Which groups the rule must see."""


class _OfOrder(Command):
    __slots__ = ()
    number: OrderNumber

    @property
    def reads(self) -> Reads:
        return Reads(numbers=frozenset({self.number}))


class _OfItem(Command):
    __slots__ = ()
    item: ItemId

    @property
    def reads(self) -> Reads:
        return Reads(numbers=frozenset({number_of(self.item)}))


class _OfTask(Command):
    __slots__ = ()
    task: TaskId

    @property
    def reads(self) -> Reads:
        return Reads(groups=frozenset({group_of(self.task)}))


@dataclass(frozen=True, slots=True)
class IntakeOrder(Command):
    """工单接收. ``raw`` is the payload as received, for the exchange log."""

    payload: OrderPayload
    raw: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def reads(self) -> Reads:
        """The group that holds the number, and every round of the key."""
        keys = {self.payload.number}
        if self.payload.fusion is not None and self.payload.fusion.fused:
            keys = {OrderNumber(self.payload.fusion.key)}
        return Reads(numbers=frozenset({self.payload.number}), keys=frozenset(keys))


@dataclass(frozen=True, slots=True)
class CancelOrder(_OfOrder):
    """Upstream takes an order back (D15)."""

    number: OrderNumber
    reason: str


@dataclass(frozen=True, slots=True)
class ReopenOrder(_OfOrder):
    """A failed or partial order gets its next attempt."""

    number: OrderNumber
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptPartial(_OfOrder):
    """Construction done, another part failed for good: the dispatcher closes the order as PARTIAL."""

    number: OrderNumber
    reason: str


@dataclass(frozen=True, slots=True)
class DispatchGroup(Command):
    """Dispatch without waiting for the rest. ``round`` null: the latest."""

    key: str
    round: int | None
    reason: str

    @property
    def reads(self) -> Reads:
        """Every round of the key."""
        return Reads(keys=frozenset({self.key}))


@dataclass(frozen=True, slots=True)
class ResolveHold(Command):
    """A dispatcher's decision on a hold. Exactly one of ``group``, ``task``, ``number`` says where it is."""

    resolution: HoldResolution
    group: GroupId | None = None
    task: TaskId | None = None
    number: OrderNumber | None = None
    expected_numbers: tuple[OrderNumber, ...] | None = None
    district_code: DistrictCode | None = None
    learn_alias: str | None = None
    note: str | None = None

    @property
    def reads(self) -> Reads:
        """The group of the hold; more when the resolution moves orders (``More``)."""
        if self.number is not None:
            return Reads(numbers=frozenset({self.number}))
        group = self.group or (group_of(self.task) if self.task else None)
        return Reads(groups=frozenset({group} if group else set()))


@dataclass(frozen=True, slots=True)
class MergeTasks(Command):
    """Visits of one group and district become one, into the first."""

    tasks: tuple[TaskId, ...]
    reason: str

    @property
    def reads(self) -> Reads:
        """Their groups."""
        return Reads(groups=frozenset(group_of(task) for task in self.tasks))


@dataclass(frozen=True, slots=True)
class SplitTask(_OfTask):
    """These items get a visit of their own."""

    task: TaskId
    items: tuple[ItemId, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimTask(_OfTask):
    """接单: all free items of a visit, at once."""

    task: TaskId


@dataclass(frozen=True, slots=True)
class ClaimWorkItem(_OfItem):
    """接单 of one work item."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class ReleaseWorkItem(_OfItem):
    """The claimant, the leader or the dispatcher gives an item back to the crew."""

    item: ItemId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OfferHandOver(_OfItem):
    """The claimant offers an item to another member; ``force`` hands it over at once (leader, dispatcher)."""

    item: ItemId
    to: MemberId
    note: str | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class AcceptHandOver(_OfItem):
    """The member to whom it was offered takes it."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class BookAppointment(_OfTask):
    """Book the customer, or with a reason re-book."""

    task: TaskId
    starts_at: datetime
    ends_at: datetime
    note: str | None = None
    reschedule_reason: RescheduleReason | None = None


@dataclass(frozen=True, slots=True)
class CloseAppointment(Command):
    """Close an appointment without a visit: cancelled, missed (we) or failed (the customer)."""

    appointment: AppointmentId
    outcome: AppointmentOutcome
    reason: str | None = None

    @property
    def reads(self) -> Reads:
        """Its visit's group."""
        return Reads(groups=frozenset({group_of(task_of(self.appointment))}))


@dataclass(frozen=True, slots=True)
class StartWork(_OfItem):
    """On site."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a claimant says of one device."""

    serial: str
    outcome: RecoveryOutcome
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SubmitReceipt(_OfItem):
    """回单 of one work item. A form with several becomes one command each (D7)."""

    item: ItemId
    expected_version: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    recovery: tuple[Recovered, ...] = ()
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldWorkItem(_OfItem):
    """Customer postpones, or blocked. Never for suspensions and terminations."""

    item: ItemId
    cause: HoldCause
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnWorkItem(_OfItem):
    """退单, of surveys and activations only."""

    item: ItemId
    reason: ReasonCode
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure as the network management system measured it."""

    metric: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class ReportSubTask(Command):
    """What the network management system says of an attempt.

    ``nms_verdict`` are its own words, ``service`` is its id of the service. ``complete``: there are no more measures
    to come, so one that is missing is missed. ``unanswered``: it did not answer, so the attempt is not over.
    """

    sub_task: SubTaskId
    attempt: int
    event_id: str
    outcome: ReportOutcome
    echoed: Any = None
    measures: tuple[Measured, ...] = ()
    failure: str | None = None
    refused_fields: tuple[str, ...] = ()
    nms_verdict: str | None = None
    service: str | None = None
    complete: bool = False
    unanswered: bool = False

    @property
    def reads(self) -> Reads:
        """The group of its order."""
        return Reads(numbers=frozenset({number_of(self.sub_task)}))


@dataclass(frozen=True, slots=True)
class ResendSubTask(Command):
    """An attempt which had no result is made again with the same data, its time having come."""

    sub_task: SubTaskId
    attempt: int

    @property
    def reads(self) -> Reads:
        """The group of its order."""
        return Reads(numbers=frozenset({number_of(self.sub_task)}))


@dataclass(frozen=True, slots=True)
class RetrySubTask(Command):
    """A dispatcher has a sub-task sent again, with other data where given."""

    sub_task: SubTaskId
    data: Mapping[str, Any] | None = None
    reason: str | None = None

    @property
    def reads(self) -> Reads:
        """The group of its order."""
        return Reads(numbers=frozenset({number_of(self.sub_task)}))


@dataclass(frozen=True, slots=True)
class Wake(Command):
    """Time alone: jeopardy, deadline, end of a hold. Does nothing when nothing is due."""

    group: GroupId

    @property
    def reads(self) -> Reads:
        """The group."""
        return Reads(groups=frozenset({self.group}))


@dataclass(frozen=True, slots=True)
class RefreshGroup(Command):
    """The world changed: crews, districts or members. Releases what waited for it and frees what it took away.

    ``moved`` names crews which changed district (rezoneCrews): their open items follow the district.
    """

    group: GroupId
    moved: frozenset[CrewId] = frozenset()

    @property
    def reads(self) -> Reads:
        """The group."""
        return Reads(groups=frozenset({self.group}))


@dataclass(frozen=True, slots=True)
class MarkReceipt(_OfOrder):
    """The delivery of a receipt: what came of a try, an acknowledgement by other ways, or a wish to send again."""

    number: OrderNumber
    receipt: ReceiptId
    mark: Mark
    tried: Try | None = None
    next_try_at: datetime | None = None
