"""Plain fields as lists of characteristics, and back: ``{"name", "valueType", "value": {"value": …}}``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def characteristics(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields as a list, those without a value left out."""
    return [
        {"name": name, "valueType": _TYPES.get(type(value), "string"), "value": {"value": value}}
        for name, value in fields.items()
        if value is not None
    ]


def fields_of(listed: Any, like: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The list as fields. What reads as the value of ``like`` is that value: ``"2101"`` was sent as 2101."""
    found: dict[str, Any] = {}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and isinstance(name := one.get("name"), str):
            found[name] = value_of(one)
    sent = like or {}
    return {
        name: sent[name] if name in sent and _alike(value, sent[name]) else value
        for name, value in found.items()
    }


def value_of(one: Mapping[str, Any]) -> Any:
    """The value of a characteristic or a measure, which some systems wrap and others do not."""
    value = one.get("value")
    return value.get("value") if isinstance(value, Mapping) and "value" in value else value


def _alike(echoed: Any, sent: Any) -> bool:
    """Whether two values say the same. Two texts are the same only as they are written: 007 is not 7."""
    if isinstance(sent, bool) or isinstance(echoed, bool):
        return str(echoed).lower() == str(sent).lower()
    if isinstance(sent, str) and isinstance(echoed, (int, float)):
        return str(echoed) == sent
    if isinstance(sent, (int, float)) and isinstance(echoed, str):
        number = _number(echoed)
        return number is not None and (float(number) if isinstance(sent, float) else number) == sent
    return bool(echoed == sent)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
