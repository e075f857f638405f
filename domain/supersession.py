"""A suspension or termination stops the activation of the same service that is still open (3.7)."""

from __future__ import annotations

from dataclasses import replace

from domain.dispatch import raise_jeopardy
from domain.journal import Journal
from domain.orders import Hold, Order
from domain.splitting import class_of
from domain.subtasks import stopped
from domain.values import HoldCause, JeopardyLevel, OrderAction, SubTaskKind, UpdateKind, Verdict


def supersede(journal: Journal, order: Order) -> None:
    """Hold every order whose service this one ends; upstream decides: resume it, or cancel it."""
    if not order.unrefusable:
        return
    same_place = class_of(order, journal.group.live_orders())
    for other in list(journal.group.live_orders()):
        if other.number in same_place and other.number != order.number and _is_open_activation(other, order):
            _hold(journal, other, order)


def _is_open_activation(other: Order, order: Order) -> bool:
    if (
        other.action is not OrderAction.ACTIVATION
        or other.payload.product != order.payload.product
        or other.final
        or other.cancellation is not None
    ):
        return False
    part = other.sub_task(SubTaskKind.ACTIVATION)
    return part.applies and part.verdict is not Verdict.SUCCEEDED


def _hold(journal: Journal, other: Order, order: Order) -> None:
    text = f"order {order.number} ({order.action}) ends this service; resume it, or cancel it upstream"
    held = replace(other, hold=Hold(HoldCause.SUPERSEDED, text, journal.now))
    if other.dispatched_at is not None:
        held = stopped(held, SubTaskKind.ACTIVATION)
    journal.write(UpdateKind.ORDER_HELD, held, order=held.number, cause=HoldCause.SUPERSEDED, by=order.number)
    raise_jeopardy(journal, held, JeopardyLevel.CRITICAL, f"SUPERSEDED: {text}")
