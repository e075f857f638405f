"""What an order still has to say to other systems: each open attempt to the network, each receipt to upstream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.history import NETWORK
from domain.network import correlation_key
from domain.orders import Order
from domain.outbox import Topic
from domain.values import ExecutionState, OrderNumber


@dataclass(frozen=True, slots=True)
class Open:
    """One errand which an order has. Those of one ``lane`` are run in the order of ``seq``."""

    id: str
    topic: Topic
    number: OrderNumber
    lane: str
    due_at: datetime
    seq: int = 0
    urgent: bool = False


def open_errands(order: Order) -> Iterator[Open]:
    """All errands of an order, in no order that matters."""
    yield from _to_network(order)
    yield from _to_upstream(order)


def _to_network(order: Order) -> Iterator[Open]:
    if order.final:
        return
    urgent = order.unrefusable or order.cancellation is not None
    for kind in NETWORK:
        part = order.sub_task(kind)
        if part.execution is ExecutionState.IN_PROGRESS and part.present is not None:
            key = correlation_key(order.number, kind, part.present.number)
            due = part.due_at or part.present.started_at
            yield Open(key, Topic.NETWORK, order.number, key, due, urgent=urgent)


def _to_upstream(order: Order) -> Iterator[Open]:
    for seq, receipt in enumerate(order.receipts):
        if not receipt.delivered:
            due = receipt.next_try_at or receipt.at
            yield Open(receipt.id, Topic.UPSTREAM, order.number, order.number, due, seq)
