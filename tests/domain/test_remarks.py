from __future__ import annotations

import pytest

from domain.remarks import without_remarks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85号(丹尼斯旁)", "85号"),
        ("85号【东门进】 ", "85号"),
        ("85号(近(地铁)口)[电话0371-65432100]。", "85号"),
        ("85号()", "85号"),
        ("85号附近", "85号"),
        ("85号院丹尼斯斜对面", "85号院"),
        ("85号3号楼502室7天酒店旁边", "85号3号楼502室"),
        ("85号3号楼502丹尼斯旁边", "85号3号楼502"),
        ("三号楼东户丹尼斯旁边", "三号楼东户"),
        ("85号3栋KFC旁边", "85号3栋"),
        ("85号3栋A附近", "85号3栋A"),
        ("85号 科技大厦 丹尼斯 附近", "85号 科技大厦"),
        ("85号 科技大厦 丹尼斯附近", "85号 科技大厦"),
        ("3栋12 丹尼斯旁边", "3栋12"),
        ("3-2-502丹尼斯旁边", "3-2-502"),
        ("5F丹尼斯旁边", "5F"),
        ("85号2号门附近", "85号2号门附近"),
        ("85号(丹尼斯旁)附近对面", "85号"),
    ],
)
def test_remarks_at_the_end_are_taken_away(text: str, expected: str) -> None:
    assert without_remarks(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85号(3号楼502室)", "85号 3号楼502室"),
        ("85号(3号楼, 502)", "85号 3号楼, 502"),
        ("阳光小区(二期)", "阳光小区 二期"),
        ("85号(南院)", "85号 南院"),
        ("(85号丹尼斯旁)", " 85号丹尼斯旁"),
        ("、(85号)", "、 85号"),
    ],
)
def test_parts_of_the_address_come_out_of_their_brackets(text: str, expected: str) -> None:
    assert without_remarks(text) == expected


@pytest.mark.parametrize(
    "text", ["85号(3号楼", "85号3号楼)", "附近", "85号(丹尼斯)3号楼", "3栋12丹尼斯旁边", "85号", ""]
)
def test_what_may_be_the_door_itself_stays(text: str) -> None:
    assert without_remarks(text) == text


def test_the_place_stays_where_it_is_all_that_the_address_says() -> None:
    assert without_remarks("中州大学对面") == "中州大学"
