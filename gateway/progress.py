"""How far a sending has come, told on a terminal or in a log."""

import time
from typing import Final, TextIO

EACH: Final = 1000
"""Lines of a file between two lines of a log."""


class Progress:
    """On a terminal one line that changes, elsewhere a line for each ``EACH`` lines of the file."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._began = time.monotonic()
        self._told = 0
        self._is_open = False

    def step(self, done: int) -> None:
        """Tells that so many lines are done."""
        if self._out.isatty():
            self._write(f"\r{self._text(done)}\x1b[K")
            self._is_open = True
        elif done // EACH > self._told // EACH:
            self._write(f"{self._text(done)}\n")
            self._told = done

    def finish(self) -> None:
        """Ends the line that changes, so that what follows begins on its own."""
        if self._is_open:
            self._write("\n")
            self._is_open = False

    def _text(self, done: int) -> str:
        seconds = max(time.monotonic() - self._began, 0.001)
        return f"{done:,} lines, {done / seconds:,.0f} a second"

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
