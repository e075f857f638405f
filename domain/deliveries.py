"""The way of a final receipt upstream: pending, sent, acknowledged, or dead and sent again (3.5)."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import MarkReceipt
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.journal import Context, Journal
from domain.orders import Order, Receipt
from domain.refusals import NotFound
from domain.values import DeliveryState, UpdateKind


def mark_receipt(command: MarkReceipt, groups: Groups, context: Context) -> Decision:
    """Acknowledge a receipt, or bring a dead one back into the queue; anything else changes nothing."""
    group = group_with(groups, command.number)
    found = [r for r in group.orders[command.number].receipts if r.id == command.receipt] if group else []
    if group is None or not found:
        return NotFound(f"receipt {command.receipt} is unknown")
    journal, order, receipt = Journal(group, context), group.orders[command.number], found[0]
    if command.acknowledged and receipt.delivery is not DeliveryState.ACKNOWLEDGED:
        changed = _with(order, replace(receipt, delivery=DeliveryState.ACKNOWLEDGED))
        journal.write(UpdateKind.RECEIPT_DELIVERED, changed, order=order.number, receipt=receipt.id)
    if not command.acknowledged and receipt.delivery is DeliveryState.DEAD:
        changed = _with(order, replace(receipt, delivery=DeliveryState.PENDING))
        journal.write(
            UpdateKind.RECEIPT_FINAL, changed, order=order.number, receipt=receipt.id, replayed=True
        )
    return Done((journal,), Refs((group.id,), order=order.number, receipt=receipt.id))


def _with(order: Order, receipt: Receipt) -> Order:
    return replace(order, receipts=tuple(receipt if r.id == receipt.id else r for r in order.receipts))
