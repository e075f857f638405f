"""What one operation has at hand: who asks, the ports, and loaders of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access import Actor, Scope
from domain.callbacks import Callbacks
from domain.ports import Administration, EventLog, Hub, Reads, Store
from domain.world import World
from engine.fields import Found, Loader, Wanted
from resolvers.loaders import Loaders


@dataclass(frozen=True, slots=True)
class Services:
    """The ports of this process, shared by all operations."""

    store: Store
    reads: Reads
    log: EventLog
    hub: Hub
    administration: Administration
    callbacks: Callbacks
    clock: Callable[[], datetime]


class Context:
    """Of one operation, and of one update of a subscription: what it has read it does not read again."""

    def __init__(self, services: Services, actor: Actor) -> None:
        self.services = services
        self.actor = actor
        self._loaders = Loaders(self)
        self._world: World | None = None
        self._since = time.monotonic()
        self._reading = asyncio.Lock()

    @property
    def scope(self) -> Scope:
        """Who looks."""
        return self.actor.scope

    @property
    def moment(self) -> int | None:
        """The version of the reference data, if a statement of this operation has seen it."""
        return self.services.store.version(self._since)

    @property
    def loaders(self) -> Mapping[str, Loader]:
        """The loaders of this operation by name."""
        return self._loaders

    async def load(self, wanted: Wanted) -> Found:
        """What all these loaders answer to all these keys, in one go."""
        return await self._loaders.load(wanted)

    def forget(self, since: float | None = None) -> None:
        """Something was changed: what is read from now on is read anew, or was seen after ``since``."""
        self._loaders, self._world = Loaders(self), None
        self._since = time.monotonic() if since is None else since

    async def world(self) -> World:
        """The reference data, one picture for the whole operation."""
        if self._world is None:
            async with self._reading:
                if self._world is None:
                    self._world = await self.services.store.world(self._since)
        return self._world


def context_of(info: Any) -> Context:
    """The context of the operation that a resolver serves."""
    context: Context = info.context
    return context
