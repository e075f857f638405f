from __future__ import annotations

import pytest

from domain.numerals import arabic, with_arabic_numerals


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [
        ("三", "3"),
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("三十二", "32"),
        ("一十八", "18"),
        ("一百", "100"),
        ("一百零五", "105"),
        ("一百二十", "120"),
        ("一百十二", "112"),
        ("九百九十九", "999"),
        ("一〇五", "105"),
        ("一二○一", "1201"),
        ("五零二", "502"),
    ],
)
def test_a_numeral_reads_as_its_digits(numeral: str, digits: str) -> None:
    assert arabic(numeral) == digits


@pytest.mark.parametrize("numeral", ["一百一", "百", "二百五", "十百", "二十七十", "一百零", "零十"])
def test_a_numeral_that_can_be_read_in_two_ways_is_not_read(numeral: str) -> None:
    assert arabic(numeral) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三十二号楼二单元五层一百零五室", "32号楼2单元5层105室"),
        ("八十五号三 栋", "85号3 栋"),
        ("三#楼", "3#楼"),
        ("二七路一号", "二七路1号"),
        ("经三路", "经三路"),
        ("三号路五号", "三号路5号"),
        ("三座桥", "三座桥"),
        ("三座", "3座"),
        ("一百一室", "一百一室"),
        ("85三号楼", "85三号楼"),
    ],
)
def test_numerals_turn_into_digits_before_the_parts_of_an_address_only(text: str, expected: str) -> None:
    assert with_arabic_numerals(text) == expected
