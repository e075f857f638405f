"""Visits: who shares one, late orders, merging and splitting, districts which move."""

from __future__ import annotations

from typing import Any

from domain import commands as c
from domain.progress import visits_saved
from domain.refusals import NotFound, NotMergeable, NotSplittable
from domain.values import (
    GroupId,
    HoldCause,
    ItemId,
    MemberId,
    OrderState,
    TaskId,
    TaskState,
    UpdateKind,
    WorkItemState,
)
from tests import arrivals as make
from tests.domain.trade import Trade, two_products, without_crew


def waited(*orders: dict[str, object]) -> Trade:
    """The first order is dispatched alone when its time is up; the others have not come yet."""
    trade = Trade()
    trade.intake(orders[0])
    trade.wait(hours=1)
    return trade


def two_doors(**second: object) -> Trade:
    trade = Trade()
    other = {"address": make.GARDEN_ROAD, **second}
    trade.intake(*make.fused_orders(make.order("N1"), make.order("N2", "CAMERA", **other)))  # type: ignore[arg-type]  # fields of the schema
    return trade


def merging(trade: Trade, *numbers: str) -> c.MergeTasks:
    return c.MergeTasks(tuple(trade.task(number).id for number in numbers), "one house")


def splitting(trade: Trade, number: str, *items: str) -> c.SplitTask:
    return c.SplitTask(trade.task(number).id, tuple(trade.item_id(item) for item in items), "two days")


def test_two_customers_at_one_door_are_two_visits() -> None:
    trade = Trade()
    termination = make.order("T1", "CAMERA", "TERMINATE", key="FK-1", count=0)
    other = make.order("T2", "CAMERA", "TERMINATE", key="FK-1", count=1, numbers=["T1"], customer="K2")

    trade.intake(termination, other)

    assert trade.visits() == {frozenset({"T1"}), frozenset({"T2"})}


def test_one_standard_id_is_one_door_however_it_is_spelled() -> None:
    trade = Trade()
    orders = make.fused_orders(
        make.order("N1", standard_id="A"), make.order("N2", address=make.GARDEN_ROAD, standard_id="A")
    )

    trade.intake(*orders)

    assert trade.visits() == {frozenset({"N1", "N2"})}


def test_a_late_order_joins_the_visit_at_its_door_and_the_appointment_stays() -> None:
    n1, n2 = two_products()
    trade = waited(n1)
    trade.claim("Li", "N1")
    trade.book("Li", "N1")

    trade.intake(n2)

    assert trade.visits() == {frozenset({"N1", "N2"})}
    assert trade.task("N2").appointment is not None


def test_a_late_order_finds_the_crew_on_site_and_is_a_revisit() -> None:
    n1, n2 = two_products()
    trade = waited(n1)
    trade.claim("Li", "N1")
    trade.start("N1")
    first = trade.task("N1").id

    trade.intake(n2)

    assert trade.task("N2").follows == first
    created = next(event for event in trade.last if event.kind is UpdateKind.TASK_CREATED)
    assert created.detail is not None
    assert created.detail["revisit"]


def test_a_late_order_after_the_visit_follows_it_and_before_any_visit_follows_none() -> None:
    n1, n2 = two_products()
    done, cancelled = waited(n1), waited(n1)
    done.claim("Li", "N1")
    done.receipt("N1")
    cancelled.done(c.CancelOrder(n1["number"], "not wanted"), make.UPSTREAM)

    done.intake(n2)
    cancelled.intake(n2)

    assert done.task("N2").follows == done.task("N1").id
    assert cancelled.task("N2").follows is None


def test_a_late_order_whose_district_is_doubtful_does_not_hold_a_visit_that_goes_on() -> None:
    n1, _ = two_products()
    trade = waited(n1)
    doubtful = "郑州市二七区文化路85号3号楼502室"

    trade.intake(
        make.order("N2", key="FK-1", count=1, numbers=["N1"], address=doubtful, district=make.JINSHUI)
    )

    assert trade.task_state("N1") is TaskState.OPEN
    assert trade.task_state("N2") is TaskState.HELD
    assert trade.task("N2").follows is None


