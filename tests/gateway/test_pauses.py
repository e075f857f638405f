"""The process knows how long it stood still, and looks for garbage when nothing else happens."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway import pauses
from gateway.app import Gateway
from gateway.pauses import Pauses
from gateway.settings import read_settings


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When garbage was looked for; a process may do so at its first quiet moment."""
    found: list[float] = []
    monkeypatch.setattr(gc, "collect", lambda: found.append(time.monotonic()))
    monkeypatch.setattr(pauses, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(pauses, "SELDOM_SECONDS", 0.0)
    return found


@asynccontextmanager
async def watching(done: Callable[[], int]) -> AsyncIterator[Pauses]:
    watched = Pauses(done)
    task = asyncio.create_task(watched.run())
    yield watched
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_garbage_is_looked_for_when_nothing_is_done(collections: list[float]) -> None:
    async with watching(lambda: 7):
        await asyncio.sleep(0.2)

    assert collections


async def test_garbage_is_not_looked_for_while_something_is_done(collections: list[float]) -> None:
    async with watching(time.monotonic_ns):
        await asyncio.sleep(0.2)

    assert not collections


async def test_garbage_is_looked_for_at_last_even_if_there_is_never_a_quiet_moment(
    collections: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "AT_LATEST_SECONDS", 0.05)

    async with watching(time.monotonic_ns):
        await asyncio.sleep(0.3)

    assert collections


async def test_a_standstill_is_told(collections: list[float]) -> None:
    async with watching(lambda: 7) as watched:
        await asyncio.sleep(0.02)
        time.sleep(0.1)  # noqa: ASYNC251 - this is the standstill
        await asyncio.sleep(0.02)

    assert watched.longest > 0.08
    assert collections is not None


@pytest.fixture
def _as_before() -> Iterator[None]:
    """What a process does once at its start is undone."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("_as_before")
def test_what_is_there_at_the_start_is_never_looked_at_again() -> None:
    pauses.settle()

    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == pauses.YOUNG
    assert gc.get_threshold()[2] == pauses.NEVER


async def test_a_process_that_answers_is_not_quiet(tmp_path: Path) -> None:
    gateway = Gateway(read_settings({"ONEVISIT_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}), "a secret")
    before = gateway.pauses._done()  # noqa: SLF001 - it is what the process calls being busy

    gateway.new_context(object())  # type: ignore[arg-type]  # nobody asks who it is

    assert gateway.pauses._done() > before  # noqa: SLF001 - as above
