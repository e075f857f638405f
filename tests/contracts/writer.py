"""A gateway process that writes, for tests which stop it or kill it: ``python -m tests.contracts.writer URL MODE``.

``many NAME TASKS WRITES`` amends orders of twenty groups, and dawdles with each write before its COMMIT.
``decided`` and ``written`` take one order N1 in, and wait for a line on standard input: after the decision, or
inside a transaction that has written and not committed.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable

from domain.commands import Command
from domain.decide import decide
from domain.decisions import Decision, Groups
from domain.journal import Context
from persistence import conditional
from persistence.database import Database
from persistence.store import SqlStore
from persistence.writes import Writes
from tests.contracts.trade import UPSTREAM, Bell, order

GROUPS = 20
Pause = Callable[[], Awaitable[None]]


def dawdle_before_commit(pause: Pause) -> None:
    """From now on every write of this process is a transaction which pauses with its work done."""

    async def late(database: Database, writes: Writes) -> None:
        async with database.pool.acquire() as connection, connection.transaction():
            for group in writes.groups:
                statement, values = conditional._conditional(group, writes.world, [])  # noqa: SLF001 - to be late in it
                conditional._expect_one(await connection.fetchval(statement, *values))  # noqa: SLF001 - as above
            await pause()

    conditional._write_postgresql = late  # noqa: SLF001 - as above


async def write_many(store: SqlStore, name: str, tasks: int, writes: int) -> None:
    """Amend, at random, orders which wait for others that never come."""
    chance = random.Random(name)

    async def amend(task: int) -> None:
        for turn in range(writes):
            group = chance.randrange(GROUPS)
            changed = order(f"N{group}", "never", key=f"FK-{group}", requirement=f"{name} {task} {turn}")
            assert (await store.execute(changed, UPSTREAM)).refusal is None

    await asyncio.gather(*map(amend, range(tasks)))


async def up_to_five_milliseconds() -> None:
    """One in fifty waits for a hundred."""
    await asyncio.sleep(0.1 if random.random() < 0.02 else random.uniform(0, 0.005))


def hold_once(place: str) -> None:
    """Say where this process is, and stand still until a line comes; the first time only."""
    if place not in HELD:
        HELD.append(place)
        print(place, flush=True)  # noqa: T201 - what the test waits for
        sys.stdin.readline()


async def hold_with_work_done() -> None:
    """In a transaction, before its COMMIT."""
    hold_once("written")


def decide_and_hold(command: Command, groups: Groups, context: Context) -> Decision:
    """The rules' answer, which the first time is held back."""
    decision = decide(command, groups, context)
    hold_once("decided")
    return decision


HELD: list[str] = []


async def main(url: str, mode: str, *more: str) -> None:
    """One process."""
    async with Database(url) as database:
        if mode == "many":
            dawdle_before_commit(up_to_five_milliseconds)
            await write_many(SqlStore(database, Bell()), more[0], int(more[1]), int(more[2]))
            return
        if mode == "written":
            dawdle_before_commit(hold_with_work_done)
        store = SqlStore(database, Bell(), decide=decide_and_hold if mode == "decided" else decide)
        outcome = await store.execute(order("N1", "N2", key="FK-1"), UPSTREAM)
        assert outcome.refusal is None


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
