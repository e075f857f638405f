"""What a receipt must carry, and what it may not (domain/receipts.py, 3.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.commands import SubmitReceipt
from domain.decisions import Done
from domain.groups import Group
from domain.refusals import EvidenceMissing, InvalidInput
from tests import make

LINE = {
    "ont_serial": "ZTEG-0815",
    "access_port": "0/3/7",
    "photo": "photo-1",
    "customer_confirmation": "陈女士",
}
CAMERA = {"serial": "CAM-1", "channel_count": 4, "picture_test": True}


def receipt(number: str = "N1", **fields: Any) -> SubmitReceipt:
    return SubmitReceipt(make.item(number), **{"evidence": LINE, **fields})


def problems(group: Group, command: SubmitReceipt) -> dict[str, str]:
    refusal = make.refused(make.decision(command, group, "Li"))
    assert isinstance(refusal, InvalidInput)
    return {".".join(problem.path): problem.message for problem in refusal.problems}


def test_evidence_nobody_asked_for_is_kept() -> None:
    evidence = {**LINE, "fibre_length_m": 12.5, "hops": ["a", {"b": None}]}

    done = make.after(make.group(claimed={"N1": "Li"}), (receipt(evidence=evidence), "Li"))

    (order,) = done.orders.values()
    assert order.receipts[0].evidence == evidence


@pytest.mark.parametrize("absent", [None, "", "  "])
def test_missing_evidence_is_named(absent: str | None) -> None:
    group = make.group(claimed={"N1": "Li"})
    evidence = {**LINE, "photo": absent, "ont_serial": absent, "access_port": 7}

    refusal = make.refused(make.decision(receipt(evidence=evidence), group, "Li"))

    assert isinstance(refusal, EvidenceMissing)
    assert refusal.missing == ("ont_serial", "photo")


def test_optional_evidence_may_be_missing_but_not_wrong() -> None:
    group = make.group(claimed={"N1": "Li"})
    item = make.item_of(group)
    relaxed = group.holding(replace(item, evidence=tuple(replace(r, required=False) for r in item.evidence)))

    assert isinstance(make.decision(receipt(evidence={}), relaxed, "Li"), Done)
    assert list(problems(relaxed, receipt(evidence={"photo": 7}))) == ["evidence.photo"]


@pytest.mark.parametrize(
    ("name", "wrong", "says"),
    [
        ("serial", 4711, "a text"),
        ("serial", ["CAM-1"], "a text"),
        ("channel_count", "four", "a number"),
        ("channel_count", True, "a number"),
        ("channel_count", float("nan"), "a number"),
        ("picture_test", "yes", "true or false"),
        ("picture_test", 1, "true or false"),
    ],
)
def test_evidence_of_the_wrong_kind_is_named_with_the_right_one(name: str, wrong: object, says: str) -> None:
    group = make.group(make.order("N1", product="CAMERA"), claimed={"N1": "Li"})

    found = problems(group, receipt(evidence={**CAMERA, name: wrong}))

    assert list(found) == [f"evidence.{name}"]
    assert says in found[f"evidence.{name}"]


def test_unknown_choice_is_answered_with_the_known_ones() -> None:
    group = make.group(make.order("N1", action="SURVEY"), claimed={"N1": "Li"})
    evidence = {"feasibility": "PERHAPS", "access_point": "cabinet 7", "photo": "photo-1"}

    found = problems(group, receipt(evidence=evidence))

    assert "FEASIBLE, CONDITIONAL, NOT_FEASIBLE" in found["evidence.feasibility"]


def test_receipt_from_the_future_is_invalid() -> None:
    group = make.group(claimed={"N1": "Li"})

    assert list(problems(group, receipt(occurred_at=make.NOON + make.HOUR / 60))) == ["occurredAt"]


def test_texts_which_cannot_be_stored_are_named_wherever_they_are() -> None:
    group = make.group(claimed={"N1": "Li"})
    evidence = {**LINE, "photo": "p\0", "memo": "\ud800", "more": {"deep": ["fine", "x" * 2001]}}

    found = problems(group, receipt(evidence=evidence, note="n" * 2001))

    assert set(found) == {"note", "evidence.photo", "evidence.memo", "evidence.more.deep.1"}
    assert "surrogate" in found["evidence.memo"]
    assert "2001 characters" in found["evidence.more.deep.1"]


def test_refused_receipt_says_everything_that_is_wrong_at_once() -> None:
    group = make.group(make.order("N1", product="CAMERA"), claimed={"N1": "Li"})
    command = receipt(evidence={**CAMERA, "channel_count": "x"}, note="\0", occurred_at=make.NOON + make.HOUR)

    assert set(problems(group, command)) == {"evidence.channel_count", "note", "occurredAt"}
