"""What is done to the processes: each injury is drawn from a seed, lasts a while, and heals."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path
from random import Random
from typing import Protocol

from tests.servers import Server
from tests.wire.processes import GatewayProcess

SHORTEST, LONGEST = 0.2, 3.0
"""Seconds that an injury lasts, and those between two."""


class Victim(Protocol):
    """Something that can be hurt."""

    name: str

    async def kill(self) -> None: ...

    async def freeze(self) -> None: ...

    async def heal(self) -> None: ...


class ServerVictim:
    """PostgreSQL or Valkey."""

    def __init__(self, server: Server) -> None:
        self.name = type(server).__name__
        self._server = server

    async def kill(self) -> None:
        """SIGKILL, the children too."""
        await asyncio.to_thread(self._server.kill)

    async def freeze(self) -> None:
        """SIGSTOP, the children too."""
        await asyncio.to_thread(self._server.pause)

    async def heal(self) -> None:
        """Whatever was done to it, it answers again."""
        await asyncio.to_thread(self._server.ensure_running)


class GatewayVictim:
    """One gateway process."""

    def __init__(self, gateway: GatewayProcess, folder: Path, number: int) -> None:
        self.name = f"gateway {number}"
        self._gateway = gateway
        self._folder = folder

    async def kill(self) -> None:
        """SIGKILL."""
        await asyncio.to_thread(self._gateway.kill)

    async def freeze(self) -> None:
        """SIGSTOP."""
        self._gateway.signal(signal.SIGSTOP)

    async def heal(self) -> None:
        """SIGCONT, or another process on its port."""
        process = self._gateway.process
        if process is None or process.poll() is not None:
            await asyncio.to_thread(self._gateway.start, self._folder)
        else:
            process.send_signal(signal.SIGCONT)


class Injuries:
    """One after the other, of one or two victims at once: PostgreSQL heals first, as gateways need it to start."""

    def __init__(self, servers: list[Victim], gateways: list[Victim], seed: int) -> None:
        self._servers = servers
        self._gateways = gateways
        self._chance = Random(seed)
        self.done: Counter[str] = Counter()

    async def run(self) -> None:
        """Go on until cancelled; what is hurt then is healed."""
        while True:
            await asyncio.sleep(self._seconds())
            hurt = self._chance.sample([*self._servers, *self._gateways], self._chance.choice((1, 1, 2)))
            ways = [self._chance.choice(("kill", "freeze")) for _ in hurt]
            lasting = self._seconds()
            try:
                for victim, way in zip(hurt, ways, strict=True):
                    await (victim.kill() if way == "kill" else victim.freeze())
                    self.done[f"{way} {victim.name}"] += 1
                await asyncio.sleep(lasting)
            finally:
                await self.heal()

    async def heal(self) -> None:
        """Whoever is hurt is whole again."""
        for victim in (*self._servers, *self._gateways):
            await victim.heal()

    def _seconds(self) -> float:
        return self._chance.uniform(SHORTEST, LONGEST)