def test_visits_saved_are_the_items_less_the_visits_without_the_cancelled() -> None:
    trade = Trade()
    n1, n2 = two_products()
    trade.intake(n1)
    assert visits_saved(trade.group()) == 0

    trade.intake(n2)
    assert visits_saved(trade.group()) == 1
    trade.done(c.CancelOrder(n2["number"], "not wanted"), make.UPSTREAM)

    assert visits_saved(trade.group()) == 0


# merge


def test_a_dispatcher_merges_what_is_one_house_into_the_first() -> None:
    trade = two_doors()
    first = trade.task("N1").id
    trade.claim("Zhao", "N2")

    refs = trade.done(merging(trade, "N1", "N2"))

    assert refs.task == first
    assert trade.visits() == {frozenset({"N1", "N2"})}
    assert trade.item("N2").claimant == "Zhao"
    assert trade.kinds()[0] is UpdateKind.TASKS_MERGED


def test_the_appointment_of_a_visit_that_was_merged_away_is_cancelled() -> None:
    trade = two_doors()
    trade.claim("Zhao", "N2")
    trade.book("Zhao", "N2")

    trade.done(merging(trade, "N1", "N2"))

    assert UpdateKind.APPOINTMENT_CLOSED in trade.kinds()
    assert trade.task("N2").appointment is None


def test_what_is_not_one_visit_is_not_merged() -> None:
    other_district, begun, over, unsure = (
        two_doors(address=make.COLLEGE_ROAD),
        two_doors(),
        two_doors(),
        Trade(),
    )
    begun.claim("Li", "N1")
    begun.start("N1")
    over.claim("Li", "N1")
    over.receipt("N1")
    unsure.intake(
        *make.fused_orders(make.order("N1", address="火星路1号"), make.order("N2", address="月球路2号"))
    )
    cases = [
        (other_district, "different districts"),
        (begun, "begun"),
        (over, "begun"),
        (unsure, "NO_DISTRICT"),
    ]

    for trade, says in cases:
        assert says in trade.refused(NotMergeable, merging(trade, "N1", "N2")).message


def test_one_visit_or_visits_of_two_groups_or_customers_are_not_merged() -> None:
    trade = two_doors()
    trade.intake(
        make.order("M1"),
        make.order("T1", "CAMERA", "TERMINATE", key="FK-2", count=0),
        make.order("T2", "CAMERA", "TERMINATE", key="FK-2", count=1, numbers=["T1"], customer="K2"),
    )

    assert "at least two" in trade.refused(NotMergeable, merging(trade, "N1", "N1")).message
    assert "different groups" in trade.refused(NotMergeable, merging(trade, "N1", "M1")).message
    assert "different customers" in trade.refused(NotMergeable, merging(trade, "T1", "T2")).message


def test_a_visit_that_is_not_there_is_neither_merged_nor_split() -> None:
    trade = two_doors()
    known = trade.task("N1").id
    unknown = (TaskId("1/FK-1/t9"), TaskId("1/FK-9/t1"))

    for task in unknown:
        trade.refused(NotFound, c.MergeTasks((known, task), "x"))
        trade.refused(NotFound, c.SplitTask(task, (), "x"))
    trade.refused(NotFound, c.MergeTasks((), "x"))


# split


def test_items_get_a_visit_of_their_own_with_their_claimants_and_the_appointment_stays() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")
    trade.book("Li", "N1")
    first = trade.task("N1").id

    refs = trade.done(splitting(trade, "N1", "N2"))

    assert (refs.task, refs.created) == (first, trade.task("N2").id)
    assert trade.item("N2").claimant == "Li"
    assert trade.task("N1").appointment is not None
    assert trade.task("N2").appointment is None
    assert trade.task("N2").follows is None


