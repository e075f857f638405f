from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import PlacedAddress, same_address_classes, similar

JINSHUI, ERQI = "410105", "410103"
addresses = st.lists(
    st.builds(
        PlacedAddress,
        district_code=st.sampled_from([JINSHUI, ERQI, None]),
        standard_id=st.sampled_from([None, None, "", "a", "b"]),
        canonical=st.sampled_from(["文化路85号", "文化路86号", "大学路40号"]),
    ),
    max_size=12,
)


def test_one_text_in_one_district_is_one_door() -> None:
    here = PlacedAddress(JINSHUI, None, "文化路85号")

    classes = same_address_classes(
        [here, PlacedAddress(ERQI, None, "文化路85号"), here, PlacedAddress(JINSHUI, None, "文化路86号")]
    )

    assert classes == ((0, 2), (1,), (3,))


def test_ids_decide_where_both_have_one() -> None:
    classes = same_address_classes(
        [
            PlacedAddress(JINSHUI, "a", "文化路85号"),
            PlacedAddress(JINSHUI, "a", "文化路85号院"),
            PlacedAddress(JINSHUI, "b", "文化路85号"),
            PlacedAddress(ERQI, "a", "文化路85号"),
        ]
    )

    assert classes == ((0, 1), (2,), (3,))


def test_an_address_without_id_joins_the_only_class_with_its_text() -> None:
    classes = same_address_classes(
        [
            PlacedAddress(JINSHUI, None, "文化路85号"),
            PlacedAddress(JINSHUI, "a", "文化路85号院"),
            PlacedAddress(JINSHUI, "a", "文化路85号"),
            PlacedAddress(JINSHUI, "", "文化路85号院"),
        ]
    )

    assert classes == ((0, 1, 2, 3),)


def test_an_address_without_id_joins_no_class_where_two_have_its_text() -> None:
    classes = same_address_classes(
        [
            PlacedAddress(JINSHUI, None, "文化路85号"),
            PlacedAddress(JINSHUI, "a", "文化路85号"),
            PlacedAddress(JINSHUI, "b", "文化路85号"),
            PlacedAddress(JINSHUI, None, "文化路85号"),
        ]
    )

    assert classes == ((0, 3), (1,), (2,))


def test_an_id_that_reads_like_a_text_stays_an_id() -> None:
    classes = same_address_classes(
        [PlacedAddress(JINSHUI, "文化路85号", "大学路40号"), PlacedAddress(JINSHUI, None, "文化路85号")]
    )

    assert classes == ((0,), (1,))


@given(placed=addresses)
def test_every_address_is_in_exactly_one_class(placed: list[PlacedAddress]) -> None:
    classes = same_address_classes(placed)

    assert sorted(index for members in classes for index in members) == list(range(len(placed)))
    assert all(members == tuple(sorted(members)) for members in classes)


@given(placed=addresses, data=st.data())
def test_the_order_of_the_addresses_changes_no_class(
    placed: list[PlacedAddress], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(placed))))

    shuffled = same_address_classes([placed[index] for index in order])

    assert {frozenset(order[index] for index in members) for members in shuffled} == {
        frozenset(members) for members in same_address_classes(placed)
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("文化路85号502室", "文化路85号5层502室"),
        ("文化路85号", "文化路85号院"),
        ("文化路85号3栋502室", "文化路85号院3栋502室"),
        ("文化路85号3栋502室", "文化路85号502室"),
        ("阳光小区502室", "阳光小区3栋502室"),
        ("文化路85号", "文化路85号3栋502室"),
        ("文化路85号", "文化路85号院3栋502室"),
        ("阳光小区3-502室", "阳光小区3栋502室"),
        ("文化路85", "文化路85号"),
        ("3-2-502室", "3栋2单元502室"),
        ("花园路1号A栋1201室", "花园路1号A栋12层1201室"),
    ],
)
def test_a_dispatcher_is_asked_about_one_door_spelled_apart(one: str, other: str) -> None:
    assert similar(one, other)
    assert similar(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("文化路85号", "文化路85号"),
        ("文化路85号", "文化路185号"),
        ("1栋23单元", "12栋3单元"),
        ("1栋", "11栋"),
        ("花园路1号A栋1201室", "花园路1号B栋1201室"),
        ("文化路85号2栋", "文化路85号3栋2单元"),
        ("文化路85号5层502室", "文化路85号6层502室"),
        ("文化路85号3栋502室", "文化路86号3栋502室"),
        ("阳光小区3栋502室", "月光小区3栋502室"),
        ("阳光小区", "阳光小区3栋"),
        ("1栋2单元3室", "9栋2单元8室"),
        ("9栋2单元8室", "2单元"),
        ("阳光小区5层", "阳光小区3栋"),
        ("", "文化路85号"),
    ],
)
def test_a_dispatcher_is_not_asked_about_two_doors(one: str, other: str) -> None:
    assert not similar(one, other)
    assert not similar(other, one)
