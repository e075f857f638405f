"""How long to wait before something is tried again: ever longer, and by chance, so that not all come at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LONGEST_SECONDS: Final = 15 * 60.0
_HIGHEST_POWER: Final = 32
"""Beyond it the longest pause is reached from any base, and floats stay small."""


def pause_after(tries: int, base_seconds: float, chance: float) -> timedelta:
    """The pause after so many failed tries: at most ``base_seconds`` × 2^(tries - 1), and at most 15 minutes.

    Args:
        tries: 1 after the first.
        base_seconds: The longest pause after the first try.
        chance: A number drawn from 0 to 1, with which the longest pause is multiplied: full jitter.
    """
    longest = min(base_seconds * 2 ** min(tries - 1, _HIGHEST_POWER), LONGEST_SECONDS)
    return timedelta(seconds=longest * chance)
