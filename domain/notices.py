"""What upstream reads of a receipt: the message that goes over the line, made of the group as it is (D19).

A construction receipt carries how far the three parts are at that moment, a completion notice their verdicts. It
speaks of one order alone (D20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.groups import Group
from domain.orders import Order, Receipt
from domain.upstream import Message
from domain.values import MemberId, ReceiptKind
from domain.world import Member


def notice(group: Group, order: Order, receipt: Receipt, members: Mapping[MemberId, Member]) -> Message:
    """The message of a receipt; its id stays the same however often it is sent."""
    kind = f"receipt.{receipt.kind.lower()}"
    body = {
        "type": kind,
        "timestamp": receipt.at.isoformat(),
        "data": {
            "receipt": receipt.id,
            "order": order.number,
            "attempt": receipt.attempt,
            "kind": receipt.kind.value,
            "group": {"key": group.key, "round": group.round},
            "outcome": receipt.outcome.value,
            "reason": receipt.reason.value if receipt.reason is not None else None,
            "note": receipt.note,
            "by": _claimant(receipt, members),
            **_of_kind(order, receipt),
        },
    }
    return Message(receipt.id, kind, receipt.at, body)


def _claimant(receipt: Receipt, members: Mapping[MemberId, Member]) -> dict[str, str] | None:
    """Who answers for it."""
    member = members.get(receipt.by) if receipt.by is not None else None
    return {"name": member.name, "phone": member.phone} if member is not None else None


def _of_kind(order: Order, receipt: Receipt) -> dict[str, Any]:
    """The verdicts of a completion notice were written down with it; the states so far are those of now."""
    if receipt.kind is ReceiptKind.COMPLETION:
        return {"evidence": {}, "verdicts": dict(receipt.evidence or {})}
    parts = {
        part.kind.value: {
            "execution": part.execution.value,
            "verdict": part.verdict.value if part.verdict is not None else None,
        }
        for part in order.sub_tasks
    }
    return {"evidence": dict(receipt.evidence or {}), "subTasks": parts}
