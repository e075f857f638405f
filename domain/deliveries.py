"""The way of a final receipt upstream: pending, sent, acknowledged, or dead and sent again (3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.commands import MarkReceipt
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.journal import Context, Journal
from domain.orders import Order, Receipt
from domain.refusals import NotFound
from domain.upstream import Mark
from domain.values import DeliveryState, UpdateKind

_OPEN = frozenset({DeliveryState.PENDING, DeliveryState.SENT})

_CHANGES: Mapping[Mark, frozenset[DeliveryState]] = {
    Mark.SENT: _OPEN,
    Mark.ACKNOWLEDGED: _OPEN | {DeliveryState.DEAD},
    Mark.DEAD: _OPEN,
    Mark.REPLAY: frozenset({DeliveryState.DEAD}),
}
"""Which states a mark changes. Of any other it changes nothing: what is acknowledged never goes back."""

_BECOMES: Mapping[Mark, DeliveryState] = {
    Mark.SENT: DeliveryState.SENT,
    Mark.ACKNOWLEDGED: DeliveryState.ACKNOWLEDGED,
    Mark.DEAD: DeliveryState.DEAD,
    Mark.REPLAY: DeliveryState.PENDING,
}

_WORD: Mapping[Mark, UpdateKind] = {
    Mark.SENT: UpdateKind.RECEIPT_SENT,
    Mark.ACKNOWLEDGED: UpdateKind.RECEIPT_DELIVERED,
    Mark.DEAD: UpdateKind.RECEIPT_DEAD,
    Mark.REPLAY: UpdateKind.RECEIPT_FINAL,
}


def mark_receipt(command: MarkReceipt, groups: Groups, context: Context) -> Decision:
    """Write down how far a receipt is on its way; what it has passed already changes nothing."""
    group = group_with(groups, command.number)
    found = [r for r in group.orders[command.number].receipts if r.id == command.receipt] if group else []
    if group is None or not found:
        return NotFound(f"receipt {command.receipt} is unknown")
    journal, order, receipt = Journal(group, context), group.orders[command.number], found[0]
    if receipt.delivery in _CHANGES[command.mark]:
        marked = replace(receipt, **_facts(command, receipt, context))
        word, detail = _WORD[command.mark], _detail(command, marked)
        journal.write(word, _with(order, marked), order=order.number, receipt=receipt.id, **detail)
    return Done((journal,), Refs((group.id,), order=order.number, receipt=receipt.id))


def _facts(command: MarkReceipt, receipt: Receipt, context: Context) -> dict[str, Any]:
    """What becomes of its delivery; a replay begins to count anew, and keeps what went wrong."""
    tries = receipt.delivery_attempts + (command.tried is not None)
    failure = command.tried.status if command.tried is not None else receipt.failure
    next_try = {Mark.SENT: command.next_try_at, Mark.REPLAY: context.now}
    return {
        "delivery": _BECOMES[command.mark],
        "delivery_attempts": 0 if command.mark is Mark.REPLAY else tries,
        "failure": None if command.mark is Mark.ACKNOWLEDGED else failure,
        "next_try_at": next_try.get(command.mark),
    }


def _detail(command: MarkReceipt, receipt: Receipt) -> dict[str, Any]:
    if command.mark is Mark.REPLAY:
        return {"replayed": True}
    return {"tries": receipt.delivery_attempts} if command.mark is not Mark.ACKNOWLEDGED else {}


def _with(order: Order, receipt: Receipt) -> Order:
    return replace(order, receipts=tuple(receipt if r.id == receipt.id else r for r in order.receipts))
