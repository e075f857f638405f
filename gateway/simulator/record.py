"""What the simulated network did and knows, in memory and, if wanted, in a file of JSON lines that outlives it.

Each line is flushed before the answer goes out, so that after ``kill -9`` the next process knows all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO


class Record:
    """The doings in their order, and the things by collection and id as they were last put."""

    def __init__(self, file: Path | None = None) -> None:
        self.doings: list[dict[str, Any]] = []
        self.things: dict[str, dict[str, dict[str, Any]]] = {}
        self._out: TextIO | None = None
        if file is not None:
            for line in _lines(file):
                self._learn(line)
            self._out = file.open("a", encoding="utf-8")

    def did(self, done: str, key: str, **more: Any) -> None:
        """Write down that something was done."""
        self._write({"at": datetime.now(UTC).isoformat(), "done": done, "key": key, **more})

    def put(self, collection: str, thing: dict[str, Any]) -> None:
        """Keep a thing as it now is."""
        self._write({"put": collection, "thing": thing})

    def remove(self, collection: str, id_: str) -> None:
        """Forget a thing."""
        self._write({"gone": collection, "id": id_})

    def all(self, collection: str) -> list[dict[str, Any]]:
        """The things of a collection, the first made first."""
        return list(self.things.get(collection, {}).values())

    def close(self) -> None:
        """Close the file."""
        if self._out is not None:
            self._out.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._learn(line)
        if self._out is not None:
            self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._out.flush()

    def _learn(self, line: dict[str, Any]) -> None:
        if "put" in line:
            self.things.setdefault(line["put"], {})[line["thing"]["id"]] = line["thing"]
        elif "gone" in line:
            self.things.get(line["gone"], {}).pop(line["id"], None)
        else:
            self.doings.append(line)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file, without one that a killed process did not finish."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
