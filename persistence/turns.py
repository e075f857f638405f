"""Turns of the commands of one process: those that meet in a key queue up here and not in the database.

Only a courtesy: it spares most tries. What keeps two writers apart is the conditional write.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from domain.commands import Reads
from domain.groups import Group
from domain.values import OrderNumber

MOST_REMEMBERED: Final = 50_000


class Turns:
    """One lock for each fusion key that somebody is at work on."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._keys: dict[OrderNumber, str] = {}

    def learn(self, groups: Iterable[Group]) -> None:
        """Remember which key an order has, for commands that name the order alone."""
        if len(self._keys) > MOST_REMEMBERED:
            self._keys.clear()
        for group in groups:
            for number in group.orders:
                self._keys[number] = group.key

    def keys(self, reads: Reads) -> list[str]:
        """The keys of what a command reads, in the order in which everybody takes their locks."""
        of_groups = {group.split("/", 1)[-1] for group in reads.groups}
        of_numbers = {self._keys.get(number, number) for number in reads.numbers}
        return sorted({*reads.keys, *of_groups, *of_numbers})

    @asynccontextmanager
    async def take(self, keys: Iterable[str]) -> AsyncIterator[None]:
        """Wait until nobody else of this process is at work on these keys, which are in everybody's order."""
        async with AsyncExitStack() as stack:
            for key in keys:
                lock = self._locks.setdefault(key, asyncio.Lock())
                await stack.enter_async_context(lock)
            yield
