"""Processes of the gateway which a nursery forks, handled as those of subprocess are."""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Child:
    """One process, with what subprocess.Popen offers of it."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid = pid
        self._nursery = nursery

    @property
    def returncode(self) -> int | None:
        """How it ended, if it has."""
        return self._nursery.codes.get(self.pid)

    def poll(self) -> int | None:
        """As above."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has. Raises subprocess.TimeoutExpired."""
        with self._nursery.news:
            if not self._nursery.news.wait_for(lambda: self.returncode is not None, timeout):
                raise subprocess.TimeoutExpired("gateway", timeout or 0)
        return self._nursery.codes[self.pid]

    def send_signal(self, number: int) -> None:
        """A signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, frozen or not."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The one nursery of this process; see ``tests/wire/nursery.py``."""

    def __init__(self) -> None:
        self.codes: dict[int, int] = {}
        self.news = threading.Condition()
        self._born: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._asking = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.nursery"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests; their end is for the nursery
        )
        threading.Thread(target=self._listen, name="nursery", daemon=True).start()
        atexit.register(self._close)

    def bear(self, words: list[str], folder: Path, log: Path, environment: Mapping[str, str]) -> Child:
        """Start ``python -m gateway`` with those words in a folder; what it prints is added to the log."""
        request = {
            "words": words,
            "folder": str(folder),
            "log": str(log.absolute()),
            "environment": dict(environment),
        }
        with self._asking:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            pid = self._born.get(timeout=60)
        return Child(pid, self)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self.news:
                if "born" in told:
                    self.codes.pop(told["born"], None)  # a number that another process had before
                    self._born.put(told["born"])
                else:
                    self.codes[told["ended"]] = told["code"]
                self.news.notify_all()

    def _close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


@cache
def nursery() -> Nursery:
    """It is started with the first process that a test wants."""
    return Nursery()
