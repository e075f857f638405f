"""Chinese numerals as they stand on doors: 三十二号楼, 一百零五室, 五〇二室."""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = "零〇○一二三四五六七八九"
NUMERALS: Final = DIGITS + "十百"

_ARABIC: Final = str.maketrans(DIGITS, "000123456789")
_SPOKEN: Final = re.compile(r"(?:([1-9])百)?(?:([1-9]?)(十)([1-9]?)|0([1-9]))?")
_ROAD: Final = "路|大?街|大道|道|巷|胡同|线"
_BEFORE_A_PART: Final = re.compile(
    rf"(?<![0-9{NUMERALS}])([{NUMERALS}]+)(?=\s*(?:#楼|号(?!{_ROAD})|栋|幢|座(?!桥|山|塔|坟|庙)|楼|单元|层|室|房))"
)


def arabic(numeral: str) -> str | None:
    """The Arabic digits of a Chinese numeral: ``三十二`` → ``32``, ``一〇五`` and ``一百零五`` → ``105``.

    Null where nobody can say for sure which number is meant (``一百一`` is 101 to some and 110 to others).
    """
    digits = numeral.translate(_ARABIC)
    if "十" not in digits and "百" not in digits:
        return digits
    spoken = _SPOKEN.fullmatch(digits)
    if spoken is None:
        return None
    hundreds, tens, ten, ones, last = spoken.groups(default="")
    return str(int(hundreds or 0) * 100 + int(tens or bool(ten)) * 10 + int(ones or last or 0))


def with_arabic_numerals(text: str) -> str:
    """The text with the numerals before 号, 栋, 幢, 座, 楼, 单元, 层, 室 and 房 in Arabic digits.

    Numerals in the names of roads stay (二七路, 经三路, 三号路): those roads have no other name.
    """
    return _BEFORE_A_PART.sub(lambda found: arabic(found[1]) or found[1], text)
