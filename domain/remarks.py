"""Remarks at the end of an address, which help to find the door and do not tell one door from another.

（丹尼斯旁）, 丹尼斯附近, 地铁口对面. What stands in brackets and reads as a part of the address is not a remark:
文化路85号（3号楼） and 文化路85号（4号楼） are two doors.
"""

from __future__ import annotations

import re
from typing import Final

from domain.districts import SEPARATOR, SEPARATOR_MARKS
from domain.numerals import NUMERALS

_OPENING: Final = "([{【〔〖《「『〈"
_CLOSING: Final = ")]}】〕〗》」』〉"
_NUMBER: Final = f"[0-9A-Z{NUMERALS}]"
_MARK: Final = "号楼|#楼|号院|号(?!线|门|店|口|路|街)|栋|幢|座|楼|单元|层|房间|房|室"
_PART: Final = re.compile(f"(?<={_NUMBER})(?:{SEPARATOR})*(?:{_MARK})|[0-9]F(?![A-Z])|[0-9]-[0-9]+-[0-9]+")
_NUMBERED: Final = re.compile(
    f"{_NUMBER}+(?:{_MARK}|期|区)|[0-9]{{1,2}}F|[东西南北中][区院座户楼]|{SEPARATOR}"
)
_BARE: Final = re.compile(r"[A-Z]?[0-9]{0,5}(?:-[0-9]{1,5})*[A-Z]?")
_WORD: Final = re.compile(r"斜?(?:附近|旁边|对面)\Z")
_SIDE: Final = "[东西南北中左右前后]{1,2}[户侧屋门厅]"
_IN_A_ROOM: Final = re.compile(f"(?:{_SIDE})?")
_IN_A_BUILDING: Final = re.compile(  # a bare room number, or 东户
    rf"[A-Z]?[0-9-]*[A-Z]?\Z|[A-Z]?[0-9]{{3,4}}[A-Z]?(?![0-9])|{_SIDE}|(?![A-Z]?[0-9])"
)  # no match: 3栋12丹尼斯旁边, room 12 or a shop called 12丹尼斯
_LAST_SEPARATOR: Final = re.compile(rf"{SEPARATOR}+[^{SEPARATOR_MARKS}]*\Z")
_TRAILING_SEPARATORS: Final = re.compile(rf"{SEPARATOR}+\Z")
_ONLY_SEPARATORS: Final = re.compile(rf"{SEPARATOR}*\Z")


def without_remarks(text: str) -> str:
    """The text without the remarks at its end; a text that is one remark stays as it is."""
    while (shorter := _without_last_remark(_TRAILING_SEPARATORS.sub("", text))) != text:
        text = shorter
    return text


def _without_last_remark(text: str) -> str:
    if text.endswith(tuple(_CLOSING)):
        return _without_bracket(text)
    if word := _WORD.search(text):
        return _without_landmark(text[: word.start()]) or text
    return text


def _without_bracket(text: str) -> str:
    start = _opening_of_last(text)
    if start is None:
        return text
    before, inside = text[:start], text[start + 1 : -1]
    if not _is_address(inside) and not _ONLY_SEPARATORS.match(before):
        return before
    return f"{before} {inside}"


def _opening_of_last(text: str) -> int | None:
    """Where the bracket opens that the text's last character closes."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in _CLOSING) - (text[place] in _OPENING)
        if depth == 0:
            return place
    return None


def _is_address(inside: str) -> bool:
    rest = _NUMBERED.sub("", inside)
    return _BARE.fullmatch(rest) is not None


def _without_landmark(text: str) -> str:
    """The text without the place whose 附近, 旁边 or 对面 was just cut off; empty where nobody can say.

    The landmark (丹尼斯) begins after the last numbered part, or after the last separator behind that. Where no part
    is numbered, the place is all that the address says: it stays.
    """
    parts = list(_PART.finditer(text))
    if not parts:
        return text
    last = parts[-1]
    rest = text[last.end() :]
    if separated := _LAST_SEPARATOR.search(_TRAILING_SEPARATORS.sub("", rest)):
        return text[: last.end() + separated.start()]
    door = (_IN_A_ROOM if last[0].endswith(("室", "房", "房间")) else _IN_A_BUILDING).match(rest)
    return text[: last.end() + door.end()] if door else ""
