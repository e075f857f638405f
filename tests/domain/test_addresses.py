from __future__ import annotations

import unicodedata
from itertools import permutations
from time import perf_counter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import canonical_text, canonical_text_without_district
from gateway.henan import read_districts

HENAN = read_districts()


def canonical(text: str) -> str:
    return canonical_text(text, HENAN)


@pytest.mark.parametrize(
    "text",
    [
        "河南省郑州市金水区文化路85号3号楼502室",
        "郑州市金水区 文化路８５号3栋502",
        "金水区文化路85号3幢502房",
        "文化路85号三号楼502房间",
        "河南郑州金水文化路85号3#楼502",
        "郑州金水区文化路85号3座502室",
        "金水文化路八十五号三号楼五〇二室",
        "河南省郑州市郑州市金水区文化路85号3号楼502",
        "河南省郑州市金水区河南省郑州市金水区文化路85号3号楼502",
        "金 水 区,文化路85号、3 号 楼·502",
        "河南省-郑州市-金水区-文化路85号-3号楼-502室",
        "郑东新区文化路85号3号楼502室",
        "文化路85号3号楼502室（丹尼斯旁）",
        "文化路85号3号楼502室 丹尼斯附近",
        "文化路85号3号楼502丹尼斯对面",
        "文化路85号3\u200b号楼502室",
        "文化路85号3号楼-502",
    ],
)
def test_all_spellings_of_one_door_have_one_text(text: str) -> None:
    assert canonical(text) == "文化路85号3栋502室"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("五层502", "5F502"),
        ("5楼502", "5 F 502室"),
        ("3F A座", "3层A栋"),
        ("花园路1号a座1201", "花园路1号Ａ栋1201室"),
        ("阳光小区3-2-502", "阳光小区3号楼2单元502室"),
        ("金水区阳光小区3—2—502", "阳光小区三号楼二单元502"),
        ("文化路85号院3-2-502房", "文化路85号院3幢2单元502"),
        ("经三路三十二号楼一百零五室", "经三路32号楼105"),
        ("新乡县文化路1号", "新乡市新乡县文化路1号"),
        ("郑州市偃师市首阳路1号", "偃师区首阳路1号"),
        ("二七区二七路1号", "郑州二七路1号"),
        ("二七大学路40号", "大学路40号"),
        ("郑州市新郑市新华路5号", "新华路5号"),
        ("郑州大学路40号", "郑州市二七区大学路40号"),
        ("金水区民航路15号", "民航路15号"),
        ("金水区郑州大学", "郑州大学"),
        ("郑州金水丹尼斯3楼", "金水区丹尼斯3层"),
        ("金水区(文化路85号)", "文化路85号"),
        ("金水区", "郑州市金水区"),
    ],
)
def test_these_are_one_door(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1号楼", "11号楼"),
        ("1号楼23单元", "12号楼3单元"),
        ("文化路85号", "文化路185号"),
        ("文化路85号", "文化路85号院"),
        ("文化路85 3号楼", "文化路853号楼"),
        ("文化路1 23号", "文化路12 3号"),
        ("花园路1号A座1201", "花园路1号B座1201"),
        ("花园路1号东座1201", "花园路1号西座1201"),
        ("文化路85号东户", "文化路85号西户"),
        ("文化南路85号", "文化北路85号"),
        ("3号楼502室", "3号楼5层502室"),
        ("3号楼", "3楼"),
        ("阳光小区3-2-502", "月光小区3号楼2单元502室"),
        ("金水区3-2-502", "3号楼2单元502室"),
        ("文化路3-2-502", "文化路3号楼2单元502室"),
        ("文化路3-2-502室", "文化路3号楼2单元502室"),
        ("阳光小区3-502", "阳光小区3号楼502室"),
        ("文化路85号(3号楼)", "文化路85号(4号楼)"),
        ("二七路1号", "27路1号"),
        ("三号路5号", "3号路5号"),
        ("金水路1号", "路1号"),
        ("金水区金水花园3号楼", "金水区花园3号楼"),
        ("河南省人民医院", "郑州市人民医院"),
        ("郑州大学", "大学"),
        ("文化路85号502", "文化路502"),
        ("502号", "502室"),
    ],
)
def test_these_are_two_doors(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("经三路85号", "经三路85号"),
        ("郑州市二七路1号", "二七路1号"),
        ("郑州金水东路33号", "金水东路33号"),
        ("文化路85", "文化路85"),
        ("郑州市场街3号", "郑州市场街3号"),
        ("三座桥一号院", "三座桥1号院"),
        ("12F室", "12F室"),
        ("石家庄市新华区中华大街1号", "石家庄市新华区中华大街1号"),
        ("", ""),
        ("、 -", ""),
    ],
)
def test_what_has_no_other_spelling_stays(text: str, expected: str) -> None:
    assert canonical(text) == expected