def test_a_visit_split_from_one_that_is_held_stays_held() -> None:
    trade = Trade()
    doubtful: dict[str, Any] = {"address": make.COLLEGE_ROAD, "district": make.JINSHUI}
    trade.intake(*make.fused_orders(make.order("N1", **doubtful), make.order("N2", "CAMERA", **doubtful)))

    trade.done(splitting(trade, "N1", "N2"))

    hold = trade.task("N2").hold
    assert hold is not None
    assert hold.cause is HoldCause.DISTRICT_CONFLICT


def test_items_split_from_a_visit_stay_with_the_crew_that_holds_them() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1", "N2")
    trade.world = make.with_crews(
        trade.world, make.crew("jinshui", make.PINGYU, "Wang"), make.crew("erqi", make.JINSHUI, "Sun")
    )

    trade.done(splitting(trade, "N1", "N2"))

    assert trade.task("N2").crew == "jinshui"
    trade.refresh()
    assert trade.item("N2").claimant == "Li"


def test_what_cannot_leave_is_not_split() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1")
    unknown = c.SplitTask(trade.task("N1").id, (ItemId("N9/1"),), "x")
    nothing = c.SplitTask(trade.task("N1").id, (), "x")

    assert "name items" in trade.refused(NotSplittable, unknown).message
    assert "name items" in trade.refused(NotSplittable, nothing).message
    both = splitting(trade, "N1", "N1", "N2")
    assert "nothing to split" in trade.refused(NotSplittable, both).message
    trade.start("N1")
    assert "on site" in trade.refused(NotSplittable, splitting(trade, "N1", "N1")).message


# districts which move


def swapped(trade: Trade) -> None:
    """The crews of 金水区 and 二七区 change places."""
    trade.world = make.with_crews(
        trade.world, make.crew("jinshui", make.ERQI, "Wang"), make.crew("erqi", make.JINSHUI, "Sun")
    )
    trade.refresh()


def test_open_visits_follow_their_district_to_its_new_crew() -> None:
    trade = Trade()
    trade.intake(*two_products())

    swapped(trade)

    assert trade.task("N1").crew == "erqi"
    assert UpdateKind.TASK_REZONED in trade.kinds()
    trade.claim("Sun", "N1", "N2")


def test_claimed_items_stay_with_the_old_crew_and_open_ones_get_a_visit_of_their_own() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.claim("Li", "N1")

    swapped(trade)

    assert (trade.task("N1").crew, trade.item("N1").claimant) == ("jinshui", "Li")
    assert trade.task("N2").crew == "erqi"
    trade.refresh()
    assert trade.kinds() == []


def test_visits_of_a_district_that_lost_its_crew_are_held() -> None:
    trade = Trade()
    trade.intake(*two_products())
    trade.world = make.with_crews(trade.world, make.crew("jinshui", make.PINGYU, "Wang"))

    trade.refresh()

    assert trade.task_state("N1") is TaskState.HELD
    assert trade.state("N1") is OrderState.HELD
    trade.done(c.RefreshGroup(trade.group().id))
    assert trade.kinds() == []


def test_a_claimed_visit_of_a_district_without_a_crew_goes_on() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.world = make.with_crews(trade.world, make.crew("jinshui", make.PINGYU, "Wang"))

    trade.refresh()

    assert trade.item("N1").state is WorkItemState.CLAIMED
    assert trade.task_state("N1") is TaskState.OPEN


def test_what_is_over_is_left_as_it_was() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    trade.claim("Li", "N1")
    trade.receipt("N1")
    without_crew(trade, "jinshui")

    trade.refresh()

    assert trade.kinds() == []
    assert trade.item("N1").claimant == MemberId("Li")


def test_a_group_that_is_not_there_cannot_be_refreshed() -> None:
    Trade().refused(NotFound, c.RefreshGroup(GroupId("1/FK-9")))
