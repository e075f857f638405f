"""Real gateway processes on free ports, and clients for them, for tests on the wire."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from domain.values import Role
from gateway.auth import Tokens
from schema.node import decode_id
from tests.wire.children import ROOT, Child, nursery

__all__ = [
    "ROOT",
    "SECRET",
    "TOKENS",
    "Client",
    "GatewayProcess",
    "eventually",
    "free_port",
    "onevisit",
    "run",
]

START_SECONDS = 60
SECRET = "a-secret-for-tests-" + "0" * 32


def free_port() -> int:
    import socket  # noqa: PLC0415 - needed here alone

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class GatewayProcess:
    """One ``onevisit serve``, started for a test; its log is kept to be shown when something fails."""

    database_url: str
    broadcast_url: str = "memory://"
    environment: dict[str, str] = field(default_factory=dict)
    verify: ssl.SSLContext | bool = True
    port: int = field(default_factory=free_port)
    process: Child | None = None
    log: Path = field(default_factory=lambda: Path("/dev/null"))

    @property
    def url(self) -> str:
        return f"{self._scheme('http')}://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"{self._scheme('ws')}://127.0.0.1:{self.port}/graphql"

    def _scheme(self, plain: str) -> str:
        return f"{plain}s" if "ONEVISIT_TLS_CERTIFICATE" in self.environment else plain

    def start(self, folder: Path) -> Self:
        return self.launch(folder).ready()

    def launch(self, folder: Path) -> Self:
        """Start the process, and do not wait for it."""
        self.log = folder / f"gateway-{self.port}.log"
        environment = {
            **os.environ,
            "ONEVISIT_DATABASE_URL": self.database_url,
            "ONEVISIT_BROADCAST_URL": self.broadcast_url,
            "ONEVISIT_PORT": str(self.port),
            "ONEVISIT_SECRET": SECRET,
            "ONEVISIT_DRAIN_SECONDS": "0.5",
            **self.environment,
        }
        self.process = nursery().bear(["serve"], folder, self.log, environment)
        return self

    def ready(self) -> Self:
        """Wait until it serves."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2, verify=self.verify).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the gateway did not start:\n{self.log.read_text()[-4000:]}")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


def onevisit(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as an operator types it."""
    return run([sys.executable, "-m", "gateway", *words], **environment)


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end, which can import the gateway and knows the secret."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), "ONEVISIT_SECRET": SECRET, **environment}
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)


TOKENS = Tokens(SECRET)


class Client:
    """One caller: a role, for a crew member who, and the gateways it asks in turn."""

    def __init__(self, urls: list[str], role: Role, member: str | None = None) -> None:
        own = decode_id(member)[1] if member is not None else None  # type: ignore[index]  # it is a Member.id
        self.token = TOKENS.issue(role, member=own, subject=own or secrets.token_hex(4))
        self._urls = urls
        self._turn = 0
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self.token}"}, timeout=30, trust_env=False
        )

    async def raw(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        self._turn += 1
        url = self._urls[self._turn % len(self._urls)]
        answer = await self._http.post(f"{url}/graphql", json={"query": document, "variables": variables})
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data; errors fail the test."""
        body = await self.raw(document, **variables)
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def one(self, document: str, **variables: Any) -> Any:
        """The only root field of the data."""
        return next(iter((await self.ask(document, **variables)).values()))

    async def close(self) -> None:
        await self._http.aclose()


async def eventually(check: Any, seconds: float = 20) -> Any:
    """The first answer of an async check that is true; fails after some seconds."""
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            await asyncio.sleep(0.05)
    return found
