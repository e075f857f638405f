"""Districts and the head of an address: which province, city and district its first words name.

Names are read from left to right. A full name (金水区) counts wherever the head reaches; a name without its
suffix (金水) is also the name of roads, squares and housing estates, so it counts only where none of those follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

_Key = TypeVar("_Key")

SEPARATOR_MARKS: Final = r"\s、,。·・•\-‐-―−_"
SEPARATOR: Final = f"[{SEPARATOR_MARKS}]"

_SEPARATORS: Final = re.compile(f"{SEPARATOR}*")
_PROVINCES: Final = {  # the first two digits of a GB/T 2260 code
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省",
    "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省",
    "35": "福建省", "36": "江西省", "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省",
    "44": "广东省", "45": "广西壮族自治区", "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省",
    "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区",
}  # fmt: skip

_ROAD: Final = "(?:路|大?街|大道|道|巷|胡同)"
_NOT_OF_A_ROAD: Final = rf"(?![东西南北中]?{_ROAD})"  # 大学 but not 大学路
_INSTITUTION: Final = (
    r"(?:第[0-9一二三四五六七八九十百]+(?:人民|中心|中医|医|中学|小学|初|高|实验|幼|职|附属)|[一二三四五六七八九十]+中"
    r"|人民(?:政府|法院|检察院)|(?:人民|中心|中医|儿童|妇产|胸科|骨科|肿瘤|口腔)?医院|妇幼保健|中学|小学|高中|幼儿园"
    r"|实验(?:小学|中学|高中|学校)|图书馆|博物馆|文化馆|体育馆|体育中心|政府|政协|委|法院|检察院"
    r"|(?:公安|财政|教育|教体|税务|民政|水利|交通|卫健|统计|审计|气象|邮政|供电|烟草|自然资源|农业农村)局)"
)
_ESTATE: Final = (
    r"(?:[省市区县镇乡村号栋幢座楼院室层站寨庄]|单元|社区|办事处|[东西南北]站|机场|国际|广场|大厦|花园"
    r"|小区|公寓|家园|新村|宾馆|酒店|饭店|商场|百货|市场|公园|大学|学院|师范|外国语)"
)
_PART_OF_A_NAME: Final = re.compile(f"{_INSTITUTION}{_NOT_OF_A_ROAD}")
_NO_SUFFIX: Final = re.compile("市(?:场|民中心|民之家|民广场|政工程|政公司|政设计)|区域")
_COUNTY_ROAD: Final = re.compile("县(?:路|大?街|大道|巷)(?:[0-9东西南北中一二三四五六七八九十与和]|$)")
_NO_REGION: Final = re.compile(
    f"[东西南北中]?(?:路|大道|道|巷)|大?街|胡同|(?:{_ESTATE}|{_INSTITUTION}){_NOT_OF_A_ROAD}"
)
_NO_DISTRICT: Final = re.compile(f".?{_ROAD}|(?:[河湖渠塔桥门寺庙]|{_ESTATE}|{_INSTITUTION}){_NOT_OF_A_ROAD}")
_OWN_NAME: Final = re.compile(
    f"[一-龥]{{2,8}}?(?:{_ROAD}|小区|花园|家园|广场|大厦|公寓|苑|新村|社区)"
)  # 文化路, 阳光小区: what can follow a bare 金水 at the very start
_LOOK_AHEAD: Final = 40


@dataclass(frozen=True, slots=True)
class DistrictNames:
    """区县: a district and what it is called. ``prefecture`` is its city's Chinese name, such as 郑州市."""

    code: str
    name: str
    prefecture: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The administrative names that an address begins with.

    Attributes:
        names: As written, in their order.
        end: Where the rest begins. A last name that is part of what follows (郑州市|第七人民医院) lies after it.
    """

    names: tuple[str, ...]
    end: int


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    full: re.Pattern[str]
    bare: re.Pattern[str]
    regions: frozenset[str]  # provinces and cities without their suffix
    prefectures: Mapping[str, str]  # as written, with and without 市
    districts: Mapping[str, tuple[DistrictNames, ...]]  # by full names and aliases
    of_prefecture: Mapping[tuple[str, str], tuple[DistrictNames, ...]]  # by names without suffix


def read_head(text: str, districts: Sequence[DistrictNames]) -> Head:
    """Province, city and district names at the start of a plain text, each any number of times, in any order."""
    gazetteer = _gazetteer(tuple(districts))
    names: list[str] = []
    end, prefecture = 0, ""
    while name := _name_at(text, start := _after_separators(text, end), prefecture, gazetteer):
        names.append(name)
        if _PART_OF_A_NAME.match(_ahead(text, start + len(name))):
            break
        end, prefecture = start + len(name), gazetteer.prefectures.get(name, "")
    return Head(tuple(names), end)


def district_in_text(text: str, districts: Sequence[DistrictNames]) -> str | None:
    """Code of the one district that the head of the text names; null where it names none or contradicts itself.

    Full names and aliases count; a name without its suffix only directly after its city's (郑州金水…). A district of
    another city than the one named before it is no district of ours (石家庄市新华区, 郑州市新华区).
    """
    gazetteer = _gazetteer(tuple(districts))
    prefecture: str | None = None
    previous = ""
    codes: set[str | None] = set()
    for name in _names_in(text, districts):
        city_before = gazetteer.prefectures.get(previous, "")
        meant = gazetteer.districts.get(gazetteer.prefectures.get(name, name))
        meant = meant or gazetteer.of_prefecture.get((city_before, name))
        prefecture, previous = gazetteer.prefectures.get(name, prefecture), name
        if meant:
            here = [district.code for district in meant if prefecture in {None, district.prefecture}]
            codes.add(here[0] if len(here) == 1 else None)
    return codes.pop() if len(codes) == 1 else None


def head_words(text: str, districts: Sequence[DistrictNames]) -> str:
    """The cities and districts named at the head, once each, as one text: what is lost when the head is cut off."""
    gazetteer = _gazetteer(tuple(districts))
    known = gazetteer.prefectures
    words = (known.get(name, name) for name in _names_in(text, districts))
    return "".join(dict.fromkeys(word for word in words if word in known or word in gazetteer.districts))


def plain(text: str) -> str:
    """The text in half-width, upper-case characters, without those that nobody sees."""
    seen = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in seen if mark.isspace() or unicodedata.category(mark) not in {"Cc", "Cf"})


def _names_in(text: str, districts: Sequence[DistrictNames]) -> tuple[str, ...]:
    return read_head(re.sub(SEPARATOR, "", plain(text)), districts).names


def _name_at(text: str, start: int, prefecture: str, gazetteer: _Gazetteer) -> str | None:
    full = gazetteer.full.match(text, start)
    if full and _stands_for_itself(full[0], _ahead(text, full.end())):
        return full[0]
    bare = gazetteer.bare.match(text, start)
    if bare and _is_no_place(bare[0], _ahead(text, bare.end()), prefecture, gazetteer):
        return bare[0]
    return None


def _stands_for_itself(name: str, ahead: str) -> bool:
    """Whether a full name is one: not in 郑州市场, nor in 叶县路, a road whose county has no shorter name."""
    suffix_ahead = name[-1] + ahead
    if len(name) == len("叶县") and _COUNTY_ROAD.match(suffix_ahead):
        return False
    return not _NO_SUFFIX.match(suffix_ahead)


def _is_no_place(name: str, ahead: str, prefecture: str, gazetteer: _Gazetteer) -> bool:
    """Whether a name without suffix means the region, and not a road, a square or an estate called after it."""
    if name in gazetteer.regions:
        return not _NO_REGION.match(ahead) or _names_a_district(ahead, name, gazetteer)
    follows_its_city = (prefecture, name) in gazetteer.of_prefecture
    return not _NO_DISTRICT.match(ahead) and (follows_its_city or _OWN_NAME.match(ahead) is not None)


def _names_a_district(ahead: str, city: str, gazetteer: _Gazetteer) -> bool:
    """Whether a city's district follows, though its name begins like something else: 南阳|镇平."""
    bare = gazetteer.bare.match(ahead)
    own = bare is not None and (gazetteer.prefectures.get(city, ""), bare[0]) in gazetteer.of_prefecture
    return own or gazetteer.full.match(ahead) is not None


