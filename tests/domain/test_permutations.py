"""The law of arrival: the same orders give the same groups, visits and first contacts, whichever comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import arrivals as make
from tests.domain.trade import Trade

DOORS = (
    (make.CULTURE_ROAD, "D1"),
    (make.CULTURE_ROAD_AGAIN, "D1"),
    (make.GARDEN_ROAD, "D2"),
    (make.COLLEGE_ROAD, "D3"),
    ("平舆县人民路1号", "D4"),
)
"""Addresses with upstream's id of the door, which an order may bear or not."""
PRODUCTS = ("INTERNET_LINE", "ENT_BROADBAND", "CLOUD_VIDEO", "CAMERA")
WHOLE_OR_NONE = ("all", "none")
WHOLE_FIRST_OR_NONE = ("all", "first", "none")
CLAIMANTS = {"jinshui": ("Zhao", "Li"), "erqi": ("Sun", "Sun")}


@dataclass(frozen=True)
class Picture:
    """What must not depend on the order of arrival."""

    groups: frozenset[tuple[str, int, frozenset[str]]]
    visits: frozenset[frozenset[str]]
    holds: frozenset[tuple[str, str | None]]
    contacts: frozenset[tuple[str, str | None]]


@st.composite
def one_key(
    draw: st.DrawFn, key: str, lists: tuple[str, ...], actions: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Orders of one key which all announce the right count; lists are whole, name the first, or are missing."""
    size = draw(st.integers(1, 5))
    numbers = [f"{key}-{index}" for index in range(size)]
    orders = []
    for number in numbers:
        others = [other for other in numbers if other != number]
        address, door = draw(st.sampled_from(DOORS))
        listed = draw(st.sampled_from(lists))
        names = {"all": others, "first": [n for n in others if n == numbers[0]], "none": None}[listed]
        orders.append(
            make.order(
                number,
                draw(st.sampled_from(PRODUCTS)),
                draw(st.sampled_from(actions)),
                address=address,
                standard_id=draw(st.sampled_from((None, door))),
                level=draw(st.sampled_from(("AAA", "STANDARD"))),
                key=key,
                count=size - 1,
                numbers=names,
            )
        )
    return orders


@st.composite
def arrivals(
    draw: st.DrawFn, lists: tuple[str, ...], *actions: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Orders of two keys and one without, in three orders of arrival."""
    keys = (draw(one_key(key, lists, actions)) for key in "AB")
    orders = [*(order for key in keys for order in key), make.order("C")]
    return orders, draw(st.permutations(orders)), draw(st.permutations(orders))


def played(orders: list[dict[str, Any]]) -> Picture:
    """The picture once all have arrived and the crews have claimed, each crew's members in turn."""
    trade = Trade()
    trade.intake(*orders)
    numbers = sorted(str(order["number"]) for order in orders)
    visited = [
        number for number in numbers if trade.group_of(number).item_of(trade.order(number)) is not None
    ]
    held = [(number, hold.cause if (hold := trade.task(number).hold) else None) for number in visited]
    for index, number in enumerate(visited):
        crew = trade.task(number).crew
        if crew is not None:
            trade.claim(CLAIMANTS[crew][index % 2], number)
    return Picture(
        frozenset((g.key, g.round, frozenset(g.orders)) for g in trade.groups.values()),
        frozenset(visit for g in trade.groups.values() for visit in trade.visits(g.key, g.round)),
        frozenset(held),
        frozenset((number, trade.first_contact(number)) for number in visited),
    )


@settings(deadline=None, max_examples=60)
@given(arrivals(WHOLE_FIRST_OR_NONE, "ACTIVATION", "SURVEY"))
def test_any_permutation_of_arrivals_gives_the_same_groups_visits_and_first_contacts(
    drawn: tuple[list[dict[str, Any]], ...],
) -> None:
    reference, *others = (played(orders) for orders in drawn)

    assert all(other == reference for other in others)


@settings(deadline=None, max_examples=60)
@given(arrivals(WHOLE_OR_NONE, "ACTIVATION", "SURVEY", "TERMINATE", "RESUME"))
def test_orders_which_never_wait_change_neither_groups_nor_visits_by_coming_first(
    drawn: tuple[list[dict[str, Any]], ...],
) -> None:
    """Without first contacts: a termination holds the activation that came before it, so nobody claims that."""
    pictures = [_without_claims(orders) for orders in drawn]

    assert all(picture == pictures[0] for picture in pictures[1:])


def _without_claims(orders: list[dict[str, Any]]) -> tuple[object, object]:
    trade = Trade()
    trade.intake(*orders)
    groups = frozenset((g.key, g.round, frozenset(g.orders)) for g in trade.groups.values())
    return groups, frozenset(v for g in trade.groups.values() for v in trade.visits(g.key, g.round))
