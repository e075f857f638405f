from __future__ import annotations

import json
from typing import Any

from domain import commands as c
from domain.notices import notice
from domain.upstream import Message
from domain.values import ReasonCode
from tests import arrivals as make
from tests.domain.trade import Trade


def messages(trade: Trade, number: str = "N1") -> list[Message]:
    group, order = trade.group_of(number), trade.order(number)
    return [notice(group, order, receipt, trade.world.members) for receipt in order.receipts]


def constructed() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.start("N1")
    trade.report("N1", "ACTIVATION")
    trade.receipt("N1", note="机房在三楼")
    return trade


def data(message: Message) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(message.body))["data"]
    return read


def test_a_construction_receipt_says_who_did_what_and_how_far_the_others_are() -> None:
    trade = constructed()

    [message] = messages(trade)

    assert (message.id, message.kind) == ("N1/1/CONSTRUCTION", "receipt.construction")
    assert message.body["type"] == "receipt.construction"
    assert message.body["timestamp"] == trade.order("N1").receipts[0].at.isoformat()
    assert data(message) == {
        "receipt": "N1/1/CONSTRUCTION",
        "order": "N1",
        "attempt": 1,
        "kind": "CONSTRUCTION",
        "group": {"key": "N1", "round": 1},
        "outcome": "SUCCEEDED",
        "reason": None,
        "note": "机房在三楼",
        "evidence": make.evidence(trade.item("N1")),
        "by": {"name": "Li", "phone": "13812345678"},
        "subTasks": {
            "CONSTRUCTION": {"execution": "DONE", "verdict": "SUCCEEDED"},
            "ACTIVATION": {"execution": "DONE", "verdict": "SUCCEEDED"},
            "QUALITY_CHECK": {"execution": "IN_PROGRESS", "verdict": None},
        },
    }


def test_a_completion_notice_says_the_three_verdicts_and_names_nobody() -> None:
    trade = constructed()
    trade.report("N1", "QUALITY_CHECK")

    [_, message] = messages(trade)

    assert (message.id, message.kind) == ("N1/1/COMPLETION", "receipt.completion")
    said = data(message)
    assert (said["outcome"], said["by"], said["evidence"]) == ("SUCCEEDED", None, {})
    assert said["verdicts"] == {
        "CONSTRUCTION": "SUCCEEDED",
        "ACTIVATION": "SUCCEEDED",
        "QUALITY_CHECK": "SUCCEEDED",
    }
    assert "subTasks" not in said


def test_a_part_that_an_order_does_not_need_has_a_verdict_too() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    [message] = messages(trade)

    assert data(message)["verdicts"]["CONSTRUCTION"] == "NOT_APPLICABLE"


def test_a_return_says_its_reason() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.start("N1")
    trade.done(
        c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.ADDRESS_WRONG, "no such house"), trade.actor("Li")
    )

    first, last = messages(trade)

    said = data(first)
    assert (said["outcome"], said["reason"], said["note"]) == ("RETURNED", "ADDRESS_WRONG", "no such house")
    assert data(last)["outcome"] == "FAILED"


def test_a_claimant_of_whom_nothing_is_known_is_not_named() -> None:
    trade = constructed()
    group, order = trade.group_of("N1"), trade.order("N1")

    message = notice(group, order, order.receipts[0], {})

    assert data(message)["by"] is None
