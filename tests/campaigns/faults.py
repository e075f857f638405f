"""Writers and subscribers over real servers, of which one after the other is killed or frozen; then the reckoning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from tests.campaigns.fleet import Fleet, fleet
from tests.campaigns.followers import Follower
from tests.campaigns.injuries import GatewayVictim, Injuries, ServerVictim
from tests.campaigns.surveys import Surveyor, Told, callers
from tests.campaigns.verdicts import Log, broken, whole_log
from tests.wire.trade import Trade

GATEWAYS, WRITERS, FOLLOWERS = 3, 5, 12
PROGRESS_SECONDS = 10.0
END_SECONDS = 120.0
"""After the last injury: for the writers to end, for the subscribers to catch up, for upstream to have everything."""


class Faults:
    """One campaign over a fleet."""

    def __init__(self, over: Fleet, trade: Trade, seed: int) -> None:
        self._fleet = over
        self._trade = trade
        self._told = Told()
        servers = [ServerVictim(over.postgres), ServerVictim(over.valkey)]
        gateways = [GatewayVictim(one, over.folder, place) for place, one in enumerate(over.gateways)]
        self._injuries = Injuries([*servers], [*gateways], seed)
        self._followers: list[Follower] = []
        self._following: list[asyncio.Task[None]] = []

    async def run(self, seconds: float) -> list[str]:
        """Hurt for so long; every broken promise."""
        await self._follow_all()
        stop = asyncio.Event()
        writing = [asyncio.create_task(one.run(stop)) for one in self._writers()]
        hurting = asyncio.create_task(self._injuries.run())
        await self._watch(seconds, [*writing, hurting, *self._following])
        hurting.cancel()
        await asyncio.gather(hurting, return_exceptions=True)
        await self._injuries.heal()
        stop.set()
        return await self._reckon(writing)

    async def _watch(self, seconds: float, running: Sequence[asyncio.Task[None]]) -> None:
        """Say how it goes; return early when somebody found a promise broken."""
        began = time.monotonic()
        while (left := seconds - (time.monotonic() - began)) > 0:
            done, _ = await asyncio.wait(
                running, timeout=min(left, PROGRESS_SECONDS), return_when=asyncio.FIRST_COMPLETED
            )
            self._follow_some()
            print(f"{time.monotonic() - began:5.0f} s: {self._progress()}", flush=True)
            if done:
                return

    async def _reckon(self, writing: Sequence[asyncio.Task[None]]) -> list[str]:
        ended, late = await asyncio.wait(writing, timeout=END_SECONDS)
        found = [f"a writer: {task.exception()!r}" for task in ended if task.exception() is not None]
        found += [f"{len(late)} writers are not answered, though all is whole again"] * bool(late)
        for task in late:
            task.cancel()
        log = await self._settled()
        found += [f"a subscriber: {t.exception()!r}" for t in self._following if t.done()]
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        return found + broken(log, self._told, self._followers, self._fleet.upstream.received)

    async def _settled(self) -> Log:
        """The log when upstream and the subscribers have all of it, or when that takes too long."""
        until = time.monotonic() + END_SECONDS
        while True:
            log = await whole_log(self._trade.dispatcher)
            sent = log.receipts("RECEIPT_DELIVERED").total() >= 2 * len(self._told.receipts)
            last = log.last
            lacking = sum(follower.lacks(last) for follower in self._followers)
            if (sent and not lacking) or time.monotonic() > until:
                return log
            print(f"all is whole again: {lacking} subscribers have to catch up", flush=True)
            await asyncio.sleep(2)

    def _writers(self) -> list[Surveyor]:
        """Each with callers of its own."""
        trades = [callers(self._fleet.urls, self._trade, place) for place in range(WRITERS)]
        return [Surveyor(f"S{place}", trade, self._told) for place, trade in enumerate(trades)]

    async def _follow_all(self) -> None:
        """Subscribers of everything, who are there before the first order. Every other one leaves again and again."""
        for place in range(FOLLOWERS):
            self._begin(place, None)
        async with asyncio.timeout(END_SECONDS):
            while not all(follower.begun for follower in self._followers):
                await asyncio.sleep(0.05)

    def _follow_some(self) -> None:
        """One more subscriber of one group, as it is now."""
        if self._told.orders:
            self._begin(len(self._followers), self._told.orders[-1])

    def _begin(self, place: int, key: str | None) -> None:
        urls = self._fleet.socket_urls
        urls = urls[place % len(urls) :] + urls[: place % len(urls)]
        follower = Follower(urls, self._trade.dispatcher.token, None, 100 if place % 2 else None, key)
        self._followers.append(follower)
        self._following.append(asyncio.create_task(follower.run()))

    def _progress(self) -> str:
        hurt = ", ".join(f"{name} {times}" for name, times in sorted(self._injuries.done.items()))
        updates = sum(follower.updates for follower in self._followers)
        again = sum(follower.connections - 1 for follower in self._followers)
        return (
            f"{self._told.commands} commands acknowledged, {updates} updates seen by {len(self._followers)} "
            f"subscribers who came back {again} times; {hurt or 'nobody was hurt yet'}"
        )

    @property
    def summary(self) -> str:
        """What was done."""
        return f"{self._injuries.done.total()} injuries, {self._progress()}"


async def campaign(minutes: float, seed: int) -> int:
    """Run it; the exit status."""
    print(f"faults: {minutes:g} minutes, seed {seed}", flush=True)
    async with fleet(GATEWAYS) as over, prepared(over) as trade:
        faults = Faults(over, trade, seed)
        wrongs = await faults.run(minutes * 60)
        print(faults.summary)
    for wrong in wrongs:
        print(f"  {wrong}")
    if wrongs:
        print(f"faults: RED, promises were broken (--seed {seed} hurts the same again)")
        return 1
    print(f"faults: whole, every promise was kept (seed {seed})")
    return 0


@asynccontextmanager
async def prepared(over: Fleet) -> AsyncIterator[Trade]:
    """Callers, with districts and crews for them."""
    async with AsyncExitStack() as stack:
        trade = await Trade(over.urls).prepare()
        stack.push_async_callback(trade.close)
        yield trade
