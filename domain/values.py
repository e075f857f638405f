"""The trade's words: identifiers, enumerations and the smallest values.

Enumerations have the names and the values of the public schema, so that a word means one thing everywhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

GroupId = NewType("GroupId", str)  # ``"<round>/<key>"``
OrderNumber = NewType("OrderNumber", str)  # 工单号, as upstream gave it
TaskId = NewType("TaskId", str)  # ``"<group id>/t<n>"``
ItemId = NewType("ItemId", str)  # ``"<order number>/<attempt>"``
SubTaskId = NewType("SubTaskId", str)  # ``"<order number>/<kind>"``
AppointmentId = NewType("AppointmentId", str)  # ``"<task id>/a<n>"``
ReceiptId = NewType("ReceiptId", str)  # ``"<order number>/<attempt>/<kind>"``
MemberId = NewType("MemberId", str)  # a crew member
CrewId = NewType("CrewId", str)  # a crew (集客施工班组)
DistrictCode = NewType("DistrictCode", str)  # six digits of GB/T 2260
ProductCode = NewType("ProductCode", str)  # 业务类型


class OrderAction(StrEnum):
    """What upstream wants done (工单类型)."""

    SURVEY = "SURVEY"
    ACTIVATION = "ACTIVATION"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    TERMINATE = "TERMINATE"


class OrderState(StrEnum):
    """工单状态, with the words of TMF641/TMF697."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"
    PENDING = "PENDING"
    HELD = "HELD"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    ASSESSING_CANCELLATION = "ASSESSING_CANCELLATION"
    PENDING_CANCELLATION = "PENDING_CANCELLATION"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """当前环节: the furthest step that holds."""

    RECEIVED = "RECEIVED"
    FUSING = "FUSING"
    DISPATCHED = "DISPATCHED"
    CLAIMED = "CLAIMED"
    APPOINTED = "APPOINTED"
    ON_SITE = "ON_SITE"
    CONSTRUCTED = "CONSTRUCTED"
    VERIFYING = "VERIFYING"
    RECEIPTED = "RECEIPTED"


class GroupState(StrEnum):
    """State of a fusion group, derived from its orders."""

    COLLECTING = "COLLECTING"
    READY = "READY"
    DISPATCHED = "DISPATCHED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    PARTIAL = "PARTIAL"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class TaskState(StrEnum):
    """State of a visit, with the work-order words of MEF 137."""

    HELD = "HELD"
    OPEN = "OPEN"
    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    UNABLE_TO_COMPLETE = "UNABLE_TO_COMPLETE"
    PARTIAL = "PARTIAL"
    CANCELLED = "CANCELLED"


class WorkItemState(StrEnum):
    """State of a work item (施工单)."""

    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    ON_SITE = "ON_SITE"
    DONE = "DONE"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class SubTaskKind(StrEnum):
    """The three parallel parts of an order (施工, 资源激活, 资源质量核查)."""

    CONSTRUCTION = "CONSTRUCTION"
    ACTIVATION = "ACTIVATION"
    QUALITY_CHECK = "QUALITY_CHECK"


class ExecutionState(StrEnum):
    """How far a sub-task is, with the TMF task words."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    TERMINATED_WITH_ERROR = "TERMINATED_WITH_ERROR"
    CANCELLED = "CANCELLED"


class Verdict(StrEnum):
    """What came of a sub-task."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class AppointmentState(StrEnum):
    """State of an appointment, with the words of MEF 137."""

    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"
    FAILED = "FAILED"


class AppointmentOutcome(StrEnum):
    """How an appointment is closed by a person."""

    CANCELLED = "CANCELLED"
    MISSED = "MISSED"
    FAILED = "FAILED"


class RescheduleReason(StrEnum):
    """Why an appointment was moved."""

    CUSTOMER = "CUSTOMER"
    CREW = "CREW"
    WEATHER = "WEATHER"
    ACCESS = "ACCESS"


class ReceiptKind(StrEnum):
    """回单: of the construction by its claimant, or of the whole order by the system (D19)."""

    CONSTRUCTION = "CONSTRUCTION"
    COMPLETION = "COMPLETION"


class ReceiptOutcome(StrEnum):
    """What a receipt says."""

    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    RETURNED = "RETURNED"


class ReasonCode(StrEnum):
    """Why a work item was returned (退单)."""

    CUSTOMER_ABSENT = "CUSTOMER_ABSENT"
    CUSTOMER_REFUSED = "CUSTOMER_REFUSED"
    CUSTOMER_POSTPONED = "CUSTOMER_POSTPONED"
    ADDRESS_WRONG = "ADDRESS_WRONG"
    ACCESS_DENIED = "ACCESS_DENIED"
    NO_RESOURCE_PORT = "NO_RESOURCE_PORT"
    NO_RESOURCE_FIBRE = "NO_RESOURCE_FIBRE"
    PIPE_BLOCKED = "PIPE_BLOCKED"
    POWER_MISSING = "POWER_MISSING"
    EQUIPMENT_FAULT = "EQUIPMENT_FAULT"
    EQUIPMENT_MISSING = "EQUIPMENT_MISSING"
    ACTIVATION_FAILED = "ACTIVATION_FAILED"
    CHECK_FAILED = "CHECK_FAILED"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    DATA_WRONG = "DATA_WRONG"
    OTHER = "OTHER"


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    CHOICE = "CHOICE"
    BOOLEAN = "BOOLEAN"
    PHOTO = "PHOTO"