class Door(NamedTuple):
    road: str
    number: int
    building: int
    unit: int | None
    floor: int | None
    room: int


class Spelling(NamedTuple):
    head: str
    gap: str
    building: str
    floor: str
    room: str
    chinese: bool
    remark: str


def numeral(number: int, *, chinese: bool) -> str:
    if not chinese or number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def spelled(door: Door, way: Spelling) -> str:
    def number(value: int) -> str:
        return numeral(value, chinese=way.chinese)

    parts = [way.head, f"{door.road}{number(door.number)}号", f"{number(door.building)}{way.building}"]
    parts += [f"{number(door.unit)}单元"] if door.unit else []
    if door.floor:
        parts.append(f"{door.floor if way.floor == 'F' else number(door.floor)}{way.floor}")
    parts.append(f"{door.room}{way.room}")
    return way.gap.join(filter(None, parts)) + way.remark


doors = st.builds(
    Door,
    road=st.sampled_from(["文化路", "二七路", "经三路", "金水东路", "三号路", "大学路", "花园路"]),
    number=st.sampled_from([1, 11, 85, 185]),
    building=st.sampled_from([1, 3, 11, 32]),
    unit=st.sampled_from([None, 1, 2, 12, 21]),
    floor=st.sampled_from([None, 5, 15]),
    room=st.sampled_from([101, 502, 1201]),
)
spellings = st.builds(
    Spelling,
    head=st.sampled_from(
        [
            "",
            "金水区",
            "郑州市金水区",
            "河南省郑州市金水区",
            "河南郑州金水区",
            "河南省郑州市郑州市金水区",
            "郑东新区",
        ]
    ),
    gap=st.sampled_from(["", " ", "，", "、", "-", "　", "—", "·"]),
    building=st.sampled_from(["号楼", "栋", "幢", "座", "#楼", "＃楼"]),
    floor=st.sampled_from(["层", "楼", "F"]),
    room=st.sampled_from(["", "室", "房", "房间"]),
    chinese=st.booleans(),
    remark=st.sampled_from(["", "（丹尼斯旁）", " 丹尼斯附近", "(东门进)", "。"]),
)


@given(one=doors, other=doors, way=spellings, another_way=spellings)
def test_two_spellings_are_equal_if_and_only_if_the_door_is_one(
    one: Door, other: Door, way: Spelling, another_way: Spelling
) -> None:
    same_text = canonical(spelled(one, way)) == canonical(spelled(other, another_way))

    assert same_text == (one == other)


@given(door=doors, way=spellings, another_way=spellings)
def test_one_door_has_one_text_however_it_is_spelled(
    door: Door, way: Spelling, another_way: Spelling
) -> None:
    assert canonical(spelled(door, way)) == canonical(spelled(door, another_way))


WORDS = (
    "河南省 河南 郑州市 郑州 金水区 金水 二七 新乡县 新乡 叶县 济源市 文化路 路 街 大道 85 3 2 502 5 A B F - , ( ) "
    "【 】 号 号楼 # 栋 座 楼 层 单元 院 室 房 房间 一 二 三 十 百 零 〇 附近 旁边 对面 丹尼斯 东 户 小区 花园 大学 "
    "人民医院 市 场 ８ ß \u200b \x00"
)
fragments = st.lists(st.sampled_from([" ", *WORDS.split(" ")]), max_size=20).map("".join)


@given(text=st.text(max_size=500) | fragments)
def test_the_canonical_text_of_a_canonical_text_is_itself(text: str) -> None:
    once = canonical(text)

    assert canonical(once) == once
    assert unicodedata.is_normalized("NFKC", once)


@pytest.mark.parametrize(
    "repeated",
    [
        "(",
        ")",
        "()",
        "(a)",
        "附近",
        "郑州市",
        "金水",
        "一",
        "十百",
        "F",
        "1F",
        "- ",
        "5 ",
        "3-2-",
        "号",
        "A1",
        "\u200b",
    ],
)
def test_a_hostile_text_costs_little(repeated: str) -> None:
    text = (repeated * 500)[:499] + "附近"
    started = perf_counter()

    canonical(text)

    assert perf_counter() - started < 1


def test_without_a_district_the_city_still_tells_doors_apart() -> None:
    texts = [
        "洛阳市文化路1号",
        "洛阳 文化路1号",
        "河南省郑州市文化路1号",
        "文化路1号",
        "郑州市新华区文化路1号",
    ]

    found = [canonical_text_without_district(text, HENAN) for text in texts]

    assert found == [
        "洛阳市文化路1号",
        "洛阳市文化路1号",
        "郑州市文化路1号",
        "文化路1号",
        "郑州市新华区文化路1号",
    ]
    assert all(one != other for one, other in permutations(set(found), 2))
