from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from domain.orders import Receipt
from domain.refusals import NotFound
from domain.upstream import Mark, Try
from domain.values import DeliveryState, OrderNumber, ReceiptId, UpdateKind
from tests import arrivals as make
from tests.domain.trade import Trade

N1 = OrderNumber("N1")
NOTICE = ReceiptId("N1/1/COMPLETION")
LATER = make.NOON + timedelta(seconds=3)


def receipted() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")
    return trade


def mark(mark: Mark, status: str | None = None, *, receipt: str = NOTICE) -> c.MarkReceipt:
    tried = Try({"type": "receipt.completion"}, status) if status is not None else None
    at = LATER if mark is Mark.SENT else None
    return c.MarkReceipt(N1, ReceiptId(receipt), mark, tried, at)


def receipt_of(trade: Trade) -> Receipt:
    return trade.order("N1").receipts[0]


def test_a_receipt_is_acknowledged_once() -> None:
    trade = receipted()
    command = mark(Mark.ACKNOWLEDGED)

    refs = trade.done(command, make.UPSTREAM)
    assert refs.receipt == "N1/1/COMPLETION"
    assert trade.kinds() == [UpdateKind.RECEIPT_DELIVERED]
    assert receipt_of(trade).delivery is DeliveryState.ACKNOWLEDGED

    trade.done(command, make.UPSTREAM)
    assert trade.kinds() == []


def test_a_try_that_was_not_confirmed_is_counted_with_its_failure_and_the_next() -> None:
    trade = receipted()

    trade.done(mark(Mark.SENT, "HTTP 503"))
    trade.done(mark(Mark.SENT, "no answer within 10 s"))

    receipt = receipt_of(trade)
    assert trade.kinds() == [UpdateKind.RECEIPT_SENT]
    assert trade.last[0].detail == {"receipt": NOTICE, "tries": 2}
    assert (receipt.delivery, receipt.delivery_attempts) == (DeliveryState.SENT, 2)
    assert (receipt.failure, receipt.next_try_at) == ("no answer within 10 s", LATER)


def test_an_acknowledgement_counts_its_try_and_forgets_the_failure() -> None:
    trade = receipted()
    trade.done(mark(Mark.SENT, "HTTP 503"))

    trade.done(mark(Mark.ACKNOWLEDGED, "HTTP 204"))

    receipt = receipt_of(trade)
    assert (receipt.delivery, receipt.delivery_attempts) == (DeliveryState.ACKNOWLEDGED, 2)
    assert (receipt.failure, receipt.next_try_at) == (None, None)


def test_a_dead_receipt_keeps_why_and_is_sent_no_more() -> None:
    trade = receipted()
    trade.done(mark(Mark.SENT, "HTTP 503"))

    trade.done(mark(Mark.DEAD, "HTTP 410"))

    receipt = receipt_of(trade)
    assert trade.kinds() == [UpdateKind.RECEIPT_DEAD]
    assert (receipt.delivery, receipt.delivery_attempts) == (DeliveryState.DEAD, 2)
    assert (receipt.failure, receipt.next_try_at) == ("HTTP 410", None)
    trade.done(mark(Mark.SENT, "HTTP 503"))
    assert receipt_of(trade) == receipt


def test_only_a_dead_receipt_is_sent_again_and_its_tries_are_counted_anew() -> None:
    trade = receipted()
    trade.done(mark(Mark.REPLAY))
    assert trade.kinds() == []
    trade.done(mark(Mark.DEAD, "HTTP 410"))

    trade.done(mark(Mark.REPLAY))

    receipt = receipt_of(trade)
    assert (receipt.delivery, receipt.delivery_attempts) == (DeliveryState.PENDING, 0)
    assert (receipt.failure, receipt.next_try_at) == ("HTTP 410", make.NOON)
    assert trade.kinds() == [UpdateKind.RECEIPT_FINAL]
    assert trade.last[0].detail == {"receipt": NOTICE, "replayed": True}


def test_an_acknowledgement_that_comes_after_death_is_believed() -> None:
    trade = receipted()
    trade.done(mark(Mark.DEAD, "HTTP 410"))

    trade.done(mark(Mark.ACKNOWLEDGED))

    assert receipt_of(trade).delivery is DeliveryState.ACKNOWLEDGED


@pytest.mark.parametrize("word", Mark)
def test_a_receipt_that_is_not_there_is_not_found(word: Mark) -> None:
    trade = receipted()

    trade.refused(NotFound, mark(word, receipt="N1/2/COMPLETION"))
    trade.refused(NotFound, c.MarkReceipt(OrderNumber("N9"), ReceiptId("N9/1/COMPLETION"), word))


@given(words=st.lists(st.sampled_from(Mark), max_size=12))
def test_whatever_is_marked_it_is_acknowledged_at_most_once_and_never_to_be_sent_after_that(
    words: list[Mark],
) -> None:
    trade = receipted()
    acknowledgements = 0

    for word in words:
        trade.done(mark(word, "HTTP 503" if word is not Mark.REPLAY else None))
        acknowledgements += trade.kinds().count(UpdateKind.RECEIPT_DELIVERED)
        receipt = receipt_of(trade)
        assert (receipt.delivery is DeliveryState.ACKNOWLEDGED) == (acknowledgements == 1)
        assert (receipt.next_try_at is None) or not receipt.delivered

    assert acknowledgements == (Mark.ACKNOWLEDGED in words)
