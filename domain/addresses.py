"""Addresses and districts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DistrictNames:
    """A district and what it is called."""

    code: str
    name: str
    prefecture: str
    aliases: tuple[str, ...] = ()
