"""The three parallel parts of an order, and what went to the network for them."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain import access, values
from engine.fields import computed
from schema.described import described
from schema.node import Node
from schema.refs import OrderRef


@described
@strawberry.type
class Measure:
    """One figure of a quality check beside its limits."""

    metric: str
    """What was measured. Example: `tcpDownKbps`."""

    value: float
    """The figure, in `unit`."""

    unit: str
    """Of the figure and its limits. Example: `kbit/s`."""

    lower: float | None
    """The least that passes, inclusive; null without a limit. Shares of the subscribed rate are worked
    out."""

    upper: float | None
    """The most that passes, inclusive; null without a limit."""

    passed: bool
    """Whether the figure is within the limits; true where it decides nothing."""


@described
@strawberry.type
class Repair:
    """A field that was changed before an attempt, and from where the new value came."""

    field: str
    """The name of the field in the data that are sent."""

    before: JSON | None
    """What was sent before; null where it was not sent."""

    after: JSON | None
    """What was sent in this attempt."""

    source: str
    """Who or what said so. Example: `dispatcher:anna`."""


@described
@strawberry.type
class Attempt:
    """What was sent to the network for a sub-task, and what came back."""

    number: int
    """1, 2, 3 …: a report has to name the last one to count."""

    sent: JSON | None
    """The data as sent: first data (激活) or second data (核查)."""

    echoed: JSON | None
    """The data as the network management system repeated them. Data that differ make the attempt
    INCONCLUSIVE."""

    measures: list[Measure]
    """The figures of a check; none of an activation."""

    failure: str | None
    """Why it failed, in the words of the network management system."""

    nms_verdict: str | None
    """What the network management system itself said. The verdict of a check is made from its measures."""

    repairs: list[Repair]
    """What was changed before this attempt, and from where."""

    started_at: datetime
    """When it was sent."""

    ended_at: datetime | None
    """When its result came; null while it is under way."""

    verdict: values.Verdict | None
    """What came of this attempt; null while it is under way, or when another took its place."""


@described
@strawberry.type
class SubTask(Node):
    """One of the three parallel parts of an order: 施工, 资源激活 or 资源质量核查.

    All that apply begin together at dispatch; none waits for another.
    """

    kind: values.SubTaskKind
    """Which of the three."""

    execution: values.ExecutionState
    """How far it is."""

    verdict: values.Verdict | None
    """What came of it; null until there is an answer. For everybody who sees the order."""

    stale: bool
    """Whether this is a check older than the last activation or construction, which will be measured
    again."""

    attempts: list[Attempt] | None = computed(access.attempts)
    """What was sent and what came back, newest last. For DISPATCHER, ADMIN, VIEWER and NMS, and of a crew
    for its leader, the claimant of the order and the first contact of its visit. Null for others;
    UPSTREAM is told results alone."""

    proposed_repairs: list[Repair] | None = computed(access.proposed_repairs)
    """What a repair would change, where the product asks for a dispatcher's word first: `retrySubTask` lets
    it go. Empty when none waits; null for who does not see the attempts."""

    next_try_at: datetime | None
    """Before when the network is not asked again; null: at once, or no more."""

    order: OrderRef
    """Its order."""
