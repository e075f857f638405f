"""What one cell of an order file says, as a value of the API.

A cell is what a reader of a format gives: text, a date, or anything that JSON can hold. Each function answers
with the value, with None for a cell that says nothing, and raises ``ValueError`` with the rest of a sentence
("is …: write …") which begins with the column's heading.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

CHINA: Final = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone without summer time; an offset needs no tables on the machine."""

ACTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("资源勘查", "业务勘查", "勘查", "survey"), "SURVEY"),
    **dict.fromkeys(("业务开通", "开通", "activation", "activate"), "ACTIVATION"),
    **dict.fromkeys(("业务停机", "停机", "suspend", "suspension"), "SUSPEND"),
    **dict.fromkeys(("业务复机", "复机", "resume", "resumption"), "RESUME"),
    **dict.fromkeys(("业务注销", "注销", "拆机", "销户", "terminate", "termination"), "TERMINATE"),
}
PRODUCTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("互联网专线", "internetline"), "INTERNET_LINE"),
    **dict.fromkeys(("企宽", "企业宽带", "entbroadband"), "ENT_BROADBAND"),
    **dict.fromkeys(("云视讯", "cloudvideo"), "CLOUD_VIDEO"),
    **dict.fromkeys(("千里眼", "camera"), "CAMERA"),
}
FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("是", "有", "y", "yes", "true", "t", "1"), True),
    **dict.fromkeys(("否", "无", "n", "no", "false", "f", "0"), False),
}
MOST: Final = 2**31 - 1
"""The largest Int of GraphQL; a larger one would have the whole request refused."""
EXACT_DIGITS: Final = 15
"""As many digits of a number as a spreadsheet keeps."""

_FAULTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_AS_TEXT = re.compile(r'="([^"]*)"')
_SEPARATORS = re.compile(r"[、,，;；|\s]+")
_COUNT = re.compile(r"(\d+)(?:\.0*)?")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_ZONE = r"\s*(Z|[+-]\d{2}:?\d{2})?"
_DATES = (
    re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]*(\d{2})(\d{2})(\d{2})?)?" + _ZONE, re.IGNORECASE),
    re.compile(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
        r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?" + _ZONE,
        re.IGNORECASE,
    ),
)


def text(cell: object) -> str | None:
    """The cell as text without white space around it; a number as it was typed, without ``.0``."""
    match cell:
        case None:
            return None
        case str():
            return _unwrapped(cell.strip()) or None
        case bool() | list() | dict():
            raise ValueError(f"is {_shown(cell)}, where a text belongs: write it as a text")
        case float() if not cell.is_integer():
            return repr(cell)
        case float() if abs(cell) < 10**EXACT_DIGITS:
            return str(int(cell))
        case float():
            raise ValueError(_rounded(repr(cell)))
        case dt.datetime():
            return cell.isoformat(" ")
        case _:
            return str(cell)


def _unwrapped(cell: str) -> str:
    if cell in _FAULTS:
        raise ValueError(f"is {cell}, a fault of the spreadsheet's formula: write the value itself")
    wrapped = _AS_TEXT.fullmatch(cell)
    return wrapped[1].strip() if wrapped else cell


def identifier(cell: object) -> str | None:
    """The cell as a text which names something, and so must not have been rounded by a spreadsheet."""
    name = text(cell)
    if name is not None and _ROUNDED.fullmatch(name):
        raise ValueError(_rounded(name))
    return name


def _rounded(number: str) -> str:
    return (
        f"is {number}, a number which a spreadsheet has rounded (it keeps {EXACT_DIGITS} digits):"
        " format the column as text and fill it from the source again"
    )


def identifiers(cell: object) -> list[str] | None:
    """The names in a cell, which stand apart by 、 , ; | or a space; a JSON list gives one each."""
    if isinstance(cell, list):
        return [name for each in cell if (name := identifier(each)) is not None]
    names = identifier(cell)
    return [name for name in _SEPARATORS.split(names) if name] if names else None


