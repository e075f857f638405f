"""Processes of the gateway and of the simulated network for one benchmark, on free ports, stopped at its end."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).parents[1]
START_SECONDS: Final = 30


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def network(folder: Path, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A simulated network with those rules; its address."""
    script, port = folder / "script.json", free_port()
    script.write_text(json.dumps(rules), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    with _process(["nms", "--port", str(port), "--script", str(script)], {}, folder, f"{url}/script"):
        yield url


@contextmanager
def gateway(folder: Path, **settings: str) -> Iterator[tuple[str, str]]:
    """A gateway with those settings; its address, and the secret of its tokens."""
    port, secret = free_port(), secrets.token_hex(32)
    url = f"http://127.0.0.1:{port}"
    environment = {f"ONEVISIT_{name.upper()}": value for name, value in settings.items()}
    environment |= {"ONEVISIT_PORT": str(port), "ONEVISIT_SECRET": secret, "ONEVISIT_NMS_CALLBACK_URL": url}
    with _process(["serve"], environment, folder, f"{url}/health/ready"):
        yield url, secret


@contextmanager
def _process(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, ready: str
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, ready)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody answers at {url}")
