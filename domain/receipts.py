"""回单: one item done, one order receipted, whatever becomes of the others (3.5, 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.catalogue import EvidenceRequirement
from domain.claims import UNKNOWN_ITEM, visible_item
from domain.commands import Recovered, SubmitReceipt
from domain.decisions import Decision, Done, Groups, Refs
from domain.groups import Group
from domain.journal import Context, Journal
from domain.orders import Order, Receipt
from domain.refusals import (
    AlreadyReceipted,
    EvidenceMissing,
    InvalidInput,
    NotClaimant,
    NotFound,
    NotReceiptable,
    Problem,
    RecoveryIncomplete,
    Refusal,
    SerialMismatch,
    StaleVersion,
)
from domain.tasks import RecoveryLine, WorkItem
from domain.texts import problem_of_json, problem_of_text
from domain.values import (
    EvidenceKind,
    HoldCause,
    OrderAction,
    ReceiptId,
    ReceiptKind,
    ReceiptOutcome,
    RecoveryOutcome,
    UpdateKind,
    WorkItemState,
)
from domain.views import ReceiptView

ENDED_BY_WORK = frozenset({HoldCause.CUSTOMER_POSTPONED, HoldCause.BLOCKED})
"""Holds which a person set for the customer's sake: done work ends them."""

MOST_RECOVERED = 200


def submit_receipt(command: SubmitReceipt, groups: Groups, context: Context) -> Decision:
    """Receipt one item. Refusals are looked for in the order of 3.5, so a client can rely on the first."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    order = group.orders[item.number]
    refusal = (
        _why_not_caller(item, context)
        or _why_not_receiptable(group, order, item)
        or _why_not_version(item, command)
        or _why_not_evidence(order, item, command, context)
        or _why_not_recovery(item, command)
    )
    if refusal is not None:
        return refusal
    journal = Journal(group, context)
    receipt = _receipt(journal, order, item, command)
    return Done((journal,), Refs((group.id,), item=item.id, receipt=receipt.id))


def _why_not_caller(item: WorkItem, context: Context) -> Refusal | None:
    if item.claimant is None or item.claimant != context.actor.scope.member:
        return NotClaimant("only its claimant receipts an item", item.claimant)
    return None


def _why_not_receiptable(group: Group, order: Order, item: WorkItem) -> Refusal | None:
    for receipt in order.receipts:
        own = receipt.kind is ReceiptKind.CONSTRUCTION and receipt.attempt == item.attempt
        if own and receipt.outcome is not ReceiptOutcome.RETURNED:
            return AlreadyReceipted("the receipt is final", ReceiptView(group, order, receipt))
    if not item.open:
        return NotReceiptable(f"the item is {item.state}")
    if order.hold is not None and order.hold.cause not in ENDED_BY_WORK:
        why = f"{order.hold.cause}: {order.hold.message}"
        return NotReceiptable(f"the order waits for a decision ({why}); a dispatcher resolves the hold")
    return None


def _why_not_version(item: WorkItem, command: SubmitReceipt) -> Refusal | None:
    if command.expected_version is not None and command.expected_version != item.version:
        return StaleVersion("the item changed since it was read; read it again", item.version)
    return None


def _why_not_evidence(
    order: Order, item: WorkItem, command: SubmitReceipt, context: Context
) -> Refusal | None:
    missing = tuple(r.name for r in item.evidence if r.required and _is_missing(command.evidence.get(r.name)))
    if missing:
        return EvidenceMissing(f"the receipt lacks {', '.join(missing)}", missing)
    problems = [p for r in item.evidence if (p := _evidence_problem(r, command.evidence)) is not None]
    problems += _text_problems(command)
    if (broken := problem_of_json(dict(command.evidence), ("evidence",))) is not None:
        problems.append(broken)
    if command.occurred_at is not None and command.occurred_at > context.now:
        problems.append(Problem(("occurredAt",), "lies in the future"))
    if command.recovery and order.action is not OrderAction.TERMINATE:
        problems.append(Problem(("recovery",), f"a {order.action} recovers no devices; leave it out"))
    if len(command.recovery) > MOST_RECOVERED:
        problems.append(
            Problem(("recovery",), f"holds {len(command.recovery)} lines; at most {MOST_RECOVERED}")
        )
    if problems:
        return InvalidInput("the receipt is not usable; nothing of it was stored", tuple(problems))
    return None


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _evidence_problem(requirement: EvidenceRequirement, evidence: Mapping[str, Any]) -> Problem | None:
    value, path = evidence.get(requirement.name), ("evidence", requirement.name)
    if _is_missing(value):
        return None
    match requirement.kind:
        case EvidenceKind.NUMBER:
            fits, words = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
        case EvidenceKind.BOOLEAN:
            fits, words = isinstance(value, bool), "true or false"
        case EvidenceKind.CHOICE:
            fits, words = value in requirement.choices, f"one of {', '.join(requirement.choices)}"
        case _:
            fits, words = isinstance(value, str), "a text"
    return None if fits else Problem(path, f"is {value!r}; give {words}")


def _text_problems(command: SubmitReceipt) -> list[Problem]:
    texts: list[tuple[tuple[str, ...], str | None]] = [(("note",), command.note)]
    texts += [(("evidence", n), v) for n, v in command.evidence.items() if isinstance(v, str)]
    for index, line in enumerate(command.recovery):
        texts.append((("recovery", str(index), "serial"), line.serial))
        texts.append((("recovery", str(index), "note"), line.note))
    return [p for path, value in texts if (p := problem_of_text(value, path)) is not None]


def _why_not_recovery(item: WorkItem, command: SubmitReceipt) -> Refusal | None:
    """Every installed device is accounted for, and a strange one explained (设备回收)."""
    known = {line.serial for line in item.recovery}
    strange = tuple(line.serial for line in command.recovery if line.serial not in known and _no_note(line))
    if strange:
        text = f"{', '.join(strange)} was never installed there; give a note, or scan again"
        return SerialMismatch(text, strange)
    lines = recovered_lines(item, command.recovery)
    unsaid = tuple(
        line.serial for line in lines if line.outcome is None or (_is_loss(line) and _no_note(line))
    )
    if unsaid:
        text = f"{', '.join(unsaid)}: say what became of it, and with a note why it was not recovered"
        return RecoveryIncomplete(text, unsaid)
    return None


def _no_note(line: Recovered | RecoveryLine) -> bool:
    return not (line.note or "").strip()


def _is_loss(line: RecoveryLine) -> bool:
    return line.outcome is not None and line.outcome is not RecoveryOutcome.RECOVERED


def recovered_lines(item: WorkItem, recovered: Iterable[Recovered]) -> tuple[RecoveryLine, ...]:
    """The item's lines with what was said of them, then the unexpected ones."""
    said = {line.serial: RecoveryLine(line.serial, line.outcome, line.note) for line in recovered}
    known = [said.pop(line.serial, line) for line in item.recovery]
    return (*known, *said.values())