class ExchangeDirection(StrEnum):
    """派发 to us, 回复 from us."""

    DISPATCH = "DISPATCH"
    REPLY = "REPLY"


class ReportOutcome(StrEnum):
    """What the network management system says of an attempt."""

    ACCEPTED = "ACCEPTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    NOT_READY = "NOT_READY"


class JeopardyLevel(StrEnum):
    """How near a promise is to being broken."""

    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


class DeliveryState(StrEnum):
    """How far a receipt is on its way upstream."""

    PENDING = "PENDING"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DEAD = "DEAD"


class RecoveryOutcome(StrEnum):
    """What became of an installed device."""

    RECOVERED = "RECOVERED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    CUSTOMER_OWNED = "CUSTOMER_OWNED"


class HoldCause(StrEnum):
    """Why something waits for a decision."""

    COUNT_MISMATCH = "COUNT_MISMATCH"
    FLAG_CONFLICT = "FLAG_CONFLICT"
    KEY_CONFLICT = "KEY_CONFLICT"
    NO_DISTRICT = "NO_DISTRICT"
    DISTRICT_CONFLICT = "DISTRICT_CONFLICT"
    NO_CREW = "NO_CREW"
    AMENDED_AFTER_CLAIM = "AMENDED_AFTER_CLAIM"
    CUSTOMER_POSTPONED = "CUSTOMER_POSTPONED"
    SUPERSEDED = "SUPERSEDED"
    BLOCKED = "BLOCKED"


class HoldResolution(StrEnum):
    """What ends a hold (domain page, 3.7)."""

    EXPECT = "EXPECT"
    DISPATCH = "DISPATCH"
    FUSE = "FUSE"
    SEPARATE = "SEPARATE"
    SPLIT_BY_CUSTOMER = "SPLIT_BY_CUSTOMER"
    SET_DISTRICT = "SET_DISTRICT"
    APPLY_AMENDMENT = "APPLY_AMENDMENT"
    KEEP = "KEEP"
    RESUME = "RESUME"


class Role(StrEnum):
    """Who calls."""

    UPSTREAM = "UPSTREAM"
    DISPATCHER = "DISPATCHER"
    CREW = "CREW"
    NMS = "NMS"
    VIEWER = "VIEWER"
    ADMIN = "ADMIN"


class UpdateKind(StrEnum):
    """One word per domain event; SNAPSHOT is of the feed alone."""

    SNAPSHOT = "SNAPSHOT"
    ORDER_ACKNOWLEDGED = "ORDER_ACKNOWLEDGED"
    ORDER_AMENDED = "ORDER_AMENDED"
    ORDER_HELD = "ORDER_HELD"
    ORDER_RELEASED = "ORDER_RELEASED"
    ORDER_COMPLETED = "ORDER_COMPLETED"
    ORDER_PARTIAL = "ORDER_PARTIAL"
    ORDER_FAILED = "ORDER_FAILED"
    ORDER_REOPENED = "ORDER_REOPENED"
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    CANCELLATION_REFUSED = "CANCELLATION_REFUSED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    GROUP_CREATED = "GROUP_CREATED"
    GROUP_READY = "GROUP_READY"
    GROUP_DEADLINE = "GROUP_DEADLINE"
    GROUP_HELD = "GROUP_HELD"
    GROUP_RELEASED = "GROUP_RELEASED"
    GROUP_DISPATCHED = "GROUP_DISPATCHED"
    GROUP_CLOSED = "GROUP_CLOSED"
    TASK_CREATED = "TASK_CREATED"
    TASK_HELD = "TASK_HELD"
    TASK_RELEASED = "TASK_RELEASED"
    TASKS_MERGED = "TASKS_MERGED"
    TASK_SPLIT = "TASK_SPLIT"
    TASK_REZONED = "TASK_REZONED"
    ITEM_DISPATCHED = "ITEM_DISPATCHED"
    ITEM_CLAIMED = "ITEM_CLAIMED"
    ITEM_RELEASED = "ITEM_RELEASED"
    HAND_OVER_OFFERED = "HAND_OVER_OFFERED"
    ITEM_HANDED_OVER = "ITEM_HANDED_OVER"
    WORK_STARTED = "WORK_STARTED"
    ITEM_DONE = "ITEM_DONE"
    ITEM_RETURNED = "ITEM_RETURNED"
    ITEM_REOPENED = "ITEM_REOPENED"
    ITEM_CANCELLED = "ITEM_CANCELLED"
    FIRST_CONTACT_CHANGED = "FIRST_CONTACT_CHANGED"
    APPOINTMENT_REQUIRED = "APPOINTMENT_REQUIRED"
    APPOINTMENT_CONFIRMED = "APPOINTMENT_CONFIRMED"
    APPOINTMENT_CLOSED = "APPOINTMENT_CLOSED"
    SUB_TASK_STARTED = "SUB_TASK_STARTED"
    SUB_TASK_RETRIED = "SUB_TASK_RETRIED"
    SUB_TASK_REPAIRED = "SUB_TASK_REPAIRED"
    SUB_TASK_FINISHED = "SUB_TASK_FINISHED"
    RECEIPT_FINAL = "RECEIPT_FINAL"
    RECEIPT_SENT = "RECEIPT_SENT"
    RECEIPT_DELIVERED = "RECEIPT_DELIVERED"
    RECEIPT_DEAD = "RECEIPT_DEAD"
    JEOPARDY = "JEOPARDY"
