"""What a connection waits on, as asyncio has it, without its three queues each: there may be ten thousand sockets."""

from __future__ import annotations

import asyncio
from typing import Any


class Gate:
    """An ``asyncio.Event`` that holds nothing while nobody waits."""

    __slots__ = ("_waiting", "is_open")

    def __init__(self) -> None:
        self.is_open = True
        self._waiting: list[asyncio.Future[None]] | None = None

    def clear(self) -> None:
        """Whoever comes from now on waits."""
        self.is_open = False

    def set(self) -> None:
        """Let everybody through."""
        self.is_open = True
        waiting, self._waiting = self._waiting, None
        for one in waiting or ():
            if not one.done():
                one.set_result(None)

    async def wait(self) -> None:
        """Wait until the gate is open."""
        while not self.is_open:
            mine = asyncio.get_running_loop().create_future()
            self._waiting = [*(self._waiting or ()), mine]
            await mine


class Inbox:
    """An ``asyncio.Queue`` for one reader."""

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        """Leave a message."""
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        """Whether nothing lies there."""
        return not self._messages

    async def get(self) -> Any:
        """The first message, once there is one."""
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        self._reader = None
        return self._messages.pop(0)
