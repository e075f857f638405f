"""Reading JSON that others wrote: what no database of ours could hold is not in it afterwards."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from domain.texts import storable

_DOUBTFUL: Final = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
"""NUL, and halves of characters."""


def read_json(content: bytes) -> Any:
    """The JSON in UTF-8. Raises ValueError where it is none; numbers without an end come as text."""
    try:
        body = json.loads(content.decode(), parse_float=_number, parse_constant=str)
        return _storable(body) if _DOUBTFUL.search(content) else body
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def id_of(body: Any) -> str | None:
    """The id of a thing, which some systems write as a number; null where it has none."""
    found = body.get("id") if isinstance(body, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and found else None


def last_part(address: Any) -> str | None:
    """The id at the end of an address, null where there is none."""
    return (address.rstrip("/").rsplit("/", 1)[-1] or None) if isinstance(address, str) else None


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): _storable(one) for name, one in value.items()}
    return value
