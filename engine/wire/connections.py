"""What stays open: who is on it, why it is ended from this side, and all of them together."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

LAST_WORDS_SECONDS = 2.0

Context = TypeVar("Context")


@dataclass(frozen=True, slots=True)
class Caller(Generic[Context]):
    """Who is on a connection, as far as a transport needs to know.

    ``new_context`` makes the context of each operation and of each update. ``expires_at`` is in seconds since the
    epoch. ``identity`` is what the one who admitted the caller may want to look at again.
    """

    new_context: Callable[[], Context]
    expires_at: float
    identity: Any = None


class Ending(Enum):
    """Why a connection is ended from this side: the close code of a socket, a code of errors, and a sentence."""

    EXPIRED = (4403, "UNAUTHENTICATED", "The token has expired: come back with a fresh one")
    CHANGED = (4403, "UNAUTHENTICATED", "What you may do has changed: come back")
    RESTART = (1012, "SERVICE_UNAVAILABLE", "The gateway restarts: come back")

    @property
    def close_code(self) -> int:
        """What a socket is closed with."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The code of an error, where there is no close code."""
        return self.value[1]

    @property
    def reason(self) -> str:
        """What the client reads."""
        return self.value[2]


class Connection(Protocol):
    """A socket or a stream."""

    caller: Caller[Any] | None

    async def end(self, ending: Ending) -> None:
        """End it, and say why. One that has ended already stays so."""
        ...


class Connections:
    """The open connections of this process."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self._ending: set[asyncio.Future[None]] = set()
        self._draining = False

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        """It was opened. While the others are drained, it is ended at once."""
        self._open.add(connection)
        if self._draining:
            self._restart(connection)

    def discard(self, connection: Connection) -> None:
        """It is gone."""
        self._open.discard(connection)

    async def end_where(self, unwanted: Callable[[Any], bool], ending: Ending) -> None:
        """End each connection whose caller's identity is unwanted."""
        for one in list(self._open):
            if one.caller is not None and unwanted(one.caller.identity):
                await one.end(ending)

    async def drain(self, seconds: float) -> None:
        """End all of them, spread over some seconds so that clients do not come back all at once."""
        self._draining = True
        connections = list(self._open)
        random.shuffle(connections)
        pause = seconds / len(connections) if connections else 0
        for one in connections:
            self._restart(one)
            await asyncio.sleep(pause)
        if self._ending:
            await asyncio.wait(self._ending, timeout=LAST_WORDS_SECONDS)

    def _restart(self, connection: Connection) -> None:
        ending = asyncio.ensure_future(connection.end(Ending.RESTART))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
