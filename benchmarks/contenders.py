"""The servers that are measured: each started alone, over the same database, and stopped again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.groups import Groups
from benchmarks.load.address import Address
from benchmarks.running import ROOT, free_port
from domain.values import Role
from gateway.auth import Tokens

OURS: Final = "onevisit"
PLAIN: Final = "plain strawberry"
LIMIT: Final = "limit, no GraphQL"
PYTHON: Final[Mapping[str, str]] = {PLAIN: "plain", LIMIT: "limit"}
PEERS: Final = Path(__file__).with_name("peers")
NODE: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "mercurius, jit": ("mercurius.js", {"JIT": "1"}),
    "mercurius": ("mercurius.js", {}),
    "graphql-yoga": ("yoga.js", {}),
    "Apollo Server": ("apollo.js", {}),
}
ALL: Final = (OURS, PLAIN, *NODE, LIMIT)
SECRET: Final = "a secret of the benchmarks, which guards nothing"  # noqa: S105 - as it says
START_SECONDS: Final = 30
STOP_SECONDS: Final = 20


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    name: str
    pid: int
    database: int
    """The process id of its database server."""

    address: Address
    reader: str
    """The Authorization header of whoever reads and follows; the peers do not look at it."""

    crew: str
    """That of a crew member, who claims."""

    other: str
    """That of another member of the same crew."""

    upstream: str
    """That of the system which sends orders."""


@dataclass(frozen=True)
class Contender:
    """A server by its name, over one database."""

    name: str
    dsn: str
    database: int
    groups: Groups
    folder: Path

    @contextmanager
    def running(self) -> Iterator[Running]:
        """The server, started anew."""
        port = free_port()
        command, environment = self._command(port)
        file = self.folder / f"{self.name.replace(' ', '-')}.log"
        with file.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=PEERS if command[0] == "node" else ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environment},
                stdout=log,
                stderr=log,
            )
        try:
            address = Address("127.0.0.1", port)
            _wait(process, address, file)
            yield Running(self.name, process.pid, self.database, address, *self._tokens())
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        if self.name == OURS:
            url = self.dsn.replace("postgresql:", "postgresql+asyncpg:")
            settings = {
                "DATABASE_URL": url,
                "SECRET": SECRET,
                "BROADCAST_URL": "memory://",
                "LOG_LEVEL": "warning",
            }
            environment = {f"ONEVISIT_{name}": value for name, value in settings.items()}
            return [sys.executable, "-m", "gateway", "serve", "--port", str(port)], environment
        if self.name in PYTHON:
            options = ["--port", str(port), "--log-level", "warning", "--no-access-log", "--backlog", "4096"]
            module = f"benchmarks.peers.{PYTHON[self.name]}:app"
            return [sys.executable, "-m", "uvicorn", module, *options], {"DATABASE": self.dsn}
        file, switches = NODE[self.name]
        own = {"DATABASE": self.dsn, "PORT": str(port), "NODE_ENV": "production"}
        return ["node", file], {**own, **switches}

    def _tokens(self) -> list[str]:
        tokens = Tokens(SECRET)
        first, second, *_ = self.groups.crew
        issued = (
            tokens.issue(Role.DISPATCHER, hours=5),
            tokens.issue(Role.CREW, member=first, hours=5),
            tokens.issue(Role.CREW, member=second, hours=5),
            tokens.issue(Role.UPSTREAM, hours=5),
        )
        return [f"Bearer {each}" for each in issued]


def _wait(process: subprocess.Popen[bytes], address: Address, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    body: Any = {"query": "{ __typename }"}
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.post(address.url, json=body, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody answers at {address.url}: {log.read_text(errors='replace')[-2000:]}")
