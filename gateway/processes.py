"""Several gateway processes behind one port: started together, started again when one dies, stopped together.

Each has a listening socket of its own on the same port (SO_REUSEPORT), so the system spreads connections evenly. The
sockets are this process's: connections that come while a worker is being started again wait for it. A worker sees
by the end of a pipe that this process is gone, however it went, and drains.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Final

from domain.backoff import pause_after

log = logging.getLogger("onevisit.processes")

LOOK_SECONDS: Final = 0.1
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 30.0
"""Who has run for so long is started again after the first pause."""

Work = Callable[[int, socket.socket, int], None]
"""What a worker does, until it is told to stop: its place, its listening socket, and the pipe that ends with us."""


class Processes:
    """A process for each socket. ``run`` returns when all have ended.

    Args:
        sockets: One for each.
        work: What each does.
        patience: Seconds that they have to end when they are told to.
    """

    def __init__(self, sockets: Sequence[socket.socket], work: Work, patience: float) -> None:
        self._sockets = sockets
        self._work = work
        self._patience = patience
        self._lifeline = os.pipe()
        self._running: dict[int, tuple[int, float]] = {}
        self._due: dict[int, float] = dict.fromkeys(range(len(sockets)), 0.0)
        self._failures = [0] * len(sockets)
        self._last_moment = float("inf")

    def run(self) -> None:
        """Keep them running until SIGTERM or SIGINT; a second signal has them stop at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while self._running or self._due:
            self._start_due()
            self._see_who_ended()
            if time.monotonic() > self._last_moment:
                self._tell(signal.SIGKILL)
            time.sleep(LOOK_SECONDS)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._due.clear()
        self._last_moment = min(self._last_moment, time.monotonic() + self._patience)
        self._tell(signal.SIGTERM)

    @property
    def _stopping(self) -> bool:
        return self._last_moment < float("inf")

    def _tell(self, number: signal.Signals) -> None:
        for pid in list(self._running):
            with suppress(ProcessLookupError):  # it has ended, and was seen off between two of our steps
                os.kill(pid, number)

    def _start_due(self) -> None:
        for place, moment in list(self._due.items()):
            if not self._stopping and moment <= time.monotonic():
                del self._due[place]
                self._start(place)

    def _start(self, place: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
        pid = os.fork()
        if pid == 0:
            self._be_worker(place)
        self._running[pid] = place, time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))

    def _be_worker(self, place: int) -> None:
        """Work, and end."""
        os.setpgid(0, 0)  # Ctrl-C is for the one who started us, and who tells us then
        os.close(self._lifeline[1])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))
        status = 1
        try:
            self._work(place, self._sockets[place], self._lifeline[0])
            status = 0
        except Exception:
            log.exception("a worker could not go on")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _see_who_ended(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            place, began = self._running.pop(pid)
            if not self._stopping:
                self._start_again(place, pid, status, time.monotonic() - began)

    def _start_again(self, place: int, pid: int, status: int, seconds: float) -> None:
        self._failures[place] = 1 if seconds > STEADY_SECONDS else self._failures[place] + 1
        found = pause_after(self._failures[place], FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
        pause = found.total_seconds()
        self._due[place] = time.monotonic() + pause
        ended = os.waitstatus_to_exitcode(status)
        how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
        log.error(
            "a worker process ended and is started again",
            extra={"pid": pid, "ended": how, "pause_seconds": pause},
        )
