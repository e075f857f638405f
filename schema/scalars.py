"""The scalars: instants, places in the event log, and JSON.

What cannot be read is answered with what is wrong.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from domain.ports import Cursor

DEEPEST_JSON = 32
EARLIEST_YEAR, LATEST_YEAR = 1970, 2199
_SHOWN = 60
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_PLACE = re.compile("([0-9A-Za-z_-]{1,64}):(0|[1-9][0-9]{0,18})")
_LARGEST_POSITION = 2**63 - 1


def bad_input(message: str) -> GraphQLError:
    """An error that tells the client what it sent wrong."""
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def read_instant(value: object) -> datetime:
    """The UTC instant of an RFC 3339 text with an offset; anything else is BAD_USER_INPUT."""
    shown = repr(value)[:_SHOWN]
    remedy = "give RFC 3339 with an offset, such as 2026-11-23T08:00:00Z"
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value.upper()):
        raise bad_input(f"{shown} is not a DateTime; {remedy}")
    try:
        instant = datetime.fromisoformat(_with_microseconds(value.upper())).astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise bad_input(f"{shown} is not a DateTime ({wrong}); {remedy}") from None
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise bad_input(f"{shown} is outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return instant


def write_instant(value: datetime) -> str:
    """RFC 3339 in UTC, with Z."""
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone is no instant")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_cursor(cursor: Cursor | str) -> str:
    """The opaque text of a place in the log."""
    if isinstance(cursor, str):
        return cursor
    text = f"{cursor.epoch}:{cursor.position}".encode()
    return base64.urlsafe_b64encode(text).decode("ascii").rstrip("=")


def read_cursor(value: object) -> Cursor:
    """The place that a text names; a text which no update has carried is BAD_USER_INPUT."""
    place = _PLACE.fullmatch(_decoded(value)) if isinstance(value, str) else None
    if place is None or int(place[2]) > _LARGEST_POSITION:
        raise bad_input(f"{repr(value)[:_SHOWN]} is not a Cursor; give one that an update carried")
    return Cursor(place[1], int(place[2]))


def read_json(value: object) -> Any:
    """The value, if it is finite and no deeper than DEEPEST_JSON."""
    _check(value, DEEPEST_JSON)
    return value


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise bad_input(f"JSON is nested deeper than {DEEPEST_JSON} levels")
    if isinstance(value, float) and not math.isfinite(value):
        raise bad_input(f"JSON has no number {value}")
    if isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            _check(inner, depth - 1)


def _with_microseconds(text: str) -> str:
    """Python reads at most six digits behind the second."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, UnicodeError, ValueError):
        return ""


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant: RFC 3339, answered in UTC with `Z` and up to microseconds. An input may have any offset, "
            "but has to have one; a date that does not exist is BAD_USER_INPUT. Example: `2026-11-23T08:00:00Z`."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description=(
            "An opaque place in the event log. Keep the last one that was handled, and pass it as `after` to miss "
            "nothing and to see nothing twice. A cursor of any feed serves in every other feed. One that is too old, "
            "or of another log, is refused with CURSOR_EXPIRED; a text that is no cursor with BAD_USER_INPUT."
        ),
        serialize=write_cursor,
        parse_value=read_cursor,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description=(
            "Any JSON value: object, list, text, number, true, false or null, nested at most "
            f"{DEEPEST_JSON} levels deep. Kept and answered as it came."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=read_json,
    ),
}
"""Python type → its scalar, for the configuration of the schema."""
