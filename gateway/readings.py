"""What a setting is, and its text as a value: each reader raises ValueError with what to give instead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.adapters.signatures import signing_key

PREFIX = "ONEVISIT_"
SHORTEST_SECRET = 32
"""Characters: HS256 asks for a key of 256 bits."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its default as text (null: none), how it is read, and what it is for."""

    name: str
    default: str | None
    read: Callable[[str], Any]
    meaning: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number between two bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(text)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A number of seconds between two bounds."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan  # which is in no range
        if not low <= value <= high:
            raise ValueError(f"give seconds from {low:g} to {high:g}")
        return value

    return read


def flag(text: str) -> bool:
    """True or false."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError("give true or false")
    return words[text.lower()]


def one_of(*choices: str) -> Callable[[str], str]:
    """One of some words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"give one of {', '.join(choices)}")
        return text

    return read


def secret(text: str) -> str:
    """A secret that is long enough."""
    if len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"give at least {SHORTEST_SECRET} characters, for instance of `openssl rand -hex 32`"
        )
    return text


def whsec(text: str) -> str:
    """A secret of Standard Webhooks, `whsec_…`."""
    signing_key(text)
    return text


def minutes(text: str) -> Mapping[str, int]:
    """Minutes by level."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    try:
        return {level.strip(): whole(1, 60 * 24 * 30)(minutes.strip()) for level, _, minutes in pairs}
    except ValueError as error:
        raise ValueError(f"for each level {error}, such as AAA=10,STANDARD=60") from error


def url(*schemes: str) -> Callable[[str], str]:
    """An address with one of some schemes."""

    def read(text: str) -> str:
        if text.partition("://")[0].partition("+")[0] not in schemes:
            raise ValueError(f"give an address that begins with {', '.join(s + '://' for s in schemes)}")
        return text

    return read


def path(text: str) -> str:
    """A path of an API."""
    if not re.fullmatch(r"(/[\w.~%-]+)+/?", text, re.ASCII):
        raise ValueError("give a path such as /tmf-api/ServiceTestManagement/v4")
    return text


def header(text: str) -> str:
    """The value of a header."""
    if not re.fullmatch(r"[\x21-\x7e][\x20-\x7e]*", text):
        raise ValueError("give the value of a header, such as `Bearer …`, in ASCII")
    return text


def file(text: str) -> str:
    """A file that is there."""
    if not Path(text).is_file():
        raise ValueError("give the path of a file that is there")
    return text
