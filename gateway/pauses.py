"""How long this process stood still, and when it looks for garbage: not in the middle of a fan-out.

What is there at the start stays, and is never looked at again. Of what comes and goes nearly all is freed at once; the
rest, in cycles, is looked for in the youngest objects as always, and in all of them only while nothing else happens.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable
from typing import Final

YOUNG: Final = 20_000
"""Objects made and not freed, after which the youngest are looked at."""
OLDER: Final = 50
NEVER: Final = 1_000_000_000

LOOK_SECONDS: Final = 0.25
QUIET_LOOKS: Final = 4
SELDOM_SECONDS: Final = 60.0
AT_LATEST_SECONDS: Final = 1_800.0
SHOWN_LOOKS: Final = 240
"""A minute of them."""


def settle() -> None:
    """Look for garbage for the last time in what is there, and from now on seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, NEVER)


class Pauses:
    """Watches the loop, and collects at quiet moments: while ``done``, a count of what was done, stays the same."""

    def __init__(self, done: Callable[[], int]) -> None:
        self._done = done
        self._late: deque[float] = deque(maxlen=SHOWN_LOOKS)
        self._quiet = 0
        self._collected = time.monotonic()

    @property
    def longest(self) -> float:
        """The longest time, in seconds, that something had to wait for its turn within the last minute."""
        return max(self._late, default=0.0)

    async def run(self) -> None:
        """Watch without end."""
        before = self._done()
        while True:
            began = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            self._late.append(max(0.0, time.monotonic() - began - LOOK_SECONDS))
            now = self._done()
            self._quiet = self._quiet + 1 if now == before else 0
            before = now
            self._collect_if_due()

    def _collect_if_due(self) -> None:
        since = time.monotonic() - self._collected
        if since > AT_LATEST_SECONDS or (since > SELDOM_SECONDS and self._quiet >= QUIET_LOOKS):
            gc.collect()
            self._collected = time.monotonic()
