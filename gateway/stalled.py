"""A peer that takes nothing of what it is sent is cut off, on a socket and on a stream over HTTP.

It would hold its connection, and what waits to be sent on it, without end. The client comes back with its cursor and
has lost nothing. uvicorn pings each socket, but it closes one that does not
answer in order, after all that waits to be sent.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from engine.wire.closing import TRY_AGAIN_LATER
from engine.wire.frames import WRITE_FRAME
from gateway.waiting import Gate, Inbox

log = logging.getLogger("onevisit.stalled")

TOO_SLOW = "You read too slowly: come back with the cursor of the last update that you have"


class _CutOff(asyncio.Protocol):
    """One connection, given up when ``stall_seconds`` pass without a byte taken while more waits than is allowed."""

    transport: Any
    loop: asyncio.AbstractEventLoop

    def __init__(self, *arguments: Any, stall_seconds: float, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stall_seconds = stall_seconds
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The peer is behind: begin to watch it."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        super().resume_writing()
        self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to watch."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        self._waiting = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(self._stall_seconds, self._look)

    def _look(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < self._waiting:
            self._watch()
            return
        log.warning("a peer that takes nothing is cut off", extra={"bytes_waiting": waiting})
        self._cut_off()

    def _cut_off(self) -> None:
        """Drop the peer, with all that waits for it."""
        self.transport.abort()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class CutOffSocket(_CutOff, WebSocketsSansIOProtocol):
    """One WebSocket that is watched, and holds no more than it needs once it is open."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.queue: Any = Inbox()
        self.writable: Any = Gate()

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame without waiting; false, and nothing is written, when the peer is behind or gone."""
        if not self.writable.is_open or self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    async def run_asgi(self) -> None:
        """Serve the socket."""
        extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), WRITE_FRAME: self.write_frame}
        self.scope["extensions"] = extensions
        await super().run_asgi()

    def _cut_off(self) -> None:
        """Say why, behind all that waits; who does not take that either is dropped."""
        if self.close_sent or self.conn.state is not State.OPEN:
            super()._cut_off()
            return
        self.close_sent = True
        self.conn.send_close(TRY_AGAIN_LATER, TOO_SLOW)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TRY_AGAIN_LATER})
        self._watch()

    def start_keepalive(self) -> None:
        """The socket is open: nobody asks for its handshake any more."""
        super().start_keepalive()
        self.scope["headers"] = []
        del self.request, self.response


class CutOffHttp(_CutOff, HttpToolsProtocol):
    """One HTTP connection that is watched."""