def flag(cell: object) -> bool | None:
    """是 or 否, Y or N, true or false, 1 or 0."""
    if isinstance(cell, bool):
        return cell
    word = text(cell)
    if word is None:
        return None
    known = FLAGS.get(unicodedata.normalize("NFKC", word).casefold())
    if known is None:
        raise ValueError(f"is {_shown(word)}, neither yes nor no: write 是 or 否 (yes or no)")
    return known


def count(cell: object) -> int | None:
    """A whole number from 0."""
    word = text(cell)
    if word is None:
        return None
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", word))
    if found is None or len(found[1]) > EXACT_DIGITS or int(found[1]) > MOST:
        raise ValueError(f"is {_shown(word)}, which is no count: write a whole number such as 0, 1 or 2")
    return int(found[1])


def action(cell: object) -> str | None:
    """The kind of order (工单类型) as a word of ``OrderAction``."""
    word = text(cell)
    if word is None:
        return None
    plain = unicodedata.normalize("NFKC", word).casefold()
    known = ACTIONS.get(re.sub(r"(工单|单|order)$", "", plain).strip())
    if known is None:
        raise ValueError(
            f"is {_shown(word)}, an unknown kind of order: write 资源勘查单 (SURVEY),"
            " 业务开通单 (ACTIVATION), 停机单 (SUSPEND), 复机单 (RESUME) or 注销单 (TERMINATE)"
        )
    return known


def product(cell: object) -> str | None:
    """The product's code; a name not known here passes as a code, for products are open data."""
    word = text(cell)
    return word and PRODUCTS.get(re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", word)).casefold(), word)


def instant(cell: object) -> str | None:
    """The moment in RFC 3339 and UTC; without an offset it is China's, without a time the end of the day."""
    if isinstance(cell, dt.datetime):
        return _utc(cell)
    if isinstance(cell, dt.date):
        return _utc(dt.datetime.combine(cell, dt.time(23, 59, 59)))
    word = text(cell)
    if word is None:
        return None
    try:
        return _utc(_moment(unicodedata.normalize("NFKC", word)))
    except (ValueError, OverflowError):
        raise ValueError(
            f"is {_shown(word)}, which is no date: write it as 2026-11-22 18:00 (China's time)"
            " or 2026-11-22T10:00:00Z"
        ) from None


def _moment(word: str) -> dt.datetime:
    found = next(filter(None, (form.fullmatch(word) for form in _DATES)), None)
    if found is None:
        raise ValueError(word)
    year, month, day, hour, minute, second, offset = found.groups()
    zone = dt.datetime.strptime(offset, "%z").tzinfo if offset else None
    time = dt.time(int(hour), int(minute), int(second or 0)) if hour else dt.time(23, 59, 59)
    return dt.datetime.combine(dt.date(int(year), int(month), int(day)), time, zone)


def _utc(moment: dt.datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
    return f"{aware.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def structure(cell: object) -> object:
    """What the cell's JSON says; a cell which is structured already (a file of JSON) comes back as it is."""
    if not isinstance(cell, str):
        return cell
    if not cell.strip():
        return None
    try:
        return json.loads(cell, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError(f'is {_shown(cell)}, which is no JSON: write such as {{"vlan": 2101}}') from None


def value(cell: object) -> object:
    """One value of a structure: a number, true or false if JSON would write it so, otherwise the text."""
    word = text(cell) if isinstance(cell, str | dt.date) else None
    if word is None:
        return None if is_empty(cell) else cell
    if not (_NUMBER.fullmatch(word) or word in {"true", "false"} or word[0] in "[{"):
        return word
    try:
        known: object = json.loads(word, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return word
    return known if isinstance(known, list | dict) or json.dumps(known) == word else word


def _no_constant(word: str) -> object:
    raise ValueError(word)


def is_empty(cell: object) -> bool:
    """Whether the cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _shown(cell: object, most: int = 40) -> str:
    shown = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)
    return f"“{shown[:most]}{'…' if len(shown) > most else ''}”"
