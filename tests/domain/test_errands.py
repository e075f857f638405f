"""What a group still has to say to other systems, and under which names."""

from __future__ import annotations

import pytest

from domain import commands as c
from domain.errands import open_errands
from domain.network import attempt_of, correlation_key
from domain.outbox import Topic
from domain.upstream import Mark
from domain.values import OrderNumber, SubTaskKind
from tests import arrivals as make
from tests.domain.trade import Trade


def errands(trade: Trade, topic: Topic) -> list[str]:
    return sorted(errand.id for errand in open_errands(trade.order("N1")) if errand.topic is topic)


def test_both_network_parts_are_errands_from_the_dispatch_to_their_result() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    before = errands(trade, Topic.NETWORK)

    trade.report("N1", "ACTIVATION")

    assert before == ["N1#A1", "N1#Q1"]
    assert errands(trade, Topic.NETWORK) == ["N1#Q1"]


def test_nothing_is_sent_for_what_waits_or_is_over() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=1, numbers=["N2"]))
    waiting = errands(trade, Topic.NETWORK)

    trade.done(c.CancelOrder(OrderNumber("N1"), "mistake"), make.UPSTREAM)

    assert (waiting, errands(trade, Topic.NETWORK)) == ([], [])


def test_what_must_be_carried_out_and_what_is_taken_back_goes_first() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.report("N1", "ACTIVATION")
    trade.done(c.CancelOrder(OrderNumber("N1"), "mistake"), make.UPSTREAM)
    trade.intake(make.order("S1", action="SUSPEND"))

    orders = [trade.order(number) for number in ("N1", "S1")]

    urgent = {errand.id: errand.urgent for order in orders for errand in open_errands(order)}
    assert urgent == {"N1#A2": True, "S1#A1": True, "S1#Q1": True}


def test_receipts_go_upstream_in_their_order() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.finish("N1")

    found = [errand for errand in open_errands(trade.order("N1")) if errand.topic is Topic.UPSTREAM]

    assert [(errand.id, errand.lane, errand.seq) for errand in found] == [
        ("N1/1/CONSTRUCTION", "N1", 0),
        ("N1/1/COMPLETION", "N1", 1),
    ]


def test_an_acknowledged_receipt_is_no_errand() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.receipt("N1")
    receipt = trade.order("N1").receipts[0]

    trade.done(c.MarkReceipt(OrderNumber("N1"), receipt.id, Mark.ACKNOWLEDGED), make.UPSTREAM)

    assert errands(trade, Topic.UPSTREAM) == []


@pytest.mark.parametrize("number", ["N1", "N#1", "a/b", "N1#A1"])
def test_a_correlation_key_names_its_attempt(number: str) -> None:
    key = correlation_key(OrderNumber(number), SubTaskKind.QUALITY_CHECK, 12)

    assert attempt_of(key) == (f"{number}/QUALITY_CHECK", 12)


@pytest.mark.parametrize(
    "key", ["", "N1", "#A1", "N1#", "N1#B1", "N1#A", "N1#A0", "N1#A-1", "N1#A1x", "N1#A01", "N1#A٣"]
)
def test_what_is_no_key_of_ours_is_recognised(key: str) -> None:
    assert attempt_of(key) is None
