"""Texts that people and systems write: bounded, and without what a database or a log cannot hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from domain.refusals import Problem

LONGEST_NOTE = 2000
"""Characters of a note, a reason or a piece of evidence."""

MOST_PROBLEMS = 20
"""More are not worth reading: mend these and send it again."""


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


def problems_of_json(value: Any, path: tuple[str, ...]) -> tuple[Problem, ...]:
    """What no database can hold of a JSON value: texts as above at any depth, names among them, and no numbers."""
    return tuple(islice(_problems_within(value, path), MOST_PROBLEMS))


def _problems_within(value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    waiting = [(value, path)]
    while waiting:
        present, where = waiting.pop()
        if isinstance(present, Mapping):
            named = [(problem_of_text(name, where), name, below) for name, below in present.items()]
            yield from (problem for problem, _, _ in named if problem is not None)
            waiting += [(below, (*where, name)) for problem, name, below in named if problem is None]
        elif isinstance(present, (list, tuple)):
            waiting += [(below, (*where, str(index))) for index, below in enumerate(present)]
        elif isinstance(present, str) and (problem := problem_of_text(present, where)) is not None:
            yield problem
        elif isinstance(present, float) and not math.isfinite(present):
            yield Problem(where, f"is {present}; give a number")
