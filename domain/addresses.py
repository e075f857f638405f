"""When two installation addresses are one door: the canonical text, and the classes of addresses (任务单拆分).

Nothing here joins by likeness: a false merge sends work to the wrong door, a false split costs one more visit.
``similar`` only proposes, to a dispatcher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.districts import SEPARATOR, DistrictNames, district_in_text, head_words, plain, read_head
from domain.numerals import with_arabic_numerals
from domain.remarks import without_remarks

__all__ = [
    "DistrictNames",
    "PlacedAddress",
    "canonical_text",
    "canonical_text_without_district",
    "district_in_text",
    "same_address_classes",
    "similar",
]

_SEPARATORS: Final = re.compile(f"{SEPARATOR}+")
_FLOOR: Final = re.compile(rf"(?<![0-9])([0-9]{{1,2}}){SEPARATOR}*F(?![A-Z座栋幢号室房区])")
_BUILDING: Final = re.compile(r"(?<=[0-9A-Z甲乙丙丁东西南北中])(?:号楼|#楼|栋|幢|座(?!桥|山|塔|坟|庙))")
_STOREY: Final = re.compile("(?<=[0-9])楼")
_ROOM: Final = re.compile("(?<=[0-9A-Z])(?:房间|房(?!产|屋|地)|室)")
_BARE_ROOM: Final = re.compile(r"(?<![0-9A-Z路街道巷线-])([A-Z]?[0-9]+(?:-[0-9]+)*[A-Z]?)\Z")
_BUILDING_UNIT_ROOM: Final = re.compile(
    r"(?<=[^0-9A-Z路街道巷线栋层室-])(?<!单元)([0-9]{1,4})-([0-9]{1,3})-([0-9]{1,5}[A-Z]?)室\Z"
)  # only behind a name: in 金水区3-2-502 nobody knows which estate's building 3 is meant
_NUMBERED: Final = re.compile("([A-Z]?[0-9]+[A-Z]?|[A-Z])(号院?|栋|单元|层|室)")
_LOOSE: Final = re.compile("号院?|栋|单元|室|-")


@dataclass(frozen=True, slots=True)
class PlacedAddress:
    """An address as far as its sameness goes: district, upstream's standard address id, canonical text."""

    district_code: str | None
    standard_id: str | None
    canonical: str


def canonical_text(text: str, districts: Sequence[DistrictNames]) -> str:
    """The form in which all spellings of one door are equal: ``文化路85号3栋502室``.

    Without its district's names: compare canonical texts within one district. Idempotent, and defined for every
    text. Source: decision D5 and the rules for canonical text.
    """
    while (further := _normalised_once(text, districts)) != text:
        text = further
    return text


def canonical_text_without_district(text: str, districts: Sequence[DistrictNames]) -> str:
    """The canonical text to compare where no district is known: the city it names stays in front.

    洛阳市文化路1号 and 郑州市文化路1号 name no district, and are two doors all the same.
    """
    return head_words(text, districts) + canonical_text(text, districts)


def same_address_classes(addresses: Sequence[PlacedAddress]) -> tuple[tuple[int, ...], ...]:
    """The indexes of the addresses, one tuple for each door, whatever their order (decision D5).

    Addresses with a standard id are classed by district and id. One without joins the class in its district that has
    its text, if exactly one has; otherwise those without an id are classed by district and text.
    """
    ids_of: dict[tuple[str | None, str], set[str]] = {}
    for address in addresses:
        if address.standard_id:
            ids_of.setdefault((address.district_code, address.canonical), set()).add(address.standard_id)
    classes: dict[tuple[str | None, str, bool], list[int]] = {}
    for index, address in enumerate(addresses):
        ids = ids_of.get((address.district_code, address.canonical), set())
        known_id = address.standard_id or (next(iter(ids)) if len(ids) == 1 else None)
        door = (address.district_code, known_id or address.canonical, known_id is not None)
        classes.setdefault(door, []).append(index)
    return tuple(tuple(members) for members in classes.values())


def similar(one: str, other: str) -> bool:
    """Whether two canonical texts of one district may be one door spelled apart: a question for a dispatcher.

    So if one says all that the other says and perhaps more (502室 and 5层502室, 85号 and 85号院), or if they differ
    only in the words between their numbers (3-502室 and 3栋502室). Equal texts are the same, which is not similar.
    """
    if one == other:
        return False
    return _loose(one) == _loose(other) or _says_more(one, other) or _says_more(other, one)


def _normalised_once(text: str, districts: Sequence[DistrictNames]) -> str:
    text = plain(text)
    text = without_remarks(text[read_head(text, districts).end :])
    text = with_arabic_numerals(_FLOOR.sub(r"\1层", text))
    text = _SEPARATORS.sub(_between_digits, text)
    text = _STOREY.sub("层", _BUILDING.sub("栋", text))
    text = _BARE_ROOM.sub(r"\1室", _ROOM.sub("室", text))
    return _BUILDING_UNIT_ROOM.sub(r"\1栋\2单元\3室", text)


def _between_digits(found: re.Match[str]) -> str:
    """What is left of separators: one hyphen between two digits, so that 85 3号楼 does not become 853号楼."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return "-" if before.isdecimal() and after.isdecimal() else ""


def _loose(canonical: str) -> str:
    return _LOOSE.sub("/", canonical).removesuffix("/")


def _says_more(longer: str, shorter: str) -> bool:
    """Whether the longer text has the shorter one's names, and its numbered parts in their order, from one end."""
    names, parts, floor = _numbered(longer)
    fewer_names, fewer, other_floor = _numbered(shorter)
    if names != fewer_names or not fewer or (floor and other_floor and floor != other_floor):
        return False
    remaining = iter(parts)
    return all(part in remaining for part in fewer) and (fewer[0] == parts[0] or fewer[-1] == parts[-1])


def _numbered(canonical: str) -> tuple[str, list[tuple[str, str]], list[str]]:
    """The names of a canonical text, its numbered parts but the floor, and its floors."""
    parts = [(number, mark.removesuffix("院")) for number, mark in _NUMBERED.findall(canonical)]
    floors = [number for number, mark in parts if mark == "层"]
    return _NUMBERED.sub("", canonical), [part for part in parts if part[1] != "层"], floors
