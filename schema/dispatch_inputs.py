"""What upstream, the dispatcher and the network management system send about orders that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain import commands, values
from domain.upstream import Mark
from domain.values import (
    DistrictCode,
    GroupId,
    ItemId,
    OrderNumber,
    ReceiptId,
    SubTaskId,
    TaskId,
)
from schema.described import described
from schema.ids import NoSuchThingError, own_id
from schema.node import decode_id
from schema.repeats import Repeatable


@described
@strawberry.input
class CancelOrderInput(Repeatable):
    """Upstream takes an order back."""

    number: str
    """工单号."""

    reason: str
    """Why."""

    def to_command(self) -> commands.CancelOrder:
        """The command."""
        return commands.CancelOrder(OrderNumber(self.number), self.reason)


@described
@strawberry.input
class ReopenOrderInput(Repeatable):
    """A failed or partial order gets a further attempt."""

    number: str
    """工单号."""

    reason: str
    """Why."""

    def to_command(self) -> commands.ReopenOrder:
        """The command."""
        return commands.ReopenOrder(OrderNumber(self.number), self.reason)


@described
@strawberry.input
class AcceptPartialInput(Repeatable):
    """An order is closed as PARTIAL: its construction is done, and another part failed for good."""

    number: str
    """工单号."""

    reason: str
    """Why that is acceptable, such as the customer's word."""

    def to_command(self) -> commands.AcceptPartial:
        """The command."""
        return commands.AcceptPartial(OrderNumber(self.number), self.reason)


@described
@strawberry.input
class DispatchGroupInput(Repeatable):
    """A group that collects is dispatched without the rest."""

    key: str
    """融合工单主键."""

    round: int | None = None
    """Which round; the latest when absent."""

    reason: str
    """Why it does not wait."""

    def to_command(self) -> commands.DispatchGroup:
        """The command."""
        return commands.DispatchGroup(self.key, self.round, self.reason)


@described
@strawberry.input
class ResolveHoldInput(Repeatable):
    """The decision for which something is HELD."""

    id: strawberry.ID
    """Of the group, visit or order which has the hold."""

    resolution: values.HoldResolution
    """What is decided; which one serves which cause stands at `HoldCause`."""

    expected_numbers: list[str] | None = None
    """Of EXPECT: all numbers that belong to the group."""

    district_code: str | None = None
    """Of SET_DISTRICT: the district, by its six digits."""

    learn_alias: str | None = None
    """Of SET_DISTRICT: this name means that district from now on."""

    note: str | None = None
    """Why it was decided so."""

    def to_command(self) -> commands.ResolveHold:
        """The command."""
        kind, own = decode_id(self.id) or ("", "")
        if kind not in {"FusionGroup", "Task", "Order"}:
            raise NoSuchThingError("this is not the id of a FusionGroup, a Task or an Order")
        expected = self.expected_numbers
        return commands.ResolveHold(
            resolution=self.resolution,
            group=GroupId(own) if kind == "FusionGroup" else None,
            task=TaskId(own) if kind == "Task" else None,
            number=OrderNumber(own) if kind == "Order" else None,
            expected_numbers=tuple(OrderNumber(n) for n in expected) if expected is not None else None,
            district_code=DistrictCode(self.district_code) if self.district_code is not None else None,
            learn_alias=self.learn_alias,
            note=self.note,
        )


@described
@strawberry.input
class MergeTasksInput(Repeatable):
    """Visits of one group and district, none of them begun, become one."""

    task_ids: list[strawberry.ID]
    """`Task.id` of two or more; the first takes in the others."""

    reason: str
    """Why they are one door."""

    def to_command(self) -> commands.MergeTasks:
        """The command."""
        return commands.MergeTasks(tuple(own_id("Task", TaskId, task) for task in self.task_ids), self.reason)


@described
@strawberry.input
class SplitTaskInput(Repeatable):
    """Items of a visit get a visit of their own."""

    task_id: strawberry.ID
    """`Task.id`."""

    item_ids: list[strawberry.ID]
    """`WorkItem.id` of those that leave."""

    reason: str
    """Why they are not one door."""

    def to_command(self) -> commands.SplitTask:
        """The command."""
        items = tuple(own_id("WorkItem", ItemId, item) for item in self.item_ids)
        return commands.SplitTask(own_id("Task", TaskId, self.task_id), items, self.reason)


@described
@strawberry.input
class ReplayReceiptsInput(Repeatable):
    """Dead letters are sent again."""

    ids: list[strawberry.ID]
    """`Receipt.id` of 1 to 500; those which are not DEAD stay as they are."""


@described
@strawberry.input
class AcknowledgeReceiptsInput(Repeatable):
    """Upstream has these receipts."""

    ids: list[strawberry.ID]
    """`Receipt.id` of 1 to 500."""


def mark(id: str, word: Mark) -> commands.MarkReceipt:
    """The command for one receipt. Raises NoSuchThingError."""
    receipt = own_id("Receipt", ReceiptId, id)
    return commands.MarkReceipt(OrderNumber(receipt.rsplit("/", 2)[0]), receipt, word)


@described
@strawberry.input
class MeasureInput:
    """One figure as it was measured."""

    metric: str
    """What was measured. Example: `tcpDownKbps`."""

    value: float
    """The figure."""

    unit: str
    """Its unit. Example: `kbit/s`."""


@described
@strawberry.input
class ReportSubTaskInput(Repeatable):
    """What the network management system says of an attempt."""

    sub_task_id: strawberry.ID
    """`SubTask.id` of an ACTIVATION or QUALITY_CHECK."""

    attempt: int
    """`Attempt.number`; of another attempt than the last: recorded, without effect."""

    event_id: str
    """The event's own id; the same again is the same answer."""

    outcome: values.ReportOutcome
    """What became of it."""

    echoed: JSON | None = None
    """The data as they were understood; data that differ from what was sent make the attempt INCONCLUSIVE."""

    measures: list[MeasureInput] | None = None
    """The figures of a check."""

    failure: str | None = None
    """Why it failed."""

    refused_fields: list[str] | None = None
    """Which fields of the data were refused."""

    def to_command(self) -> commands.ReportSubTask:
        """The command."""
        measured = (commands.Measured(m.metric, m.value, m.unit) for m in self.measures or ())
        return commands.ReportSubTask(
            sub_task=own_id("SubTask", SubTaskId, self.sub_task_id),
            attempt=self.attempt,
            event_id=self.event_id,
            outcome=self.outcome,
            echoed=self.echoed,
            measures=tuple(measured),
            failure=self.failure,
            refused_fields=tuple(self.refused_fields or ()),
        )


@described
@strawberry.input
class RetrySubTaskInput(Repeatable):
    """A part that failed is sent again."""

    sub_task_id: strawberry.ID
    """`SubTask.id` of an ACTIVATION or QUALITY_CHECK."""

    data: JSON | None = None
    """An object with the fields to send otherwise; absent: the same data again."""

    reason: str | None = None
    """Why."""

    def to_command(self) -> commands.RetrySubTask:
        """The command."""
        data: Any = self.data
        part = own_id("SubTask", SubTaskId, self.sub_task_id)
        return commands.RetrySubTask(part, data if isinstance(data, Mapping) else None, self.reason)
