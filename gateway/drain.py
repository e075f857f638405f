"""A server that stops without dropping anybody: sockets are told to come back, then the process ends."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

log = logging.getLogger("onevisit.drain")

TICK_SECONDS = 0.05


class DrainingServer(uvicorn.Server):
    """uvicorn, with a word to the open sockets before it shuts down. A second signal of any kind stops at once.

    ``serve`` returns when all is done, whatever the signal was, so that its caller can give back what it holds.
    """

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal."""
        self.force_exit = self.should_exit
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, drain the open ones, then shut down."""
        log.info("stopping", extra={"connections": len(self.server_state.connections)})
        for server in self.servers:
            server.close()
        draining = asyncio.ensure_future(self._drain())
        while not self.force_exit and not draining.done():
            await asyncio.wait([draining], timeout=TICK_SECONDS)
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        if self.force_exit:
            self._abort()
        await super().shutdown(sockets)
        self._captured_signals.clear()  # uvicorn would raise them again, and nothing behind `serve` would be done

    def _abort(self) -> None:
        """Drop every connection: a peer that takes nothing would hold the server."""
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
