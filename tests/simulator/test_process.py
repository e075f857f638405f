"""The simulated network as an operator starts it: a process which can be killed, stopped, and started wrongly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.simulator.caller import SERVICES, service
from tests.wire.nms import NmsProcess
from tests.wire.processes import ROOT

SECONDS = 20


@pytest.fixture
def nms(tmp_path: Path) -> Iterator[NmsProcess]:
    running = NmsProcess(tmp_path).start()
    yield running
    running.stop()


def activate(nms: NmsProcess, key: str, seconds: float = 10) -> httpx.Response:
    address = f"{nms.url}{SERVICES}"
    return httpx.post(address, json=service(key), timeout=seconds, trust_env=False)


def found(nms: NmsProcess, **wanted: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{nms.url}{SERVICES}", params=wanted, timeout=10, trust_env=False)
    things: list[dict[str, str]] = answer.json()
    return things


def log(nms: NmsProcess) -> str:
    return (nms.folder / f"nms-{nms.port}.log").read_text(encoding="utf-8")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "nms", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def test_after_a_kill_in_the_middle_each_service_is_made_once_and_ends(nms: NmsProcess) -> None:
    nms.script({"delay_seconds": 0.5})
    keys = [f"N{number}#A1" for number in range(20)]
    for key in keys:
        assert activate(nms, key).status_code == 202

    nms.kill()
    nms.start()

    until = time.monotonic() + SECONDS
    while len(found(nms, state="active")) < len(keys) and time.monotonic() < until:
        time.sleep(0.05)
    assert sorted(one["externalId"] for one in found(nms, state="active")) == sorted(keys)
    assert sorted(nms.keys("CREATED")) == sorted(keys)
    assert sorted(nms.keys("COMPLETED")) == sorted(keys)


def test_it_says_where_it_listens(nms: NmsProcess) -> None:
    assert f"listens on {nms.url}." in log(nms)


def test_a_signal_ends_it_at_once_though_somebody_waits_for_an_answer(nms: NmsProcess) -> None:
    nms.script({"hang_seconds": 600})
    with pytest.raises(httpx.ReadTimeout):
        activate(nms, "N1#A1", seconds=0.3)

    before = time.monotonic()
    nms.stop()

    assert nms.process is not None
    assert nms.process.returncode == 0
    assert time.monotonic() - before < 3
    assert "Traceback" not in log(nms)


def test_a_script_that_makes_no_sense_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text('[{"lost": true}, {"order": "N1", "delay_seconds": "soon"}]', encoding="utf-8")

    done = run("--port", "0", "--script", str(file))

    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"onevisit: {file}: rules[1].delay_seconds is 'soon'; give a number of seconds, 0 or more"
    )


@pytest.mark.parametrize(("text", "said"), [(None, "cannot be read: No such file"), ("[", "is no JSON")])
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "script.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    done = run("--port", "0", "--script", str(file))

    assert done.returncode == 2
    assert str(file) in done.stderr
    assert said in done.stderr


def test_a_record_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello\n", encoding="utf-8")

    done = run("--port", "0", "--record", str(file))

    assert done.returncode == 2
    assert f"{file}, line 1, is no line of a record" in done.stderr
    assert file.read_text(encoding="utf-8") == "hello\n"


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("--port", str(port))

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in done.stderr
