"""A watch: one task that looks again and again, as soon as it is rung and at least every interval.

An outage stops it for no longer than it lasts: it is told, and waited out with pauses that grow.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

LONGEST_PAUSE_SECONDS: Final = 10.0

Look = Callable[[], Awaitable[float | None]]
"""Does what there is to do. Gives the seconds after which there may be more, null for the usual interval."""
Tell = Callable[[Mapping[str, Any]], None]
"""Tells of an outage: its ``cause``, and the ``pause_seconds`` until the next look."""


class Watch:
    """Not begun before ``start``.

    Args:
        name: Of its task.
        look: What it does.
        tell: Hears of each look that failed.
        interval_seconds: Between two looks when nobody rings.
        least_seconds: Between two looks in any case: rings that come together become one.
    """

    def __init__(
        self, name: str, look: Look, tell: Tell, *, interval_seconds: float, least_seconds: float = 0.0
    ) -> None:
        self._name = name
        self._look = look
        self._tell = tell
        self._interval_seconds = interval_seconds
        self._least_seconds = least_seconds
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Look soon."""
        self._rung.set()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = self._interval_seconds
        while True:
            self._rung.clear()
            try:
                seconds = await self._look()
                pause = self._interval_seconds
            except Exception as error:  # noqa: BLE001 - an outage must not stop the watch
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                self._tell({"cause": f"{type(error).__name__}: {error}", "pause_seconds": pause})
                await asyncio.sleep(pause)
            else:
                await asyncio.sleep(self._least_seconds)
                await self._rest(pause if seconds is None else seconds)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
