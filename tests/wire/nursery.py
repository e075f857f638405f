"""A process that has imported the gateway, and forks whenever a test asks for a command of it.

Most of a start is Python's imports: they are done once for all processes of a test run. What is forked goes on as
``python -m gateway`` does, with its own folder, environment and log. When the tests are gone, however they ended,
what they left running is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import gateway.serving  # noqa: F401 - `serve` imports it when it is called: here it is there before
from gateway.cli import main

LIVING: set[int] = set()


def tell(**said: int) -> None:
    """One line to the tests, in one piece, also from within a signal's handler."""
    os.write(1, json.dumps(said).encode() + b"\n")


def reap(*_: object) -> None:
    """Tell how children ended; as subprocess does, a signal is a negative code."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            LIVING.discard(ended[0])
            tell(ended=ended[0], code=os.waitstatus_to_exitcode(ended[1]))


def become(request: dict[str, Any]) -> None:
    """Be the process that was asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, place)


def bear() -> list[str] | None:
    """Fork for each line that comes: in a child the words of its command, at the end of the tests nothing."""
    signal.signal(signal.SIGCHLD, reap)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # so that no child ends before it is known
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            become(request)
            words: list[str] = request["words"]
            return words
        LIVING.add(pid)
        tell(born=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    for pid in list(LIVING):
        os.kill(pid, signal.SIGKILL)
    return None


if __name__ == "__main__":
    asked = bear()
    sys.exit(main(asked) if asked is not None else 0)
