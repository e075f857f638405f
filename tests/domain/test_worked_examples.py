"""The worked examples of the trade, G1, G2, G4 and G5, told as they are written there."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from domain import commands as c
from domain.contacts import group_contact
from domain.fusing import explain
from domain.progress import visits_saved
from domain.refusals import (
    FirstContactPending,
    NotHoldable,
    NotInCrew,
    NotReturnable,
    RecoveryIncomplete,
    SerialMismatch,
)
from domain.values import (
    ExecutionState,
    GroupState,
    HoldCause,
    JeopardyLevel,
    OrderState,
    ReasonCode,
    ReceiptKind,
    RecoveryOutcome,
    UpdateKind,
    Verdict,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products


def test_g1_broadband_and_camera_are_one_visit_led_by_who_claims_the_line() -> None:
    trade = Trade()
    n1, n2 = two_products()

    trade.intake(n1)
    assert trade.group_state() is GroupState.COLLECTING
    assert "waiting for N2" in explain(trade.group(), trade.group_state())

    trade.intake(n2)
    assert trade.visits() == {frozenset({"N1", "N2"})}
    assert trade.task("N1").district_code == make.JINSHUI
    for number in ("N1", "N2"):
        assert trade.sub_task(number, "ACTIVATION").execution is ExecutionState.IN_PROGRESS
        assert trade.sub_task(number, "QUALITY_CHECK").execution is ExecutionState.IN_PROGRESS

    trade.claim("Zhao", "N2")
    assert trade.first_contact("N1") is None
    starts = trade.now + timedelta(hours=2)
    booking = c.BookAppointment(trade.task("N1").id, starts, starts + timedelta(hours=2))
    pending = trade.refused(FirstContactPending, booking, trade.actor("Zhao"))
    assert pending.waits_for.row.number == "N1"

    trade.claim("Li", "N1")
    assert trade.first_contact("N1") == "Li"
    trade.done(booking, trade.actor("Li"))
    assert trade.task("N2").appointment is not None

    trade.receipt("N2")
    assert trade.order("N2").receipt(ReceiptKind.CONSTRUCTION) is not None
    assert trade.order("N1").receipts == ()
    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.group_state() is GroupState.IN_PROGRESS
    assert visits_saved(trade.group()) == 1


@pytest.mark.parametrize("arrivals", list(permutations(range(3))))
def test_g2_three_products_in_two_districts_are_two_visits_whatever_arrives_first(
    arrivals: tuple[int, ...],
) -> None:
    trade = Trade()
    orders = make.fused_orders(
        make.order("N1", "INTERNET_LINE", address=make.GARDEN_ROAD),
        make.order("N2", "CLOUD_VIDEO", address=make.GARDEN_ROAD),
        make.order("N3", "CAMERA", address=make.COLLEGE_ROAD),
        key="FK-2",
    )

    trade.intake(*(orders[index] for index in arrivals))
    assert trade.visits("FK-2") == {frozenset({"N1", "N2"}), frozenset({"N3"})}
    assert (trade.task("N1").crew, trade.task("N3").crew) == ("jinshui", "erqi")
    refusal = trade.refused(NotInCrew, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Sun"))
    assert refusal.crew == "jinshui"

    trade.claim("Sun", "N3")
    trade.claim("Zhao", "N2")
    trade.claim("Li", "N1")
    assert trade.first_contact("N1") == "Li"
    assert trade.first_contact("N3") == "Sun"
    contact = group_contact(trade.group("FK-2"))
    assert contact is not None
    assert contact.member == "Li"


def suspension() -> dict[str, object]:
    return make.order(
        "N1",
        "INTERNET_LINE",
        "SUSPEND",
        address="驻马店市平舆县人民路1号",
        key="FK-4",
        count=1,
        numbers=["N2"],
        redList=True,
        postPay=True,
    )


def test_g4_a_suspension_waits_for_nobody() -> None:
    trade = Trade()

    trade.intake(suspension())
    activation = trade.sub_task("N1", "ACTIVATION")
    assert activation.execution is ExecutionState.IN_PROGRESS
    assert activation.attempts[0].started_at == trade.now
    assert activation.attempts[0].sent == {"action": "suspend"}
    assert trade.group("FK-4").items == {}
    assert "1 of 2 received" in explain(trade.group("FK-4"), trade.group_state("FK-4"))

    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")
    assert trade.state("N1") is OrderState.COMPLETED
    assert trade.order("N1").receipt(ReceiptKind.COMPLETION) is not None
    assert trade.order("N1").payload.red_list
    assert trade.order("N1").payload.post_pay


def test_g4_a_suspension_that_the_network_fails_thrice_becomes_urgent_and_never_fails() -> None:
    trade = Trade()
    trade.intake(suspension())

    for _ in range(3):
        assert trade.group("FK-4").items == {}
        trade.report("N1", "ACTIVATION", outcome="FAILED")

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.item("N1").urgent
    hold, jeopardy = trade.task("N1").hold, trade.order("N1").jeopardy
    assert hold is not None
    assert hold.cause is HoldCause.NO_CREW
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL
    assert trade.kinds().count(UpdateKind.JEOPARDY) == 2
    trade.world = make.with_crews(trade.world, make.crew("pingyu", make.PINGYU, "Zhou"))
    trade.world = make.with_members(trade.world, make.member("Zhou", "pingyu"))
    trade.refresh()
    trade.claim("Zhou", "N1")
    held = c.HoldWorkItem(trade.item_id("N1"), HoldCause.BLOCKED, "red list")
    trade.refused(NotHoldable, held, trade.actor("Zhou"))
    returned = c.ReturnWorkItem(trade.item_id("N1"), ReasonCode.CUSTOMER_REFUSED)
    trade.refused(NotReturnable, returned, trade.actor("Zhou"))


def test_g5_both_terminations_are_one_recovery_visit_and_account_for_every_device() -> None:
    trade = Trade()
    orders = make.fused_orders(
        make.order("N1", "ENT_BROADBAND", "TERMINATE", installedSerials=["ONT-A", "STB-B"]),
        make.order("N2", "CAMERA", "TERMINATE"),
        key="FK-5",
    )

    trade.intake(*orders)
    assert trade.visits("FK-5") == {frozenset({"N1", "N2"})}
    for number in ("N1", "N2"):
        assert trade.sub_task(number, "ACTIVATION").attempts[0].sent == {"action": "terminate"}

    trade.claim("Li", "N1", "N2")
    item, li = trade.item("N1"), trade.actor("Li")
    scanned = c.Recovered("ONT-A", RecoveryOutcome.RECOVERED)
    strange = c.Recovered("ONT-Z", RecoveryOutcome.RECOVERED)
    lost = c.Recovered("STB-B", RecoveryOutcome.LOST, "the customer cannot find it")

    def receipt(*lines: c.Recovered) -> c.SubmitReceipt:
        return c.SubmitReceipt(item.id, evidence=make.evidence(item), recovery=lines)

    assert trade.refused(RecoveryIncomplete, receipt(scanned), li).open == ("STB-B",)
    assert trade.refused(SerialMismatch, receipt(scanned, lost, strange), li).unexpected == ("ONT-Z",)
    trade.done(receipt(scanned, lost), li)
    assert trade.sub_task("N1", "CONSTRUCTION").verdict is Verdict.SUCCEEDED
    assert [line.outcome for line in trade.item("N1").recovery] == ["RECOVERED", "LOST"]
