"""How long to wait before something is tried again: ever longer, and by chance, so that not all come at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LONGEST_SECONDS: Final = 15 * 60.0
_HIGHEST_POWER: Final = 32
"""Beyond it the longest pause is reached from any base, and floats stay small."""


def pause_after(
    tries: int, base_seconds: float, chance: float = 1.0, *, longest_seconds: float = LONGEST_SECONDS
) -> timedelta:
    """The pause after so many failed tries: at most ``base_seconds`` × 2^(tries - 1), and at most the longest.

    Args:
        tries: 1 after the first.
        base_seconds: The longest pause after the first try.
        chance: A number drawn from 0 to 1, with which the longest pause is multiplied: full jitter.
            Without it the pause is whole.
        longest_seconds: What no pause exceeds; 15 minutes.
    """
    longest = min(base_seconds * 2 ** min(tries - 1, _HIGHEST_POWER), longest_seconds)
    return timedelta(seconds=longest * chance)
