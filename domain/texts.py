"""Texts that people and systems write: bounded, and without what a database or a log cannot hold."""

from __future__ import annotations

import json
from typing import Any

from domain.refusals import Problem

LONGEST_NOTE = 2000
"""Characters of a note, a reason or a piece of evidence."""

LARGEST_JSON = 64 * 1024
"""Bytes of a JSON value that somebody sends along."""


def problem_of_json(value: Any, path: tuple[str, ...]) -> Problem | None:
    """What is wrong with a JSON value, null when nothing is: too large, or broken characters in it."""
    try:
        size = len(json.dumps(value, ensure_ascii=False, default=str).encode())
    except UnicodeEncodeError:
        return Problem(path, "holds half of a character (a lone surrogate); send valid Unicode")
    return Problem(path, f"is {size} bytes of JSON; at most {LARGEST_JSON}") if size > LARGEST_JSON else None


def storable(text: str) -> str:
    """What can be kept of a text: without NUL, and with a replacement for what is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def problem_of_text(value: str | None, path: tuple[str, ...], longest: int = LONGEST_NOTE) -> Problem | None:
    """What is wrong with a text, null when nothing is: too long, NUL characters, broken characters."""
    if value is None:
        return None
    if len(value) > longest:
        return Problem(path, f"has {len(value)} characters; at most {longest}")
    if "\0" in value:
        return Problem(path, "holds a NUL character; remove it")
    if any("\ud800" <= character <= "\udfff" for character in value):
        return Problem(path, "holds half of a character (a lone surrogate); send valid Unicode")
    return None
