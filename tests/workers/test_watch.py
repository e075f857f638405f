"""A watch looks when it is rung, when there is more, and after an outage; never in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.workers import watch
from gateway.workers.watch import Watch


class Post:
    """What a watch looks at."""

    def __init__(self) -> None:
        self.looks = 0
        self.again_after: float | None = None
        self.outage: Exception | None = None
        self.told: list[Mapping[str, Any]] = []

    async def look(self) -> float | None:
        """As told."""
        self.looks += 1
        if self.outage is not None:
            raise self.outage
        return self.again_after


@asynccontextmanager
async def kept(
    post: Post, *, interval_seconds: float = 60.0, least_seconds: float = 0.0
) -> AsyncIterator[Watch]:
    made = Watch(
        "watch", post.look, post.told.append, interval_seconds=interval_seconds, least_seconds=least_seconds
    )
    made.start()
    await asyncio.sleep(0.01)
    yield made
    await made.stop()


async def test_it_looks_at_once_and_again_when_it_is_rung() -> None:
    post = Post()

    async with kept(post) as made:
        before = post.looks
        made.ring()
        await asyncio.sleep(0.01)

    assert (before, post.looks) == (1, 2)


async def test_it_looks_at_the_latest_after_its_interval_or_when_there_is_more() -> None:
    usual, more = Post(), Post()
    more.again_after = 0.02

    async with kept(usual, interval_seconds=0.02), kept(more):
        await asyncio.sleep(0.1)

    assert usual.looks > 2
    assert more.looks > 2


async def test_rings_that_come_together_become_one() -> None:
    post = Post()

    async with kept(post, least_seconds=0.1) as made:
        for _ in range(5):
            made.ring()
            await asyncio.sleep(0.005)

    assert post.looks == 1


async def test_an_outage_is_told_and_waited_out_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_PAUSE_SECONDS", 0.03)
    post = Post()
    post.outage = ConnectionError("no database")

    async with kept(post, interval_seconds=0.01) as made:
        await asyncio.sleep(0.1)
        post.outage = None
        failed, post.looks = post.looks, 0
        await asyncio.sleep(0.05)
        made.ring()
        await asyncio.sleep(0.01)

    assert failed < 8
    assert [told["pause_seconds"] for told in post.told[:3]] == [0.02, 0.03, 0.03]
    assert post.told[0]["cause"] == "ConnectionError: no database"
    assert post.looks >= 2
