"""第一接口人: who books the customer and leads the visit (domain/contacts.py, D9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Actor
from domain.commands import (
    CancelOrder,
    ClaimWorkItem,
    Command,
    OfferHandOver,
    ReleaseWorkItem,
    ReopenOrder,
    ReturnWorkItem,
)
from domain.contacts import Contact, first_contact, group_contact, waits_for
from domain.orders import Order
from domain.values import OrderNumber, ReasonCode, TaskId, UpdateKind, WorkItemState
from tests import make

VISIT = TaskId("1/FK-1/t1")
PRODUCTS = ("INTERNET_LINE", "ENT_BROADBAND", "CLOUD_VIDEO", "CAMERA")
RANKS = {"INTERNET_LINE": 10, "ENT_BROADBAND": 20}


def line(number: str = "N1") -> Order:
    return make.order(number, product="INTERNET_LINE")


def broadband(number: str = "N1") -> Order:
    return make.order(number, product="ENT_BROADBAND")


def camera(number: str = "N2", address: str = make.DOOR) -> Order:
    return make.order(number, product="CAMERA", address=address)


def who(contact: Contact | None) -> str | None:
    return contact.member if contact is not None else None


def test_claimant_of_the_broadband_is_first_contact_however_early_the_camera_was_claimed() -> None:
    group = make.group(broadband(), camera(), claimed={"N2": "Zhao", "N1": "Li"})

    contact = first_contact(group, VISIT)

    assert contact is not None
    assert contact.member == "Li"
    assert "N1" in contact.reason
    assert "rank 20" in contact.reason


def test_first_contact_is_pending_while_the_line_is_free() -> None:
    group = make.group(broadband(), camera(), claimed={"N2": "Zhao"})

    waiting = waits_for(group, VISIT)

    assert first_contact(group, VISIT) is None
    assert waiting is not None
    assert waiting.number == "N1"


def test_dedicated_line_ranks_before_broadband() -> None:
    group = make.group(broadband("N1"), line("N2"), claimed={"N1": "Li", "N2": "Zhao"})

    assert who(first_contact(group, VISIT)) == "Zhao"


def test_better_line_that_nobody_claimed_keeps_it_pending_though_the_lesser_is_claimed() -> None:
    group = make.group(broadband("N1"), line("N2"), claimed={"N1": "Li"})

    waiting = waits_for(group, VISIT)

    assert first_contact(group, VISIT) is None
    assert waiting is not None
    assert waiting.number == "N2"


def test_tie_of_rank_goes_to_the_earliest_received() -> None:
    later = make.order("N1", product="INTERNET_LINE", received_at=make.MORNING + timedelta(minutes=5))
    group = make.group(later, line("N2"), claimed={"N1": "Li", "N2": "Zhao"})

    assert who(first_contact(group, VISIT)) == "Zhao"


def test_tie_of_rank_and_time_goes_to_the_lower_number() -> None:
    group = make.group(line("N2"), line("N1"), claimed={"N2": "Zhao", "N1": "Li"})

    assert who(first_contact(group, VISIT)) == "Li"


def test_without_a_line_the_earliest_claimant_is_first_contact() -> None:
    video = make.order("N1", product="CLOUD_VIDEO")
    group = make.group(video, camera("N2"), claimed={"N2": "Zhao", "N1": "Li"})

    contact = first_contact(group, VISIT)

    assert contact is not None
    assert contact.member == "Zhao"
    assert contact.reason == "claimed first (N2); no line in this visit"


def test_without_a_line_and_a_claim_it_waits_for_the_first_item() -> None:
    group = make.group(camera("N2"), camera("N3"))

    waiting = waits_for(group, VISIT)

    assert first_contact(group, VISIT) is None
    assert waiting is not None
    assert waiting.number == "N2"


def test_nothing_is_waited_for_where_there_is_a_first_contact_or_no_item() -> None:
    assert waits_for(make.group(line(), claimed={"N1": "Li"}), VISIT) is None
    assert waits_for(make.group(line(), cancelled=["N1"]), VISIT) is None


def test_claimant_who_is_done_stays_first_contact() -> None:
    group = make.group(line("N1"), camera("N2"), done={"N1": "Li"}, claimed={"N2": "Zhao"})

    assert who(first_contact(group, VISIT)) == "Li"


@pytest.mark.parametrize("state", [WorkItemState.CANCELLED, WorkItemState.RETURNED])
def test_line_that_is_gone_leaves_it_to_the_next(state: WorkItemState) -> None:
    group = make.group(line("N1"), broadband("N2"), camera("N3"), claimed={"N3": "Wang", "N2": "Zhao"})

    assert who(first_contact(make.with_item(group, "N1", state, "Li"), VISIT)) == "Zhao"
    both = make.with_item(make.with_item(group, "N1", state, "Li"), "N2", state, "Zhao")
    assert who(first_contact(both, VISIT)) == "Wang"


def test_every_visit_has_its_own_first_contact() -> None:
    group = make.group(line("N1"), camera("N3", make.ERQI_DOOR), claimed={"N3": "Sun", "N1": "Li"})

    assert who(first_contact(group, VISIT)) == "Li"
    assert who(first_contact(group, TaskId("1/FK-1/t2"))) == "Sun"


def test_group_has_the_first_contact_of_the_visit_with_its_best_line() -> None:
    group = make.group(
        camera("N1", make.ERQI_DOOR),
        broadband("N2"),
        line("N3"),
        claimed={"N1": "Sun", "N2": "Zhao", "N3": "Li"},
    )

    assert who(group_contact(group)) == "Li"


def test_group_waits_for_its_best_line_though_another_visit_has_a_first_contact() -> None:
    group = make.group(camera("N1", make.ERQI_DOOR), line("N3"), claimed={"N1": "Sun"})

    assert group_contact(group) is None


def test_group_without_a_line_has_the_earliest_claimant_of_all() -> None:
    orders = camera("N1"), camera("N2", make.ERQI_DOOR)

    assert who(group_contact(make.group(*orders, claimed={"N2": "Sun", "N1": "Li"}))) == "Sun"
    assert group_contact(make.group(*orders)) is None
    assert group_contact(make.group(*orders, cancelled=["N1", "N2"])) is None


def test_group_without_a_visit_has_no_first_contact() -> None:
    assert group_contact(make.group(make.order("N1", action="SUSPEND"))) is None


def test_of_an_order_done_again_the_present_visit_counts() -> None:
    give_back = ReturnWorkItem(make.item("N1"), ReasonCode.NO_RESOURCE_PORT)
    returned = make.after(make.group(line("N1"), claimed={"N1": "Li"}), (give_back, "Li"))

    again = make.after(returned, (ReopenOrder(OrderNumber("N1"), "port found"), make.DISPATCHER))

    assert group_contact(again) is None
    claimed = make.after(again, (ClaimWorkItem(make.item("N1", 2)), "Zhao"))
    assert who(group_contact(claimed)) == "Zhao"


def test_line_that_is_done_again_waits_for_its_new_claimant() -> None:
    """Construction was done, the check failed, PARTIAL was reopened: the first visit is history."""
    done = make.group(line("N1"), done={"N1": "Li"})
    (order,) = done.orders.values()
    (item,) = done.items.values()
    second = replace(
        item,
        id=make.item("N1", 2),
        attempt=2,
        state=WorkItemState.OPEN,
        claimant=None,
        task=TaskId("1/FK-1/t2"),
    )
    visit = replace(make.task_of(done), id=TaskId("1/FK-1/t2"))

    again = done.holding(replace(order, attempt=2), visit, second)

    assert who(first_contact(again, VISIT)) == "Li"
    assert group_contact(again) is None


@pytest.mark.parametrize(
    ("command", "by", "was", "now"),
    [
        (ClaimWorkItem(make.item("N1")), "Li", None, "Li"),
        (ReleaseWorkItem(make.item("N1")), "Li", "Li", None),
        (OfferHandOver(make.item("N1"), make.ZHAO, force=True), "Wang", "Li", "Zhao"),
        (CancelOrder(OrderNumber("N1"), "sold twice"), make.UPSTREAM, "Li", "Zhao"),
    ],
)
def test_change_of_the_first_contact_is_told_once_with_both(
    command: Command, by: Actor | str, was: str | None, now: str | None
) -> None:
    claimed = {"N2": "Zhao"} | ({"N1": was} if was is not None else {})
    group = make.group(line("N1"), camera("N2"), claimed=claimed)

    events = make.done(make.decision(command, group, by)).events

    told = [event.detail for event in events if event.kind is UpdateKind.FIRST_CONTACT_CHANGED]
    assert told == [{"was": was, "now": now}]


def test_claim_that_changes_no_first_contact_tells_none() -> None:
    group = make.group(line("N1"), camera("N2"), claimed={"N1": "Li"})

    assert make.kinds(make.decision(ClaimWorkItem(make.item("N2")), group, "Zhao")) == [
        UpdateKind.ITEM_CLAIMED
    ]


def test_first_contact_is_told_once_to_call_the_customer() -> None:
    claim, free = ClaimWorkItem(make.item("N1")), ReleaseWorkItem(make.item("N1"))
    first = make.decision(claim, make.group(line()), "Li")

    again = make.decision(claim, make.after(make.done(first).group, (free, "Li")), "Zhao")

    assert UpdateKind.APPOINTMENT_REQUIRED in make.kinds(first)
    assert UpdateKind.APPOINTMENT_REQUIRED not in make.kinds(again)


CLAIMANTS = st.permutations(["Li", "Zhao", "Wang"]).flatmap(
    lambda names: st.lists(st.sampled_from([None, *names]), min_size=4, max_size=4)
)


@given(products=st.lists(st.sampled_from(PRODUCTS), min_size=4, max_size=4), claimants=CLAIMANTS)
def test_first_contact_holds_the_best_line_or_else_the_earliest_claim(
    products: list[str], claimants: list[str | None]
) -> None:
    numbers = [f"N{n}" for n in range(4)]
    claimed = {number: name for number, name in zip(numbers, claimants, strict=True) if name is not None}
    orders = [make.order(number, product=product) for number, product in zip(numbers, products, strict=True)]
    group = make.group(*orders, claimed=claimed)

    ranked = sorted((RANKS[p], n) for n, p in zip(numbers, products, strict=True) if p in RANKS)
    expected = claimed.get(ranked[0][1]) if ranked else next(iter(claimed.values()), None)

    assert who(first_contact(group, VISIT)) == expected
    assert who(group_contact(group)) == expected
    assert (waits_for(group, VISIT) is None) == (expected is not None)
