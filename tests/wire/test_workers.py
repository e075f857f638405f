"""Several worker processes behind one port: each is heard in all, one that dies is replaced, and all end together."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.wire.feeds import Reader, gaps
from tests.wire.processes import SECRET, GatewayProcess, eventually
from tests.wire.trade import Trade, order

READERS = 30


@pytest.fixture
def gateway(postgres_prepared: str, tmp_path: Path) -> Iterator[GatewayProcess]:
    """One command that serves with two workers, which look at the log every eight seconds if no bell rings."""
    environment = {"ONEVISIT_WORKERS": "2", "ONEVISIT_POLL_SECONDS": "8"}
    running = GatewayProcess(postgres_prepared, environment=environment).start(tmp_path)
    yield running
    running.stop()


@pytest.fixture
async def trade(gateway: GatewayProcess) -> AsyncIterator[Trade]:
    made = await Trade([gateway.url]).prepare()
    yield made
    await made.close()


def workers(gateway: GatewayProcess) -> list[psutil.Process]:
    assert gateway.process is not None
    return psutil.Process(gateway.process.pid).children()


def connections(worker: psutil.Process) -> int:
    found = worker.net_connections(kind="tcp")
    return sum(one.status == psutil.CONN_ESTABLISHED and bool(one.laddr) for one in found)


async def amended(trade: Trade, times: int) -> None:
    for number in range(times):
        await trade.intake(order("W1", "CAMERA", "金水区文化路1号", requirement=f"call {number} times"))


async def test_what_one_worker_writes_all_hear_at_once_and_each_reader_once(
    gateway: GatewayProcess, trade: Trade
) -> None:
    readers = [Reader([gateway.socket_url], trade.dispatcher.token) for _ in range(READERS)]
    tasks = [asyncio.create_task(reader.run()) for reader in readers]

    async def all_follow() -> bool:
        return all(reader.cursor is not None for reader in readers)

    await eventually(all_follow)
    spread = [connections(worker) for worker in workers(gateway)]
    began = time.monotonic()
    await amended(trade, 10)

    async def all_heard() -> bool:
        return all(
            reader.seen and reader.seen == readers[0].seen and len(reader.seen) > 10 for reader in readers
        )

    await eventually(all_heard)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert len(spread) == 2
    assert min(spread) >= READERS // 10
    assert time.monotonic() - began < 6  # which is less than the poll takes
    assert gaps(readers[0].seen) == []


async def test_a_worker_that_is_killed_is_replaced_and_its_readers_miss_nothing(
    gateway: GatewayProcess, trade: Trade
) -> None:
    readers = [Reader([gateway.socket_url], trade.dispatcher.token) for _ in range(READERS)]
    tasks = [asyncio.create_task(reader.run()) for reader in readers]
    await amended(trade, 2)

    first = {worker.pid for worker in workers(gateway)}
    os.kill(min(first), signal.SIGKILL)
    await asyncio.sleep(0.2)
    writing = Trade([gateway.url])
    await amended(await writing.prepare_callers(trade), 5)

    async def all_heard() -> bool:
        revisions = {max((revision for _, revision in reader.seen), default=0) for reader in readers}
        return len(revisions) == 1 and revisions != {0}

    async def replaced() -> bool:
        now = {worker.pid for worker in workers(gateway)}
        return len(now) == 2 and now != first

    await eventually(replaced)
    await eventually(all_heard)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await writing.close()

    assert all(gaps(reader.seen) in ([], [reader.seen[0]]) for reader in readers)
    assert "a worker process ended and is started again" in gateway.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_all_workers_end_with_the_one_that_started_them(
    gateway: GatewayProcess, number: signal.Signals
) -> None:
    running = workers(gateway)
    assert gateway.process is not None

    gateway.signal(number)

    assert await asyncio.to_thread(gateway.process.wait, 20) == 0
    assert not [worker for worker in running if worker.is_running()]
    assert gateway.log.read_text().count("OneVisit serves") == 1


async def test_no_worker_outlives_a_killed_parent(gateway: GatewayProcess) -> None:
    running = workers(gateway)

    gateway.kill()

    gone, alive = await asyncio.to_thread(psutil.wait_procs, running, 20)
    assert (len(gone), alive) == (2, [])


def test_one_file_has_one_process(tmp_path: Path) -> None:
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}", environment={"ONEVISIT_WORKERS": "2"})
    gateway.launch(tmp_path)
    assert gateway.process is not None

    assert gateway.process.wait(20) == 2
    assert "ONEVISIT_DATABASE_URL is not set: an SQLite file has one process" in gateway.log.read_text()


def test_a_database_that_is_not_there_is_said_once_and_nothing_is_started(tmp_path: Path) -> None:
    nowhere = GatewayProcess("postgresql://postgres@127.0.0.1:1/none", environment={"ONEVISIT_WORKERS": "3"})
    nowhere.launch(tmp_path)
    assert nowhere.process is not None

    assert nowhere.process.wait(30) == 1
    assert nowhere.log.read_text().count("cannot be used") == 1


async def test_each_worker_answers_for_itself(gateway: GatewayProcess) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        ready = (await client.get(f"{gateway.url}/health/ready")).json()

    assert ready["doorbell"] in {"rings", "silent: other processes are heard by polling"}
    assert ready["longest_pause_ms"] >= 0
    assert SECRET not in str(ready)
