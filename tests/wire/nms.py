"""A real ``onevisit nms`` on a free port, with a script, and a record which outlives it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from tests.wire.children import Child, nursery
from tests.wire.processes import START_SECONDS, free_port


@dataclass
class NmsProcess:
    """One simulated network management system. Killed and started again, it goes on from its record."""

    folder: Path
    rules: list[dict[str, Any]] = field(default_factory=list)
    secret: str | None = None
    port: int = field(default_factory=free_port)
    process: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        script = self.folder / f"script-{self.port}.json"
        script.write_text(json.dumps(self.rules), encoding="utf-8")
        log = self.folder / f"nms-{self.port}.log"
        environment = dict(os.environ)
        if self.secret is not None:
            environment["ONEVISIT_NMS_SECRET"] = self.secret
        record = self.folder / f"record-{self.port}.jsonl"
        options = ["--port", str(self.port), "--script", str(script), "--record", str(record)]
        self.process = nursery().bear(["nms", *options], self.folder, log, environment)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/script", timeout=2, trust_env=False).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the simulated system did not start:\n{log.read_text()[-2000:]}")

    def script(self, *rules: dict[str, Any]) -> None:
        """Other rules from now on."""
        answer = httpx.put(f"{self.url}/script", json=list(rules), timeout=5, trust_env=False)
        assert answer.status_code == 204, answer.text

    def record(self, *done: str) -> list[dict[str, Any]]:
        """What it did, of those kinds if any are named."""
        answer = httpx.get(f"{self.url}/record", timeout=5, trust_env=False)
        return [one for one in answer.json() if not done or one["done"] in done]

    def keys(self, *done: str) -> list[str]:
        """For which attempts it did that."""
        return [one["key"] for one in self.record(*done)]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
