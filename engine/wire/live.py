"""A subscription on a socket that has caught up: it holds no task; what it shares with others is written at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.operations import Answer
from engine.updates import Updates
from engine.wire import frames

Write = Callable[[bytes], bool]
"""Writes a whole frame without waiting; false where the client does not take what it is sent."""


class CatchesUp(Protocol):
    """A socket that goes on with a subscription whose client is behind."""

    def catch_up(self, id_: str, updates: Updates) -> None:
        """Go on with it."""
        ...


class Running(Protocol):
    """An operation that can be given up: a task, or a subscription that waits without one."""

    def cancel(self) -> object:
        """Give it up."""
        ...


class Live:
    """A subscription that has caught up: what it shares with others goes straight to the wire."""

    __slots__ = ("_frames", "_id", "_socket", "_start", "_updates", "_write")

    def __init__(
        self, socket: CatchesUp, id_: str, updates: Updates, write: Write, shared: frames.SharedFrames
    ) -> None:
        self._socket = socket
        self._id = id_
        self._updates = updates
        self._write = write
        self._start = frames.start_of(id_)
        self._frames = shared

    def take(self, answer: Answer) -> bool:
        """Write it, if the client takes what it is sent."""
        return self._write(self._frames.next_frame(self._start, answer))

    def lost(self) -> None:
        """It could not be written: go on when the client takes something again."""
        self._socket.catch_up(self._id, self._updates)

    def cancel(self) -> None:
        """The client does not want it any more."""
        self._updates.close()
