"""工单: one product times one action, as the upstream system sold it, and what has become of it.

Everything here is a fact. What follows from facts (state, step, handler) is derived in ``progress``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.values import (
    DeliveryState,
    DistrictCode,
    ExecutionState,
    HoldCause,
    JeopardyLevel,
    MemberId,
    OrderAction,
    OrderNumber,
    ProductCode,
    ReasonCode,
    ReceiptId,
    ReceiptKind,
    ReceiptOutcome,
    SubTaskId,
    SubTaskKind,
    Verdict,
)

MAX_GROUP_ORDERS = 200
"""A round takes no more orders; the next one opens a round (D3)."""

NEVER_WAITING = frozenset({OrderAction.SUSPEND, OrderAction.TERMINATE, OrderAction.RESUME})
"""Actions whose network effect neither waits nor fuses (D13)."""

UNREFUSABLE = frozenset({OrderAction.SUSPEND, OrderAction.TERMINATE})
"""停机 and 注销: nothing may refuse, hold or fail them (Henan case, last paragraph)."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something waits for a decision; ``until`` releases it by itself."""

    cause: HoldCause
    message: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Jeopardy:
    """How near a promise is to being broken, and why."""

    level: JeopardyLevel
    message: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the order is for. Personal data: leaves the store through ``access`` only."""

    number: str
    name: str
    contact_name: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True, slots=True)
class InstallAddress:
    """客户安装地址 as upstream wrote it."""

    text: str
    district_code: str | None = None
    standard_id: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What the gateway makes of an installation address (3.8, D18).

    ``district_code`` is null where no district is known; ``conflict`` says that code and text disagree.
    """

    canonical: str
    district_code: DistrictCode | None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Fusion:
    """融合工单主键 and what upstream says of the others."""

    key: str
    fused: bool = True
    related_count: int | None = None
    related_numbers: tuple[OrderNumber, ...] = ()

    @property
    def has_associated(self) -> bool:
        """是否有关联工单: a count above zero, or numbers (D2)."""
        return bool(self.related_count) or bool(self.related_numbers)


@dataclass(frozen=True, slots=True)
class OrderPayload:
    """One order as received, checked. ``digest`` tells two payloads of one number apart."""

    number: OrderNumber
    action: OrderAction
    product: ProductCode
    customer: Customer
    address: InstallAddress
    requirement: str | None = None
    scenario: str | None = None
    assurance_level: str = "STANDARD"
    fusion: Fusion | None = None
    red_list: bool = False
    post_pay: bool = False
    installed_serials: tuple[str, ...] = ()
    activation_data: Any = None
    check_data: Any = None
    due_at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a quality check beside its limits."""

    metric: str
    value: float
    unit: str
    lower: float | None = None
    upper: float | None = None
    passed: bool = True


@dataclass(frozen=True, slots=True)
class Repair:
    """A field that the scheduler changed before an attempt, and from where (D11)."""

    field: str
    before: Any
    after: Any
    source: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent to the network for a sub-task, and what came back.

    ``verdict`` is what came of this attempt, ``service`` what the network calls the service that it is about.
    """

    number: int
    started_at: datetime
    sent: Any = None
    echoed: Any = None
    measures: tuple[Measure, ...] = ()
    failure: str | None = None
    refused_fields: tuple[str, ...] = ()
    nms_verdict: str | None = None
    repairs: tuple[Repair, ...] = ()
    event_ids: tuple[str, ...] = ()
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class SubTask:
    """One of the three parallel parts of an order: how far it is, and separately what came of it.

    ``settled`` is the revision of the group at which the present verdict was given: a check is stale when
    the last success of activation or construction has a later one (D16). ``failures`` counts attempts which
    failed since the order's present attempt began, ``inconclusive`` those without a result since the last which
    had one. ``due_at`` is before when the network is not asked, null: at once. ``proposal`` is a repair which waits
    for a dispatcher's word.
    """

    kind: SubTaskKind
    execution: ExecutionState = ExecutionState.ACKNOWLEDGED
    verdict: Verdict | None = None
    settled: int = 0
    failures: int = 0
    attempts: tuple[Attempt, ...] = ()
    inconclusive: int = 0
    due_at: datetime | None = None
    proposal: tuple[Repair, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether the order needs this part at all."""
        return self.verdict is not Verdict.NOT_APPLICABLE

    @property
    def present(self) -> Attempt | None:
        """The attempt a report has to name to count, null before dispatch."""
        return self.attempts[-1] if self.attempts else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """回单, final and immutable but for its delivery. One per (order, attempt, kind).

    ``delivery_attempts`` counts the tries since it became final or was last replayed, ``failure`` is what came of the
    last that was not confirmed. ``next_try_at`` is when it is sent again; null: at once, or never once ``delivered``.
    """

    id: ReceiptId
    kind: ReceiptKind
    attempt: int
    outcome: ReceiptOutcome
    at: datetime
    by: MemberId | None = None
    reason: ReasonCode | None = None
    note: str | None = None
    evidence: Mapping[str, Any] | None = None
    delivery: DeliveryState = DeliveryState.PENDING
    delivery_attempts: int = 0
    failure: str | None = None
    next_try_at: datetime | None = None

    @property
    def delivered(self) -> bool:
        """Whether nobody tries to deliver it any more."""
        return self.delivery in {DeliveryState.ACKNOWLEDGED, DeliveryState.DEAD}


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Upstream's wish to take an order back. ``done_at`` is null while the network is being undone."""

    reason: str
    requested_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order and the facts about it since it was received.

    ``line_rank`` is its product's rank at intake, null for a product that bears no line (D9).
    ``amendment`` is a later payload that waits for a dispatcher (AMENDED_AFTER_CLAIM).
    """

    payload: OrderPayload
    place: Place
    received_at: datetime
    sub_tasks: tuple[SubTask, ...]
    line_rank: int | None = None
    version: int = 1
    attempt: int = 1
    dispatched_at: datetime | None = None
    hold: Hold | None = None
    jeopardy: Jeopardy | None = None
    amendment: OrderPayload | None = None
    cancellation: Cancellation | None = None
    receipts: tuple[Receipt, ...] = ()
    closed_at: datetime | None = None

    @property
    def number(self) -> OrderNumber:
        """工单号."""
        return self.payload.number

    @property
    def action(self) -> OrderAction:
        """What upstream wants done."""
        return self.payload.action

    @property
    def waits(self) -> bool:
        """Whether this order may wait for the others of its group (D13)."""
        return self.payload.action not in NEVER_WAITING

    @property
    def unrefusable(self) -> bool:
        """Whether nothing may refuse, hold or fail it."""
        return self.payload.action in UNREFUSABLE

    @property
    def cancelled(self) -> bool:
        """Whether upstream took it back and everything is undone."""
        return self.cancellation is not None and self.cancellation.done_at is not None

    def sub_task(self, kind: SubTaskKind) -> SubTask:
        """Its sub-task of that kind; there are always all three."""
        return next(part for part in self.sub_tasks if part.kind is kind)

    def receipt(self, kind: ReceiptKind) -> Receipt | None:
        """The final receipt of that kind for the present attempt."""
        for found in self.receipts:
            if found.kind is kind and found.attempt == self.attempt:
                return found
        return None

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it unless it is reopened."""
        return self.cancelled or self.receipt(ReceiptKind.COMPLETION) is not None


def sub_task_id(number: OrderNumber, kind: SubTaskKind) -> SubTaskId:
    """Its identifier: the order's number and the kind."""
    return SubTaskId(f"{number}/{kind}")
