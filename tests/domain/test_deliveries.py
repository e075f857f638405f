from __future__ import annotations

from dataclasses import replace

from domain import commands as c
from domain.refusals import NotFound
from domain.values import DeliveryState, OrderNumber, ReceiptId, UpdateKind
from tests import arrivals as make
from tests.domain.trade import Trade

N1 = OrderNumber("N1")


def receipted() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")
    return trade


def mark(receipt: str, *, acknowledged: bool) -> c.MarkReceipt:
    return c.MarkReceipt(N1, ReceiptId(receipt), acknowledged)


def test_a_receipt_is_acknowledged_once() -> None:
    trade = receipted()
    command = mark("N1/1/COMPLETION", acknowledged=True)

    refs = trade.done(command, make.UPSTREAM)
    assert refs.receipt == "N1/1/COMPLETION"
    assert trade.kinds() == [UpdateKind.RECEIPT_DELIVERED]
    assert trade.order("N1").receipts[0].delivery is DeliveryState.ACKNOWLEDGED

    trade.done(command, make.UPSTREAM)
    assert trade.kinds() == []


def test_only_a_dead_receipt_is_sent_again() -> None:
    trade = receipted()
    command = mark("N1/1/COMPLETION", acknowledged=False)
    trade.done(command)
    assert trade.kinds() == []
    group, order = trade.group("N1"), trade.order("N1")
    dead = replace(order, receipts=(replace(order.receipts[0], delivery=DeliveryState.DEAD),))
    trade.groups[group.id] = group.holding(dead)

    trade.done(command)

    assert trade.order("N1").receipts[0].delivery is DeliveryState.PENDING
    assert trade.kinds() == [UpdateKind.RECEIPT_FINAL]


def test_a_receipt_that_is_not_there_is_not_found() -> None:
    trade = receipted()

    trade.refused(NotFound, mark("N1/2/COMPLETION", acknowledged=True))
    trade.refused(NotFound, c.MarkReceipt(OrderNumber("N9"), ReceiptId("N9/1/COMPLETION"), acknowledged=True))