def _receipt(journal: Journal, order: Order, item: WorkItem, command: SubmitReceipt) -> Receipt:
    lines = recovered_lines(item, command.recovery)
    evidence = dict(command.evidence)
    if lines:
        evidence["recovery"] = [{"serial": r.serial, "outcome": r.outcome, "note": r.note} for r in lines]
    receipt = Receipt(
        id=ReceiptId(f"{order.number}/{order.attempt}/{ReceiptKind.CONSTRUCTION}"),
        kind=ReceiptKind.CONSTRUCTION,
        attempt=order.attempt,
        outcome=ReceiptOutcome.SUCCEEDED,
        at=command.occurred_at or journal.now,
        by=item.claimant,
        note=command.note,
        evidence=evidence,
    )
    done = replace(
        item,
        state=WorkItemState.DONE,
        recovery=lines,
        offered_to=None,
        done=journal.next_revision,
        version=item.version + 1,
    )
    journal.write(UpdateKind.ITEM_DONE, done, item=item.id)
    receipted = replace(order, receipts=(*order.receipts, receipt), hold=None)
    journal.write(
        UpdateKind.RECEIPT_FINAL, receipted, item=item.id, receipt=receipt.id, receipt_kind=receipt.kind
    )
    if order.hold is not None:
        journal.write(UpdateKind.ORDER_RELEASED, item=item.id, cause=order.hold.cause)
    return receipt
