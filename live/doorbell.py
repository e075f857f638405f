"""The doorbell: tells the hubs of all processes to look at the log. It says "look", never what to see.

One supervised subscription and one publisher task per process, on one channel. broadcaster may lose rings
without an error (a restarted server leaves its listener dead), so the bell also rings itself through the
server: when that ping does not come back, the subscription is made anew. Losing any ring costs the poll
interval and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from broadcaster import Broadcast

log = logging.getLogger("onevisit.doorbell")

CHANNEL = "onevisit"
PING_SECONDS = 15.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
CONNECT_SECONDS = 5.0


@dataclass(slots=True)
class Counts:
    """What the doorbell has done since its start; ``connected`` is false while it is deaf."""

    rung: int = 0
    heard: int = 0
    restarts: int = 0
    connected: bool = False


class Doorbell:
    """A bell over memory://, redis:// or postgres://. ``on_ring`` is called for each ring heard."""

    def __init__(self, url: str, on_ring: Callable[[], None], *, ping_seconds: float = PING_SECONDS) -> None:
        scheme, _, rest = url.partition("://")
        self._url = f"{scheme.partition('+')[0]}://{rest}"  # of postgresql+asyncpg:// broadcaster knows the first half
        self._on_ring = on_ring
        self._ping_seconds = ping_seconds
        self._name = secrets.token_hex(4)
        self._wanted = asyncio.Event()
        self._pinged = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._was_heard = False
        self.counts = Counts()

    def ring(self) -> None:
        """Ring here at once and everywhere else soon; rings that come together become one."""
        self._on_ring()
        self._wanted.set()

    async def start(self) -> None:
        """Begin to listen and to publish; a server that is not there is tried again and again."""
        if not self._url.startswith("memory"):
            self._tasks.add(asyncio.create_task(self._supervise(), name="doorbell"))

    async def stop(self) -> None:
        """Stop both, without a sound."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _supervise(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever a broker's driver raises, the bell goes on
                cause = f"{type(error).__name__}: {error}"
                log.warning("doorbell lost its server", extra={"cause": cause, "pause_seconds": pause})
            pause = FIRST_PAUSE_SECONDS if self._was_heard else min(pause * 2, LONGEST_PAUSE_SECONDS)
            self.counts.restarts += 1
            self._was_heard = False
            await asyncio.sleep(pause)

    async def _serve(self) -> None:
        """One connection's life: listen, publish, ping; ends when any of them fails."""
        broadcast = Broadcast(self._url)
        workers: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await broadcast.connect()
            workers += [
                asyncio.create_task(part(broadcast)) for part in (self._listen, self._publish, self._ping)
            ]
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for worker in done:
                worker.result()
        finally:
            self.counts.connected = False
            await _end(broadcast, workers)

    async def _listen(self, broadcast: Broadcast) -> None:
        async with broadcast.subscribe(CHANNEL) as subscriber:
            while True:
                event = await subscriber.get()
                if event.message == self._name:
                    self._pinged.set()
                    self.counts.connected = self._was_heard = True
                else:
                    self.counts.heard += 1
                    self._on_ring()

    async def _publish(self, broadcast: Broadcast) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await broadcast.publish(CHANNEL, f"{self._name} rings")
            self.counts.rung += 1

    async def _ping(self, broadcast: Broadcast) -> None:
        """Ring ourselves through the server; an answer that does not come means we are deaf."""
        await asyncio.sleep(FIRST_PAUSE_SECONDS)
        while True:
            self._pinged.clear()
            async with asyncio.timeout(CONNECT_SECONDS):
                await broadcast.publish(CHANNEL, self._name)
                await self._pinged.wait()
            await asyncio.sleep(self._ping_seconds)


async def _end(broadcast: Broadcast, workers: Sequence[asyncio.Task[None]]) -> None:
    """Give a connection up, in bounded time: its server may be frozen, or gone."""
    for worker in workers:
        worker.cancel()
    if workers:
        await asyncio.wait(workers, timeout=CONNECT_SECONDS)
    for worker in workers:
        if worker.done() and not worker.cancelled():
            worker.exception()  # seen: leaving the channel of a server that is gone fails as well
    backend = broadcast._backend  # noqa: SLF001 - broadcaster does not end it where connecting has failed
    for end in (broadcast.disconnect, backend.disconnect):
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CONNECT_SECONDS):
                await end()
