"""One gateway process for the tests of a file, callers for it, and what speaks to it by itself: node."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.values import Role
from tests.wire.processes import ROOT, TOKENS, Client, GatewayProcess
from tests.wire.trade import INTAKE, order

TOKEN = TOKENS.issue(Role.DISPATCHER)
CLIENTS = ROOT / "tests" / "clients"
SECONDS = 30
NUMBERS = count()
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def gateway_settings() -> dict[str, str]:
    """What a file of tests sets differently."""
    return {}


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, gateway_settings: dict[str, str]
) -> Iterator[GatewayProcess]:
    """One gateway on SQLite."""
    folder: Path = tmp_path_factory.mktemp("protocol")
    environment = {f"ONEVISIT_{name.upper()}": value for name, value in gateway_settings.items()}
    running = GatewayProcess(f"sqlite:///{folder / 'onevisit.db'}", environment=environment).start(folder)
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text()


@pytest.fixture
def ask(gateway: GatewayProcess) -> Iterator[Ask]:
    """Sends a request to ``/graphql`` with a valid token."""
    with httpx.Client(trust_env=False, timeout=SECONDS, base_url=gateway.url) as client:

        def send(
            method: str = "POST", headers: dict[str, str] | None = None, **options: Any
        ) -> httpx.Response:
            given = {"Authorization": f"Bearer {TOKEN}"} | (headers or {})
            return client.request(method, "/graphql", headers=given, **options)

        yield send


async def sold(gateway: GatewayProcess) -> str:
    """An order that was taken in just now: its number, which is its group's key."""
    upstream = Client([gateway.url], Role.UPSTREAM)
    number = f"N{next(NUMBERS)}"
    [answer] = (await upstream.one(INTAKE, orders=[order(number, "CAMERA", "金水区文化路85号")]))["results"]
    await upstream.close()
    assert answer["__typename"] == "OrderAccepted"
    return number


class Script:
    """A running script of ``tests/clients/network``, which tells the test things, one line of JSON each."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, key: str) -> Any:
        """The next thing of that name; what it says before is passed over."""
        assert self._process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while line := await self._process.stdout.readline():
                told = json.loads(line)
                if key in told:
                    return told[key]
        assert self._process.stderr is not None
        raise AssertionError(f"it ended without {key}:\n{(await self._process.stderr.read()).decode()}")

    async def acknowledged(self) -> dict[str, Any]:
        """The update that an order was taken in."""
        while (update := await self.says("update"))["kind"] != "ORDER_ACKNOWLEDGED":
            pass
        found: dict[str, Any] = update
        return found

    async def ended(self) -> int:
        """How it ended."""
        async with asyncio.timeout(SECONDS):
            return await self._process.wait()


@asynccontextmanager
async def running(
    gateway: GatewayProcess, script: str, *arguments: str, **environment: str
) -> AsyncIterator[Script]:
    """A script against the gateway; it is ended with the test."""
    process = await asyncio.create_subprocess_exec(
        node(),
        str(CLIENTS / "network" / f"{script}.mjs"),
        *arguments,
        env={
            "PATH": os.environ.get("PATH", ""),
            "GATEWAY_URL": f"{gateway.url}/graphql",
            "GATEWAY_TOKEN": TOKEN,
            **environment,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def node() -> str:
    """The node of the project or of the machine; without it, or its packages, the test is skipped, but not in CI."""
    own = ROOT / ".venv" / "node" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is not None and (CLIENTS / "node_modules" / "graphql-ws").is_dir():
        return found
    text = "the clients are not installed: type `make clients`"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)
