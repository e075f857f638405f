"""What is kept of a callback, and why news of an attempt that is not open counts for nothing."""

from __future__ import annotations

import pytest

from domain.callbacks import (
    CallbackSource,
    CallbackStatus,
    Finding,
    name_of,
    number_in,
    received,
    without_effect,
)
from domain.values import SubTaskId
from tests import arrivals as make
from tests.domain.trade import Trade

NMS = CallbackSource.NMS


def dispatched() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1"))
    return trade


def finding(trade: Trade, sub_task: str, attempt: int) -> Finding:
    return without_effect("key", SubTaskId(sub_task), attempt, trade.groups)


def test_what_a_database_cannot_hold_is_left_out_of_a_body_and_of_names() -> None:
    kept = received(NMS, "a\0b", "x\0\ud800y", make.NOON, event_id="e\0")

    assert (kept.event, kept.body, kept.event_id) == ("ab", "x?y", None)


def test_a_body_is_kept_whole_up_to_its_bound() -> None:
    kept = received(NMS, "e", "x" * 9, make.NOON, finding=Finding(CallbackStatus.FORGED, "why"), largest=9)

    assert kept.body == "x" * 9
    assert kept.finding == Finding(CallbackStatus.FORGED, "why")


def test_what_is_cut_off_a_body_is_said_and_no_character_is_cut_in_two() -> None:
    kept = received(NMS, "e", "网管" * 2, make.NOON, finding=Finding(CallbackStatus.FORGED, "why"), largest=8)

    assert kept.body == "网管"
    assert kept.finding == Finding(CallbackStatus.FORGED, "why; the first 8 of 12 bytes are kept")


def test_a_note_is_cut_before_what_it_says_of_the_body() -> None:
    long = Finding(CallbackStatus.UNREADABLE, "y" * 900)

    kept = received(NMS, "e" * 900, "xx", make.NOON, finding=long, largest=1)

    assert kept.finding is not None
    assert len(kept.finding.note) == 500
    assert kept.finding.note.endswith("y; the first 1 of 2 bytes are kept")
    assert len(kept.event) == 200


@pytest.mark.parametrize("name", [None, 7, "", "  ", "x" * 201, "a\0b", "\udc00", ["a"]])
def test_what_nothing_can_be_found_by_is_no_name(name: object) -> None:
    assert name_of(name) is None


def test_a_name_is_kept_as_it_is() -> None:
    assert name_of("x" * 200) == "x" * 200


@pytest.mark.parametrize(("key", "number"), [("HA-1#A2", "HA-1"), ("HA-1", None), (None, None)])
def test_a_key_tells_its_order(key: str | None, number: str | None) -> None:
    assert number_in(key) == number


@pytest.mark.parametrize(("sub_task", "attempt"), [("N9/ACTIVATION", 1), ("N1/LUNCH", 1)])
def test_what_was_never_there_is_unknown(sub_task: str, attempt: int) -> None:
    found = finding(dispatched(), sub_task, attempt)

    assert found == Finding(CallbackStatus.UNKNOWN_ATTEMPT, f"there is no sub-task {sub_task}", "key")


@pytest.mark.parametrize("attempt", [0, 2])
def test_an_attempt_that_was_never_made_is_unknown(attempt: int) -> None:
    found = finding(dispatched(), "N1/ACTIVATION", attempt)

    note = f"attempt {attempt} of N1/ACTIVATION was never made; there are 1"
    assert found == Finding(CallbackStatus.UNKNOWN_ATTEMPT, note, "key")


def test_an_attempt_that_was_followed_by_another_is_old() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    trade.report("N1", "ACTIVATION", outcome="FAILED")

    found = finding(trade, "N1/ACTIVATION", 1)

    note = "attempt 1 of N1/ACTIVATION was followed by attempt 2"
    assert found == Finding(CallbackStatus.OLD_ATTEMPT, note, "key")


def test_an_attempt_with_a_verdict_is_old() -> None:
    trade = dispatched()
    trade.report("N1", "ACTIVATION")

    found = finding(trade, "N1/ACTIVATION", 1)

    note = "attempt 1 of N1/ACTIVATION is closed: SUCCEEDED"
    assert found == Finding(CallbackStatus.OLD_ATTEMPT, note, "key")


def test_an_attempt_of_an_order_that_is_final_is_old() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SUSPEND"))
    for kind in ("ACTIVATION", "QUALITY_CHECK"):
        trade.report("N1", kind)

    found = finding(trade, "N1/QUALITY_CHECK", 1)

    note = "attempt 1 of N1/QUALITY_CHECK is closed: its order is final"
    assert found == Finding(CallbackStatus.OLD_ATTEMPT, note, "key")
