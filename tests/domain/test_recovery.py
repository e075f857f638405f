"""设备回收: what a receipt of a termination says of the installed devices (domain/receipts.py, G5)."""

from __future__ import annotations

import pytest

from domain.commands import Recovered, SubmitReceipt
from domain.groups import Group
from domain.receipts import MOST_RECOVERED
from domain.refusals import EvidenceMissing, InvalidInput, RecoveryIncomplete, SerialMismatch
from domain.tasks import RecoveryLine
from domain.values import RecoveryOutcome, WorkItemState
from tests import make

BACK, LOST = RecoveryOutcome.RECOVERED, RecoveryOutcome.LOST
ONT, BOX = Recovered("ONT-A", BACK), Recovered("STB-B", BACK)


def termination() -> Group:
    order = make.order("N1", action="TERMINATE", serials=["ONT-A", "STB-B"])
    return make.group(order, claimed={"N1": "Li"})


def receipt(*recovery: Recovered, **evidence: str) -> SubmitReceipt:
    return SubmitReceipt(make.item("N1"), evidence=evidence or {"photo": "photo-1"}, recovery=recovery)


def problems(group: Group, command: SubmitReceipt) -> list[str]:
    refusal = make.refused(make.decision(command, group, "Li"))
    assert isinstance(refusal, InvalidInput)
    return [".".join(problem.path) for problem in refusal.problems]


def test_every_installed_device_comes_back() -> None:
    done = make.after(termination(), (receipt(ONT, BOX), "Li"))

    item = make.item_of(done)
    assert item.state is WorkItemState.DONE
    assert item.recovery == (RecoveryLine("ONT-A", BACK), RecoveryLine("STB-B", BACK))


def test_receipt_carries_what_became_of_each_device() -> None:
    done = make.after(termination(), (receipt(Recovered("STB-B", LOST, "stolen"), ONT), "Li"))

    (order,) = done.orders.values()
    assert order.receipts[0].evidence == {
        "photo": "photo-1",
        "recovery": [
            {"serial": "ONT-A", "outcome": "RECOVERED", "note": None},
            {"serial": "STB-B", "outcome": "LOST", "note": "stolen"},
        ],
    }


def test_device_that_nobody_speaks_of_is_open() -> None:
    refusal = make.refused(make.decision(receipt(ONT), termination(), "Li"))

    assert isinstance(refusal, RecoveryIncomplete)
    assert refusal.open == ("STB-B",)


@pytest.mark.parametrize("outcome", [o for o in RecoveryOutcome if o is not BACK])
@pytest.mark.parametrize("note", [None, "  "])
def test_device_that_is_not_recovered_needs_a_note(outcome: RecoveryOutcome, note: str | None) -> None:
    command = receipt(ONT, Recovered("STB-B", outcome, note))

    refusal = make.refused(make.decision(command, termination(), "Li"))

    assert isinstance(refusal, RecoveryIncomplete)
    assert refusal.open == ("STB-B",)


def test_strange_device_without_a_note_is_a_mismatch_before_anything_is_open() -> None:
    refusal = make.refused(make.decision(receipt(Recovered("ONT-Z", BACK)), termination(), "Li"))

    assert isinstance(refusal, SerialMismatch)
    assert refusal.unexpected == ("ONT-Z",)


def test_strange_device_with_a_note_is_taken_along() -> None:
    strange = Recovered("ONT-Z", BACK, "replaced last year")

    done = make.after(termination(), (receipt(strange, ONT, BOX), "Li"))

    assert make.item_of(done).recovery[-1] == RecoveryLine("ONT-Z", BACK, "replaced last year")
    (order,) = done.orders.values()
    assert order.receipts[0].evidence is not None
    assert order.receipts[0].evidence["recovery"][-1]["serial"] == "ONT-Z"


def test_termination_without_known_devices_needs_none() -> None:
    group = make.group(make.order("N1", action="TERMINATE"), claimed={"N1": "Li"})

    done = make.after(group, (receipt(), "Li"))

    (order,) = done.orders.values()
    assert order.receipts[0].evidence == {"photo": "photo-1"}


def test_evidence_is_looked_at_before_the_devices() -> None:
    refusal = make.decision(receipt(Recovered("ONT-Z", BACK), note="x"), termination(), "Li")

    assert isinstance(refusal, EvidenceMissing)


def test_only_terminations_recover_devices() -> None:
    group = make.group(make.order("N1", product="CAMERA"), claimed={"N1": "Li"})
    evidence = {"serial": "CAM-1", "channel_count": 4, "picture_test": True}

    command = SubmitReceipt(make.item("N1"), evidence=evidence, recovery=(ONT,))

    assert problems(group, command) == ["recovery"]


def test_device_is_spoken_of_once() -> None:
    command = receipt(ONT, BOX, Recovered("ONT-A", LOST, "or not"))

    assert problems(termination(), command) == ["recovery.2.serial"]


def test_device_without_a_number_is_invalid() -> None:
    command = receipt(ONT, BOX, Recovered(" ", BACK, "no label"))

    assert problems(termination(), command) == ["recovery.2.serial"]


def test_texts_of_the_lines_are_checked() -> None:
    command = receipt(ONT, Recovered("STB-B", LOST, "x" * 2001), Recovered("S\0", BACK, "found"))

    assert problems(termination(), command) == ["recovery.1.note", "recovery.2.serial"]


def test_lines_are_bounded() -> None:
    lines = [Recovered(f"ONT-{n}", BACK, "a box full") for n in range(MOST_RECOVERED + 1)]

    assert problems(termination(), receipt(*lines)) == ["recovery"]
