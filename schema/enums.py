"""The trade's words as enumerations of the schema: those of ``domain``, with a sentence for each value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import EnumMeta

import strawberry

from domain import callbacks, filters, values
from schema.described import described_enum
from schema.kinds import UPDATE_KINDS

_TEXTS: Mapping[EnumMeta, Mapping[str, str]] = {
    values.OrderAction: {
        "SURVEY": "资源勘查: see on site whether the service can be built.",
        "ACTIVATION": "业务开通: build and switch on the service.",
        "SUSPEND": "停机: switch the service off at once. Nothing can refuse, hold or fail it.",
        "RESUME": "复机: switch a suspended service on again. Needs no visit and never waits.",
        "TERMINATE": "注销: delete the service and recover the devices. Nothing can refuse, hold or fail it.",
    },
    values.OrderState: {
        "ACKNOWLEDGED": "Received; fuses with no other order.",
        "REJECTED": "Never accepted. Only in exports: an invalid order is answered InvalidOrder and not stored.",
        "PENDING": "Received; waits for the other orders of its group.",
        "HELD": "Waits for a decision; `hold` says which.",
        "IN_PROGRESS": "Dispatched; its parts are under way.",
        "COMPLETED": "All its parts succeeded, and the completion notice is final.",
        "PARTIAL": "Construction is done and the dispatcher accepted that another part failed.",
        "FAILED": "A part failed for good, or the work item was returned.",
        "ASSESSING_CANCELLATION": "Upstream took it back, and whether that is possible is being looked at.",
        "PENDING_CANCELLATION": "Upstream took it back, and the network is being undone.",
        "CANCELLED": "Upstream took it back, and everything is undone.",
    },
    values.Step: {
        "RECEIVED": "接收: received.",
        "FUSING": "融合等待: its group collects, or is held.",
        "DISPATCHED": "派发: with the crew and unclaimed, or with the network where no visit is needed.",
        "CLAIMED": "已接单: a member has claimed it.",
        "APPOINTED": "已预约: claimed, and the customer knows when.",
        "ON_SITE": "上门: the claimant is with the customer.",
        "CONSTRUCTED": "施工完成: the work on site is done.",
        "VERIFYING": "激活核查中: activation or check is not final.",
        "RECEIPTED": "已回单: the completion notice is final.",
    },
    values.GroupState: {
        "COLLECTING": "Waits for orders.",
        "READY": "All there; for a moment, before it is dispatched in the same transaction.",
        "DISPATCHED": "Visits and work items exist; nobody has claimed one.",
        "IN_PROGRESS": "Something is claimed, or an order is final.",
        "COMPLETED": "All orders are completed.",
        "PARTIAL": "All orders are final, and not all of them completed.",
        "HELD": "Waits for a decision of the dispatcher.",
        "CANCELLED": "Upstream took all its orders back.",
    },
    values.TaskState: {
        "HELD": "Waits for a district or a crew.",
        "OPEN": "With the crew; no appointment.",
        "PLANNED": "An appointment is confirmed.",
        "IN_PROGRESS": "The crew is on site, or an item is finished.",
        "COMPLETED": "All items are done.",
        "UNABLE_TO_COMPLETE": "All items were returned; a further visit is needed.",
        "PARTIAL": "All items are final: some done, some returned.",
        "CANCELLED": "No item is left.",
    },
    values.WorkItemState: {
        "OPEN": "Free: any member of the crew may claim it.",
        "CLAIMED": "Has a claimant, who is not on site yet.",
        "ON_SITE": "Its claimant is at work.",
        "DONE": "Its construction receipt is final.",
        "RETURNED": "退单: given back upstream with a reason.",
        "CANCELLED": "Its order was taken back.",
    },
    values.SubTaskKind: {
        "CONSTRUCTION": "施工: what the crew does on site.",
        "ACTIVATION": "资源激活: what the network management system switches.",
        "QUALITY_CHECK": "资源质量核查: what the network management system measures.",
    },
    values.ExecutionState: {
        "ACKNOWLEDGED": "Not begun.",
        "IN_PROGRESS": "An attempt is under way.",
        "DONE": "Ended with success, or not needed.",
        "TERMINATED_WITH_ERROR": "Ended with a failure, until it is retried.",
        "CANCELLED": "Stopped, because its order was cancelled or superseded.",
    },
    values.Verdict: {
        "SUCCEEDED": "It works.",
        "FAILED": "It does not work.",
        "INCONCLUSIVE": "No answer that counts, such as not ready or busy. No failure; tried again.",
        "NOT_APPLICABLE": "The order does not need this part.",
    },
    values.AppointmentState: {
        "CONFIRMED": "The customer expects the crew.",
        "IN_PROGRESS": "The crew is on site; it can no longer be moved or cancelled.",
        "COMPLETED": "The visit's last item is final.",
        "CANCELLED": "Called off, or replaced by another appointment.",
        "MISSED": "Our side did not come.",
        "FAILED": "The customer's side: absent, no access, wrong address.",
    },
    values.AppointmentOutcome: {
        "CANCELLED": "Called off before it began.",
        "MISSED": "Our side did not come.",
        "FAILED": "The customer's side: absent, no access, wrong address.",
    },
    values.RescheduleReason: {
        "CUSTOMER": "The customer asked for it.",
        "CREW": "The crew cannot come.",
        "WEATHER": "The weather does not allow it.",
        "ACCESS": "The place cannot be entered at that time.",
    },
    values.ReceiptKind: {
        "CONSTRUCTION": "Of the claimant, as soon as the work on site is done or returned.",
        "COMPLETION": "Of the system, when construction, activation and check are final.",
    },
    values.ReceiptOutcome: {
        "SUCCEEDED": "All that it speaks of succeeded.",
        "PARTIAL": "Accepted although a part failed.",
        "FAILED": "A part failed for good.",
        "RETURNED": "The work item was returned; `reason` says why.",
    },
    values.ReasonCode: {
        "CUSTOMER_ABSENT": "Nobody was there.",
        "CUSTOMER_REFUSED": "The customer does not want it.",
        "CUSTOMER_POSTPONED": "The customer wants it later.",
        "ADDRESS_WRONG": "There is no such door.",
        "ACCESS_DENIED": "The place could not be entered.",
        "NO_RESOURCE_PORT": "No free port.",
        "NO_RESOURCE_FIBRE": "No free fibre.",
        "PIPE_BLOCKED": "The duct is blocked.",
        "POWER_MISSING": "No power on site.",
        "EQUIPMENT_FAULT": "The equipment is faulty.",
        "EQUIPMENT_MISSING": "The equipment is not there.",
        "ACTIVATION_FAILED": "The network could not switch it on.",
        "CHECK_FAILED": "The measurements are out of limits.",
        "DUPLICATE_ORDER": "The same thing was ordered twice.",
        "DATA_WRONG": "The order's data do not fit the place.",
        "OTHER": "Something else; `note` is required.",
    },
    values.EvidenceKind: {
        "TEXT": "A text that is not empty, at most 1,000 characters.",
        "NUMBER": "A number.",
        "CHOICE": "One of `choices`.",
        "BOOLEAN": "true or false.",
        "PHOTO": "A reference to a photo, as text.",
    },
    values.ExchangeDirection: {
        "DISPATCH": "派发: from upstream to us.",
        "REPLY": "回复: from us to upstream.",
    },
    values.ReportOutcome: {
        "ACCEPTED": "Taken, and under way. Changes no state.",
        "SUCCEEDED": "Done. Of a check the measures decide, not this word.",
        "FAILED": "Did not work.",
        "NOT_READY": "Could not be tried yet. No failure; tried again.",
    },
    values.JeopardyLevel: {
        "WARNING": "Half of the time is gone.",
        "CRITICAL": "Four fifths of the time are gone, or somebody has to act now.",
    },
    values.DeliveryState: {
        "PENDING": "Waits to be sent.",
        "SENT": "Sent, not acknowledged yet.",
        "ACKNOWLEDGED": "Upstream has it.",
        "DEAD": "Given up after its last attempt; `replayReceipts` sends it again.",
    },
    values.RecoveryOutcome: {
        "RECOVERED": "Brought back.",
        "LOST": "Cannot be found; needs a note.",
        "DAMAGED": "Found, and of no use; needs a note.",
        "CUSTOMER_OWNED": "Belongs to the customer; needs a note.",
    },
    values.HoldCause: {
        "COUNT_MISMATCH": "Members announce different counts and give no numbers. EXPECT or DISPATCH.",
        "FLAG_CONFLICT": "Not fused, says upstream, and names associated orders. FUSE or SEPARATE.",
        "KEY_CONFLICT": "One key, several customers. SPLIT_BY_CUSTOMER.",
        "NO_DISTRICT": "The address names no district. SET_DISTRICT.",
        "DISTRICT_CONFLICT": "The district's code and the address disagree. SET_DISTRICT.",
        "NO_CREW": "The district has no crew. A crew for it, or SET_DISTRICT.",
        "AMENDED_AFTER_CLAIM": "Upstream changed an order that somebody has claimed. APPLY_AMENDMENT or KEEP.",
        "CUSTOMER_POSTPONED": "The customer wants it later. RESUME.",
        "SUPERSEDED": "A suspension of the same service overtook it. RESUME, or upstream cancels.",
        "BLOCKED": "The claimant cannot go on. RESUME.",
    },
    values.HoldResolution: {
        "EXPECT": "Of COUNT_MISMATCH: these numbers belong to the group.",
        "DISPATCH": "Of COUNT_MISMATCH: dispatch what is there.",
        "FUSE": "Of FLAG_CONFLICT: fuse it with the orders that it names.",
        "SEPARATE": "Of FLAG_CONFLICT: it stays alone.",
        "SPLIT_BY_CUSTOMER": "Of KEY_CONFLICT: the first customer keeps the round, each other gets one of its own.",
        "SET_DISTRICT": "Of NO_DISTRICT, DISTRICT_CONFLICT and NO_CREW: this is the district.",
        "APPLY_AMENDMENT": "Of AMENDED_AFTER_CLAIM: what upstream sent last holds.",
        "KEEP": "Of AMENDED_AFTER_CLAIM: what is being worked on holds.",
        "RESUME": "Of CUSTOMER_POSTPONED, BLOCKED and SUPERSEDED: go on.",
    },
    values.Role: {
        "UPSTREAM": "The business system that sells and issues orders, through its orchestrator.",
        "DISPATCHER": "Decides what the rules cannot, for all districts.",
        "CREW": "A member of a construction crew, or its leader.",
        "NMS": "The network management system.",
        "VIEWER": "Sees what a dispatcher sees, with phones and contact names masked; changes nothing.",
        "ADMIN": "May what a dispatcher may, and keeps districts, crews, members and products.",
    },
    values.UpdateKind: UPDATE_KINDS,
    callbacks.CallbackSource: {
        "NMS": "The network management system called back.",
        "API": "Somebody sent `reportSubTask`, and it did not count.",
    },
    callbacks.CallbackStatus: {
        "NEW": "Received; nobody has looked at it yet.",
        "TAKEN": "Of an open attempt: the network is asked at once for its present state.",
        "UNKNOWN_ATTEMPT": "Of an attempt which was never made. Without effect.",
        "OLD_ATTEMPT": "Of an attempt which is closed, or was followed by another. Without effect.",
        "UNREADABLE": "Cannot be understood; `note` says why. Without effect.",
        "FORGED": "Its signature is wrong or missing. Without effect; some of them are kept, for three days.",
    },
    filters.OrderSort: {
        "RECEIVED_AT_DESC": "Newest first.",
        "RECEIVED_AT_ASC": "Oldest first.",
        "DUE_AT_ASC": "Most urgent first, those without a due time last.",
        "NUMBER_ASC": "By number.",
    },
    filters.FusionGroupSort: {
        "CREATED_AT_DESC": "Newest first.",
        "CREATED_AT_ASC": "Oldest first.",
        "DEADLINE_AT_ASC": "Next deadline first, those without one last.",
    },
    filters.TaskSort: {
        "CREATED_AT_DESC": "Newest first.",
        "CREATED_AT_ASC": "Oldest first.",
        "DUE_AT_ASC": "Most urgent first, those without a due time last.",
        "APPOINTMENT_ASC": "Next appointment first, visits without an active one last.",
    },
}

for _enum, _values in _TEXTS.items():
    strawberry.enum(_enum)
    described_enum(_enum, _values)

ENUMS = tuple(_TEXTS)
"""Every enumeration of the schema. Importing this module registers them."""
