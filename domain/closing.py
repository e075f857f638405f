"""The completion notice: the system's receipt for a whole order, made once when nothing more can happen (D19)."""

from __future__ import annotations

from dataclasses import replace

from domain import subtasks
from domain.history import NETWORK
from domain.journal import Journal
from domain.orders import Order, Receipt
from domain.values import ReasonCode, ReceiptId, ReceiptKind, ReceiptOutcome, UpdateKind

_WORD = {
    ReceiptOutcome.SUCCEEDED: UpdateKind.ORDER_COMPLETED,
    ReceiptOutcome.PARTIAL: UpdateKind.ORDER_PARTIAL,
    ReceiptOutcome.FAILED: UpdateKind.ORDER_FAILED,
    ReceiptOutcome.RETURNED: UpdateKind.ORDER_FAILED,
}


def close_order(
    journal: Journal,
    order: Order,
    outcome: ReceiptOutcome,
    *,
    reason: ReasonCode | None = None,
    note: str | None = None,
) -> Receipt:
    """Close an order with its final notice; what is still open of it is stopped."""
    receipt = Receipt(
        id=ReceiptId(f"{order.number}/{order.attempt}/{ReceiptKind.COMPLETION}"),
        kind=ReceiptKind.COMPLETION,
        attempt=order.attempt,
        outcome=outcome,
        at=journal.now,
        reason=reason,
        note=note,
        evidence={part.kind.value: part.verdict for part in order.sub_tasks},
    )
    closed = replace(
        subtasks.stopped(order, *NETWORK),
        receipts=(*order.receipts, receipt),
        closed_at=journal.now,
        hold=None,
        jeopardy=None,
        amendment=None,
    )
    journal.write(_WORD[outcome], closed, order=order.number, outcome=outcome)
    journal.write(UpdateKind.RECEIPT_FINAL, order=order.number, receipt=receipt.id, receipt_kind=receipt.kind)
    return receipt
