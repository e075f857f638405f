"""What the simulated network will do later. It holds no more than the record: a new process makes it anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Agenda:
    """Functions to be called at an instant, in seconds since the epoch."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()
        self._stopping = asyncio.Event()

    def at(self, when: float, do: Callable[[], None]) -> None:
        """Call it then; at once if that is past."""

        def run() -> None:
            self._handles.discard(handle)
            do()

        handle = asyncio.get_running_loop().call_later(max(when - time.time(), 0), run)
        self._handles.add(handle)

    async def rest(self, seconds: float) -> bool:
        """Wait so long; false when the server stopped in between."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return True
        return False

    async def stop(self) -> None:
        """Do nothing more; whoever rests goes on at once."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
        self._stopping.set()
