"""How each hold ends (the table of 3.7): which resolution serves which cause, and what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain.holds import ALLOWED
from domain.refusals import InvalidInput, NotClaimable, NotFound, NotHeld, WrongResolution
from domain.values import (
    ExecutionState,
    GroupState,
    HoldCause,
    HoldResolution,
    JeopardyLevel,
    OrderNumber,
    OrderState,
    TaskId,
    TaskState,
    UpdateKind,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products, without_crew


def of_group(trade: Trade, resolution: HoldResolution, key: str = "FK-1", **fields: object) -> c.ResolveHold:
    return c.ResolveHold(resolution, group=trade.group(key).id, **fields)  # type: ignore[arg-type]  # as named


def contradictory_counts() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=2), make.order("N2", "CAMERA", key="FK-1", count=3))
    return trade


def two_customers() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=2))
    trade.now += timedelta(minutes=1)
    trade.intake(
        make.order("N2", "CAMERA", key="FK-1", count=2, customer="K2"),
        make.order("N3", "CLOUD_VIDEO", key="FK-1", count=2, customer="K3"),
    )
    return trade


def test_the_dispatcher_says_which_numbers_to_expect() -> None:
    trade = contradictory_counts()

    numbers = (OrderNumber("N3"), OrderNumber("N1"), OrderNumber("N2"))
    trade.done(of_group(trade, HoldResolution.EXPECT, expected_numbers=numbers))
    assert trade.group_state() is GroupState.COLLECTING
    trade.intake(make.order("N3", "CLOUD_VIDEO", key="FK-1"))

    assert trade.group_state() is GroupState.DISPATCHED
    assert not trade.group().partial_dispatch


def test_the_dispatchers_word_on_the_numbers_silences_the_counts() -> None:
    trade = contradictory_counts()

    numbers = (OrderNumber("N1"), OrderNumber("N2"))
    trade.done(of_group(trade, HoldResolution.EXPECT, expected_numbers=numbers))
    trade.intake(make.order("N9", key="FK-1", count=2))

    assert set(trade.group().orders) == {"N1", "N2"}
    assert set(trade.group(round_=2).orders) == {"N9"}


def test_the_dispatcher_dispatches_in_spite_of_the_counts() -> None:
    trade = contradictory_counts()

    trade.done(of_group(trade, HoldResolution.DISPATCH))

    assert trade.group().partial_dispatch
    assert trade.visits() == {frozenset({"N1", "N2"})}


def test_an_order_with_contradictory_flags_is_kept_separate() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", fused=False, count=1, numbers=["N2"]))

    trade.done(of_group(trade, HoldResolution.SEPARATE, "N1"))

    assert trade.group_state("N1") is GroupState.DISPATCHED
    assert trade.group("N1").expected == ("N1",)


def test_an_order_with_contradictory_flags_is_fused_with_its_group() -> None:
    trade = Trade()
    n1, _ = two_products()
    trade.intake(n1, make.order("N2", "CAMERA", key="FK-1", fused=False, count=1, numbers=["N1"]))

    refs = trade.done(of_group(trade, HoldResolution.FUSE, "N2"))

    assert refs.groups[0] == trade.group().id
    assert trade.visits() == {frozenset({"N1", "N2"})}
    assert trade.group("N2").orders == {}
    assert trade.group_state("N2") is GroupState.CANCELLED


def test_an_order_fused_with_a_key_that_nobody_has_founds_its_first_round() -> None:
    trade = Trade()
    trade.intake(make.order("N2", "CAMERA", key="FK-1", fused=False, count=1, numbers=["N1"]))

    trade.done(of_group(trade, HoldResolution.FUSE, "N2"))

    assert trade.group_state() is GroupState.COLLECTING


def test_the_first_customer_keeps_the_round_and_each_other_gets_the_next() -> None:
    trade = two_customers()

    refs = trade.done(of_group(trade, HoldResolution.SPLIT_BY_CUSTOMER))

    assert refs.groups == ("1/FK-1", "2/FK-1", "3/FK-1")
    rounds = {group.round: set(group.orders) for group in trade.groups.values()}
    assert rounds == {1: {"N1"}, 2: {"N2"}, 3: {"N3"}}
    assert {group.customer.number for group in trade.groups.values()} == {"K1", "K2", "K3"}
    assert trade.group().hold is None


def test_what_was_dispatched_already_goes_with_its_customer() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=3))
    trade.now += timedelta(minutes=1)
    trade.intake(
        make.order("T2", action="TERMINATE", key="FK-1", count=3, customer="K2"),
        make.order("S3", action="SUSPEND", key="FK-1", count=3, customer="K3"),
    )
    trade.claim("Li", "T2")

    trade.done(of_group(trade, HoldResolution.SPLIT_BY_CUSTOMER))

    assert trade.item("T2").claimant == "Li"
    assert trade.task("T2").id.startswith(trade.group_of("T2").id)
    assert trade.group_of("S3").dispatched_at == trade.now
    assert trade.group_state() is GroupState.COLLECTING


def test_late_orders_of_another_customer_leave_together_for_the_next_round() -> None:
    trade = Trade()
    n1, _ = two_products()
    trade.intake(n1)
    trade.wait(hours=1)
    trade.intake(
        make.order("N2", "CAMERA", key="FK-1", count=1, numbers=["N1"], customer="K2"),
        make.order("N3", "CAMERA", key="FK-1", count=1, numbers=["N1"], customer="K2"),
    )

    trade.done(c.ResolveHold(HoldResolution.SPLIT_BY_CUSTOMER, number=OrderNumber("N2")))

    assert set(trade.group(round_=2).orders) == {"N2", "N3"}
    assert trade.order("N2").hold is None
    assert trade.group().dispatched_at is not None


def test_a_conflict_that_upstream_ends_by_cancelling_is_over() -> None:
    trade = Trade()
    trade.intake(
        make.order("N1", key="FK-1", count=1), make.order("N2", "CAMERA", key="FK-1", count=1, customer="K2")
    )

    trade.done(c.CancelOrder(OrderNumber("N2"), "wrong key"), make.UPSTREAM)

    assert UpdateKind.GROUP_RELEASED in trade.kinds()
    assert trade.group_state() is GroupState.DISPATCHED


# visits


def unplaced() -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", address="火星大道1号"))
    return trade


def to_district(trade: Trade, number: str, code: str | None) -> c.ResolveHold:
    task = trade.task(number).id
    return c.ResolveHold(HoldResolution.SET_DISTRICT, task=task, district_code=code)  # type: ignore[arg-type]  # any text


def test_a_visit_without_a_district_is_held_until_the_dispatcher_names_one() -> None:
    trade = unplaced()
    hold = trade.task("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.NO_DISTRICT
    assert (trade.state("N1"), trade.task_state("N1")) == (OrderState.HELD, TaskState.HELD)
    assert trade.group_state("N1") is GroupState.DISPATCHED

    trade.done(to_district(trade, "N1", make.ERQI))

    assert trade.task("N1").crew == "erqi"
    assert trade.kinds() == [UpdateKind.TASK_RELEASED]
    assert trade.order("N1").place.district_code == make.ERQI
    trade.claim("Sun", "N1")


def test_code_and_text_which_disagree_hold_the_visit_under_the_code_until_confirmed() -> None:
    trade = Trade()
    trade.intake(make.order("N1", district=make.JINSHUI, address=make.COLLEGE_ROAD))
    hold = trade.task("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.DISTRICT_CONFLICT
    assert trade.task("N1").crew == "jinshui"
    trade.refused(NotClaimable, c.ClaimWorkItem(trade.item_id("N1")), trade.actor("Li"))

    trade.done(to_district(trade, "N1", make.JINSHUI))

    assert not trade.order("N1").place.conflict
    trade.claim("Li", "N1")


def test_a_district_conflict_of_a_termination_holds_its_visit_and_never_its_network_effect() -> None:
    trade = Trade()

    trade.intake(
        make.order("N1", action="TERMINATE", district=make.JINSHUI, address=make.COLLEGE_ROAD),
        make.order("N2", action="TERMINATE", district=make.PINGYU, address=make.COLLEGE_ROAD),
    )

    for number in ("N1", "N2"):
        assert trade.state(number) is OrderState.IN_PROGRESS
        assert trade.sub_task(number, "ACTIVATION").execution is ExecutionState.IN_PROGRESS
        assert trade.task_state(number) is TaskState.HELD
    trade.done(to_district(trade, "N1", make.JINSHUI))
    assert trade.order("N1").jeopardy is None
    trade.claim("Li", "N1")


def test_a_district_without_a_crew_keeps_the_visit_held_for_another_cause() -> None:
    trade = unplaced()

    trade.done(to_district(trade, "N1", make.PINGYU))

    hold = trade.task("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.NO_CREW
    assert trade.kinds() == [UpdateKind.TASK_HELD]


def test_a_crew_that_is_created_releases_what_waited_for_it() -> None:
    trade = Trade()
    trade.intake(make.order("N1", address="驻马店市平舆县人民路1号"))

    trade.refresh()
    assert trade.kinds() == []
    trade.world = make.with_crews(trade.world, make.crew("pingyu", make.PINGYU))
    trade.world = make.with_members(trade.world, make.member("Zhou", "pingyu"))
    trade.refresh()

    assert UpdateKind.TASK_RELEASED in trade.kinds()
    assert trade.task("N1").crew == "pingyu"


def test_a_crew_without_members_is_dispatched_to_with_an_alarm_that_ends_when_somebody_comes() -> None:
    trade = Trade()

    trade.intake(make.order("N1", address="郑州市新密市西大街1号"))
    jeopardy = trade.order("N1").jeopardy
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.WARNING
    assert jeopardy.message.startswith("NO_MEMBER")
    assert trade.state("N1") is OrderState.IN_PROGRESS
    trade.refresh()
    assert trade.kinds() == []

    trade.world = make.with_members(trade.world, make.member("Qin", "xinmi"))
    trade.refresh()

    assert trade.order("N1").jeopardy is None
    trade.world = make.with_crews(trade.world, make.crew("xinmi", make.XINMI))
    trade.claim("Qin", "N1")


def test_a_district_learned_later_releases_what_had_none() -> None:
    trade = unplaced()
    names = trade.world.districts[make.ERQI]
    districts = {**trade.world.districts, make.ERQI: replace(names, aliases=("火星区",))}
    trade.intake(make.order("N2", address="火星区1号"))
    trade.world = replace(trade.world, districts=districts)

    trade.refresh()

    assert trade.task("N2").crew == "erqi"
    assert trade.task("N1").hold is not None


def test_a_district_learned_later_may_have_no_crew() -> None:
    trade = Trade()
    trade.intake(make.order("N1", address="火星区1号"))
    without_crew(trade, "erqi")
    names = trade.world.districts[make.ERQI]
    districts = {**trade.world.districts, make.ERQI: replace(names, aliases=("火星区",))}
    trade.world = replace(trade.world, districts=districts)

    trade.refresh()

    hold = trade.task("N1").hold
    assert hold is not None
    assert hold.cause is HoldCause.NO_CREW


def test_a_district_is_set_for_a_visit_from_which_an_order_was_cancelled() -> None:
    trade = Trade()
    strange = "火星大道1号"
    trade.intake(*make.fused_orders(make.order("N1", address=strange), make.order("N2", address=strange)))
    trade.done(c.CancelOrder(OrderNumber("N2"), "not wanted"), make.UPSTREAM)

    trade.done(to_district(trade, "N1", make.ERQI))

    assert trade.task("N1").crew == "erqi"


# orders


def test_an_order_held_for_the_customer_is_resumed() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    held = c.HoldWorkItem(trade.item_id("N1"), HoldCause.CUSTOMER_POSTPONED, "next week")
    trade.done(held, trade.actor("Li"))
    assert trade.state("N1") is OrderState.HELD

    trade.done(c.ResolveHold(HoldResolution.RESUME, number=OrderNumber("N1")))

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.kinds() == [UpdateKind.ORDER_RELEASED]


def test_a_hold_until_an_instant_ends_by_itself_then_and_once() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    until = trade.now + timedelta(days=2)
    held = c.HoldWorkItem(trade.item_id("N1"), HoldCause.BLOCKED, "the street is dug up", until)
    trade.done(held, trade.actor("Li"))
    assert trade.group("N1").wake_at == until

    trade.wait(days=1)
    assert trade.state("N1") is OrderState.HELD
    trade.wait(days=1)

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.group("N1").wake_at is None


def test_a_resolution_of_nothing_held_is_refused() -> None:
    trade = Trade()
    trade.intake(*two_products())

    trade.refused(NotHeld, of_group(trade, HoldResolution.DISPATCH))
    trade.refused(NotHeld, c.ResolveHold(HoldResolution.RESUME, number=OrderNumber("N1")))
    trade.refused(NotHeld, to_district(trade, "N1", make.ERQI))


def test_a_resolution_of_nothing_known_is_refused() -> None:
    trade = Trade()
    trade.intake(*two_products())
    unknown = TaskId(f"{trade.group().id}/t9")

    trade.refused(NotFound, c.ResolveHold(HoldResolution.RESUME, number=OrderNumber("N9")))
    trade.refused(NotFound, c.ResolveHold(HoldResolution.SET_DISTRICT, task=unknown))
    trade.refused(NotFound, c.ResolveHold(HoldResolution.EXPECT))


@pytest.mark.parametrize("resolution", list(HoldResolution))
def test_a_resolution_serves_its_own_causes_and_says_which_else_would(resolution: HoldResolution) -> None:
    trade = two_customers()
    allowed = ALLOWED[HoldCause.KEY_CONFLICT]

    command = of_group(trade, resolution)

    if resolution in allowed:
        trade.done(command)
    else:
        assert trade.refused(WrongResolution, command).allowed == allowed


def test_a_resolution_names_what_it_lacks() -> None:
    trade, other = contradictory_counts(), unplaced()

    lacking = trade.refused(InvalidInput, of_group(trade, HoldResolution.EXPECT))
    missing = other.refused(InvalidInput, to_district(other, "N1", None))
    unknown = other.refused(InvalidInput, to_district(other, "N1", "999999"))

    assert [refusal.problems[0].path for refusal in (lacking, missing, unknown)] == [
        ("expectedNumbers",),
        ("districtCode",),
        ("districtCode",),
    ]
    assert "saveDistrict" in unknown.problems[0].message


# superseded


def superseded(product: str = "ENT_BROADBAND", address: str = make.CULTURE_ROAD_AGAIN) -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=0))
    suspension = make.order("S1", product, "SUSPEND", key="FK-1", count=1, numbers=["N1"], address=address)
    trade.intake(suspension)
    return trade


def test_a_suspension_stops_the_open_activation_of_the_same_service_and_upstream_decides() -> None:
    trade = superseded()

    assert trade.sub_task("S1", "ACTIVATION").execution is ExecutionState.IN_PROGRESS
    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.CANCELLED
    hold, jeopardy = trade.order("N1").hold, trade.order("N1").jeopardy
    assert hold is not None
    assert hold.cause is HoldCause.SUPERSEDED
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL


def test_a_superseded_activation_is_resumed_by_being_sent_again() -> None:
    trade = superseded()

    trade.done(c.ResolveHold(HoldResolution.RESUME, number=OrderNumber("N1")))

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.order("N1").jeopardy is None
    assert len(trade.sub_task("N1", "ACTIVATION").attempts) == 2


def test_a_superseded_activation_is_cancelled_by_upstream() -> None:
    trade = superseded()

    refs = trade.done(c.CancelOrder(OrderNumber("N1"), "suspended"), make.UPSTREAM)

    assert not refs.pending
    assert trade.state("N1") is OrderState.CANCELLED


@pytest.mark.parametrize(
    ("product", "address"), [("CAMERA", make.CULTURE_ROAD), ("ENT_BROADBAND", make.COLLEGE_ROAD)]
)
def test_a_suspension_leaves_other_services_alone(product: str, address: str) -> None:
    trade = superseded(product, address)

    assert trade.order("N1").hold is None


def test_a_suspension_leaves_a_live_service_and_other_kinds_of_order_alone() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=0))
    trade.report("N1", "ACTIVATION")

    trade.intake(
        make.order("V1", action="SURVEY", key="FK-1", count=1, numbers=["N1"]),
        make.order("S1", action="SUSPEND", key="FK-1", count=1, numbers=["N1"]),
        make.order("R1", action="RESUME", key="FK-1", count=1, numbers=["N1"]),
    )

    assert all(order.hold is None for order in trade.group().orders.values())


def test_a_suspension_leaves_the_undoing_of_an_activation_alone() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=0))
    trade.report("N1", "ACTIVATION")
    trade.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)

    trade.intake(make.order("S1", action="SUSPEND", key="FK-1", count=1, numbers=["N1"]))
    assert trade.state("N1") is OrderState.PENDING_CANCELLATION
    trade.report("N1", "ACTIVATION")

    assert trade.state("N1") is OrderState.CANCELLED


def test_an_activation_superseded_before_its_dispatch_is_dispatched_without_being_sent() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=1, numbers=["S1"]))

    trade.intake(make.order("S1", action="SUSPEND", key="FK-1", count=1, numbers=["N1"]))

    assert trade.state("N1") is OrderState.HELD
    assert trade.sub_task("N1", "ACTIVATION").attempts == ()
    assert trade.sub_task("N1", "QUALITY_CHECK").execution is ExecutionState.IN_PROGRESS
    trade.done(c.ResolveHold(HoldResolution.RESUME, number=OrderNumber("N1")))
    assert len(trade.sub_task("N1", "ACTIVATION").attempts) == 1
