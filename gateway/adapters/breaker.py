"""A circuit breaker: after some failures in a row nobody is asked for a while, then one may try."""

from __future__ import annotations

import random
import time
from collections.abc import Callable


class Breaker:
    """Closed while answers come. Open after ``most`` failures in a row, for a pause that doubles with each more."""

    def __init__(
        self,
        *,
        most: int = 5,
        pause_seconds: float = 2.0,
        longest_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._most = most
        self._pause_seconds = pause_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._open_until = 0.0

    def wait_seconds(self) -> float:
        """0 when it may be asked; else how long it is left alone. Whoever gets 0 while it is open is the one to try."""
        if self._failures < self._most:
            return 0.0
        now = self._clock()
        if now < self._open_until:
            return self._open_until - now
        self._open_until = now + self._pause()
        return 0.0

    def succeeded(self) -> None:
        """An answer came."""
        self._failures = 0

    def failed(self) -> None:
        """None came."""
        self._failures += 1
        if self._failures >= self._most:
            self._open_until = self._clock() + self._pause()

    def _pause(self) -> float:
        """Between half of the pause and the whole of it, so that several processes do not return as one."""
        longest = self._pause_seconds * 2.0 ** min(self._failures - self._most, 20)
        return min(longest, self._longest_seconds) * (0.5 + self._chance() / 2)