def _ahead(text: str, start: int) -> str:
    return re.sub(SEPARATOR, "", text[start : start + _LOOK_AHEAD])


def _after_separators(text: str, start: int) -> int:
    found = _SEPARATORS.match(text, start)
    return found.end() if found else start


@lru_cache(maxsize=8)
def _gazetteer(districts: tuple[DistrictNames, ...]) -> _Gazetteer:
    provinces = {_PROVINCES[d.code[:2]] for d in districts if d.code[:2] in _PROVINCES}
    cities = {d.prefecture for d in districts if d.prefecture}
    prefectures = {spoken: city for city in cities for spoken in (city, _without_suffix(city))}
    called = [(plain(name), d) for d in districts for name in (d.name, *d.aliases)]
    by_name = _grouped(called)
    by_city = _grouped(
        ((d.prefecture, bare), d)
        for name, d in called
        if d.prefecture and len(bare := _without_suffix(name)) > 1 and bare not in prefectures
    )
    regions = frozenset(
        {name.removesuffix("省") for name in provinces} | {_without_suffix(name) for name in cities}
    )
    return _Gazetteer(
        full=_any_of({*provinces, *(f"中国{name}" for name in provinces), *cities, *by_name}),
        bare=_any_of({*regions, *(name for _, name in by_city)}),
        regions=regions,
        prefectures=prefectures,
        districts=by_name,
        of_prefecture=by_city,
    )


def _without_suffix(name: str) -> str:
    return name[:-1] if name.endswith(("市", "区", "县")) else name


def _grouped(pairs: Iterable[tuple[_Key, DistrictNames]]) -> dict[_Key, tuple[DistrictNames, ...]]:
    groups: dict[_Key, dict[DistrictNames, None]] = {}
    for key, district in pairs:
        groups.setdefault(key, {})[district] = None
    return {key: tuple(members) for key, members in groups.items()}


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern of the names, the longest first, so that 新乡县 is never read as 新乡 and 县."""
    longest_first = sorted(filter(None, names), key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
