"""CPU time and memory of processes and their children, as Linux tells them in /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [each for child in file.read_text().split() for each in family(int(child))]
        except OSError:  # it has just ended
            continue
    return found


def cpu(pid: int) -> float:
    """Seconds of CPU of the process, of those below it, and of those which have ended below it."""
    return sum(_stat(each, slice(11, 13)) for each in family(pid)) + _stat(pid, slice(13, 15))


def memory(pid: int) -> int:
    """Bytes of memory which the process and those below it hold."""
    return sum(_resident(each) for each in family(pid))


def machine() -> float:
    """Seconds of CPU that the whole machine has worked."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def _stat(pid: int, wanted: slice) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[wanted])) / TICKS


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


@dataclass(frozen=True)
class Reading:
    """What the meters show at one moment."""

    at: float
    server: float
    database: float
    client: float
    machine: float

    def since(self, before: Reading) -> dict[str, float]:
        """What was used between the two, in seconds; ``others`` in cores."""
        wall = self.at - before.at
        server, database = self.server - before.server, self.database - before.database
        client = self.client - before.client
        others = max(self.machine - before.machine - server - database - client, 0) / wall
        return {
            "wall_s": round(wall, 3),
            "server_s": round(server, 3),
            "database_s": round(database, 3),
            "client_s": round(client, 3),
            "others": round(others, 2),
        }


def read(server: int, database: int) -> Reading:
    """The meters of a server, its database, and this process as its client."""
    return Reading(time.monotonic(), cpu(server), cpu(database), time.process_time(), machine())
