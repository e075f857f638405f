"""Texts that people and systems write: bounded, and without what a database or a log cannot hold."""

from __future__ import annotations

from domain.refusals import Problem

LONGEST_NOTE = 2000
"""Characters of a note, a reason or a piece of evidence."""


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
