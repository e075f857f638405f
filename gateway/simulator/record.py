"""What the simulated network did and knows, in memory and, if wanted, in a file of JSON lines that outlives it.

Each line is handed to the system before the answer goes out, and what belongs together in one piece, so that after
``kill -9`` the next process knows all of it and does none of it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

Thing = dict[str, Any]


class RecordError(ValueError):
    """The file is no record; the message names the line."""


class Record:
    """The doings in their order, and the things by collection and id as they were last put."""

    def __init__(self, file: Path | None = None) -> None:
        self.doings: list[dict[str, Any]] = []
        self.things: dict[str, dict[str, Thing]] = {}
        self._pending: list[bytes] | None = None
        self._out: BinaryIO | None = None
        if file is not None:
            self._read(file)
            self._out = file.open("ab")

    def did(self, done: str, key: str, *, method: str, path: str, **more: Any) -> None:
        """Write down that something was done, on whose request."""
        at = now()
        self._write({"at": at, "done": done, "key": key, "method": method, "path": path, **more})

    def put(self, collection: str, thing: Thing) -> None:
        """Keep a thing as it now is."""
        self._write({"put": collection, "thing": thing})

    def remove(self, collection: str, id_: str) -> None:
        """Forget a thing."""
        self._write({"gone": collection, "id": id_})

    def all(self, collection: str) -> list[Thing]:
        """The things of a collection, the first made first."""
        return list(self.things.get(collection, {}).values())

    def find(self, collection: str, id_: str) -> Thing | None:
        """One thing; null where there is none."""
        return self.things.get(collection, {}).get(id_)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within reaches the file in one piece, or not at all."""
        if self._pending is not None:
            yield
            return
        self._pending = []
        try:
            yield
        finally:
            lines, self._pending = self._pending, None
            self._flush(b"".join(lines))

    def close(self) -> None:
        """Close the file."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def _write(self, line: dict[str, Any]) -> None:
        written = orjson.dumps(line) + b"\n"
        self._learn(line)
        if self._pending is not None:
            self._pending.append(written)
        else:
            self._flush(written)

    def _flush(self, written: bytes) -> None:
        if self._out is not None:
            self._out.write(written)
            self._out.flush()

    def _learn(self, line: dict[str, Any]) -> None:
        if "put" in line:
            self.things.setdefault(line["put"], {})[line["thing"]["id"]] = line["thing"]
        elif "gone" in line:
            self.things.get(line["gone"], {}).pop(line["id"], None)
        elif "done" in line:
            self.doings.append(line)
        else:
            raise ValueError("it holds neither a thing nor what was done")

    def _read(self, file: Path) -> None:
        """Learn all lines of a file; one which a killed process did not finish is cut off."""
        text = file.read_bytes() if file.exists() else b""
        whole = text.rfind(b"\n") + 1
        for place, line in enumerate(text[:whole].split(b"\n")[:-1], start=1):
            try:
                self._learn(orjson.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise RecordError(f"{file}, line {place}, is no line of a record: {error}") from error
        if whole < len(text):
            with file.open("r+b") as torn:
                torn.truncate(whole)


def now() -> str:
    """The instant, as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
