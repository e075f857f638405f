"""The doorbell over a real Valkey: it rings every process, and comes back when the server was killed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from live.doorbell import CONNECT_SECONDS, Doorbell
from tests.servers import Postgres, Valkey

SECONDS = 30


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def bells(url: str, count: int) -> AsyncIterator[list[tuple[Doorbell, list[int]]]]:
    made: list[tuple[Doorbell, list[int]]] = []
    for _ in range(count):
        rings: list[int] = []
        made.append((Doorbell(url, lambda rings=rings: rings.append(1), ping_seconds=0.2), rings))  # type: ignore[misc]  # a default binds
    await asyncio.gather(*(bell.start() for bell, _ in made))
    yield made
    await asyncio.gather(*(bell.stop() for bell, _ in made))


async def test_a_ring_in_one_process_is_heard_in_the_others(valkey: Valkey) -> None:
    valkey.ensure_running()
    async with bells(valkey.url, 3) as made:
        await until(lambda: all(bell.counts.connected for bell, _ in made))

        made[0][0].ring()

        await until(lambda: all(rings for _, rings in made))


async def test_rings_that_come_together_become_one_message(valkey: Valkey) -> None:
    valkey.ensure_running()
    async with bells(valkey.url, 2) as made:
        await until(lambda: all(bell.counts.connected for bell, _ in made))

        for _ in range(1000):
            made[0][0].ring()
        await until(lambda: bool(made[1][1]))
        await asyncio.sleep(0.1)

        assert made[0][0].counts.rung < 10


async def test_a_killed_server_is_found_again_and_rings_are_heard_again(valkey: Valkey) -> None:
    valkey.ensure_running()
    async with bells(valkey.url, 2) as made:
        await until(lambda: all(bell.counts.connected for bell, _ in made))
        valkey.kill()
        await until(lambda: not any(bell.counts.connected for bell, _ in made))
        made[0][0].ring()  # to nobody, and without an error

        valkey.ensure_running()
        await until(lambda: all(bell.counts.connected for bell, _ in made))
        made[1][1].clear()
        made[0][0].ring()

        await until(lambda: bool(made[1][1]))
        assert made[1][0].counts.restarts > 0


async def test_a_bell_in_memory_rings_its_own_process_without_any_server() -> None:
    async with bells("memory://", 1) as [(bell, rings)]:
        bell.ring()

        assert rings == [1]


async def test_a_frozen_server_is_known_as_deaf_before_its_connection_is_given_up(valkey: Valkey) -> None:
    valkey.ensure_running()
    async with bells(valkey.url, 1) as [(bell, _)]:
        await until(lambda: bell.counts.connected)
        valkey.pause()
        async with asyncio.timeout(CONNECT_SECONDS + 2):
            await until(lambda: not bell.counts.connected)

        valkey.resume()
        await until(lambda: bell.counts.connected)


@pytest.mark.parametrize("form", ["dsn", "url"])
async def test_postgresql_can_be_the_bell_however_its_address_is_written(
    postgres: Postgres, form: str
) -> None:
    postgres.ensure_running()
    async with bells(getattr(postgres, form), 2) as made:
        await until(lambda: all(bell.counts.connected for bell, _ in made))
        made[0][0].ring()
        await until(lambda: bool(made[1][1]))
        postgres.kill()
        await until(lambda: not any(bell.counts.connected for bell, _ in made))

        postgres.ensure_running()
        await until(lambda: all(bell.counts.connected for bell, _ in made))
        made[1][1].clear()
        made[0][0].ring()

        await until(lambda: bool(made[1][1]))


async def test_nothing_is_left_unseen_when_a_server_goes(valkey: Valkey) -> None:
    seen: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context))
    valkey.ensure_running()
    async with bells(valkey.url, 3) as made:
        await until(lambda: all(bell.counts.connected for bell, _ in made))
        valkey.kill()
        await until(lambda: all(bell.counts.restarts > 1 for bell, _ in made))
    gc.collect()
    valkey.ensure_running()

    assert seen == []
