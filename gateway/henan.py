"""The 157 county-level units of Henan, and demonstration crews for them.

The divisions are those of GB/T 2260 at the end of 2024; aliases are names before a renaming, short forms of the
Hui districts, and 郑东新区, which has no code of its own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

from domain.addresses import DistrictNames

if TYPE_CHECKING:
    from collections.abc import Iterator

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_GIVEN: Final = re.findall(
    r"\w+",
    "伟 强 磊 军 洋 勇 杰 涛 超 鹏 辉 刚 斌 波 宁 琳 静 敏 丽 艳 晓东 志强 建国 建军 海涛 文博 俊杰 子豪 宏伟 永强 "
    "国庆 春雷 红梅 玉兰 秀英 雪梅 晓燕 海燕 少华 世杰 明辉 新宇 立新 振华 培源 金龙 向阳 中原 东升 浩然",
)
_SKILLS: Final = ("INTERNET_LINE", "ENT_BROADBAND", "CLOUD_VIDEO", "CAMERA")
_REGIONS: Final = {
    "豫中代维": ("郑州市", "许昌市", "漯河市", "平顶山市"),
    "豫东代维": ("开封市", "商丘市", "周口市"),
    "豫西代维": ("洛阳市", "三门峡市", "济源市"),
    "豫南代维": ("南阳市", "信阳市", "驻马店市"),
    "豫北代维": ("安阳市", "鹤壁市", "新乡市", "焦作市", "濮阳市"),
}
_SIZES: Final = {"410105": 6, "410103": 4, "410183": 3, "411502": 1, "410225": 0}
_WITHOUT_CREW: Final = frozenset({"411723"})
_SEED: Final = 410000


@dataclass(frozen=True, slots=True)
class DemoMember:
    """A made-up member of a demonstration crew. Skills are product codes."""

    name: str
    phone: str
    skills: tuple[str, ...]
    leader: bool


@dataclass(frozen=True, slots=True)
class DemoCrew:
    """集客施工班组 of one district, for demonstrations. The first of its members leads it."""

    district_code: str
    name: str
    contractor: str
    members: tuple[DemoMember, ...]


@cache
def read_districts() -> tuple[DistrictNames, ...]:
    """The 157 districts, county-level cities and counties of Henan, by code."""
    with resources.files("gateway").joinpath("henan.csv").open(encoding="utf-8") as lines:
        return tuple(
            DistrictNames(
                code=row["code"],
                name=row["name"],
                prefecture=row["prefecture"],
                aliases=tuple(row["aliases"].split("|")) if row["aliases"] else (),
            )
            for row in csv.DictReader(lines)
        )


@cache
def demo_crews() -> tuple[DemoCrew, ...]:
    """One crew for each district but 平舆县, always the same ones.

    3 to 12 members each; 浉河区 has one and 兰考县 none, so that a demonstration shows what then happens.
    """
    random = Random(_SEED)  # noqa: S311  the same made-up names each time, no secret
    phones = (f"1380000{number:04}" for number in count(1))
    return tuple(
        _crew(district, random, phones) for district in read_districts() if district.code not in _WITHOUT_CREW
    )


def _crew(district: DistrictNames, random: Random, phones: Iterator[str]) -> DemoCrew:
    size = _SIZES.get(district.code, random.randint(3, 12))
    return DemoCrew(
        district_code=district.code,
        name=f"{district.name}集客施工班组",
        contractor=next(name for name, cities in _REGIONS.items() if district.prefecture in cities),
        members=tuple(_members(size, random, phones)),
    )


def _members(size: int, random: Random, phones: Iterator[str]) -> Iterator[DemoMember]:
    names: dict[str, None] = {}
    while len(names) < size:
        names[random.choice(_SURNAMES) + random.choice(_GIVEN)] = None
    for place, name in enumerate(names):
        known = len(_SKILLS) if place == 0 else random.randint(1, len(_SKILLS))
        skills = tuple(sorted(random.sample(_SKILLS, known), key=_SKILLS.index))
        yield DemoMember(name=name, phone=next(phones), skills=skills, leader=place == 0)
