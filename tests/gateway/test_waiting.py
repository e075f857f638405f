"""A gate lets everybody through or nobody, and an inbox keeps the order of its messages."""

from __future__ import annotations

import asyncio

from gateway.waiting import Gate, Inbox


async def test_whoever_waits_goes_on_when_the_gate_opens() -> None:
    gate, through = Gate(), []

    async def pass_through(who: int) -> None:
        await gate.wait()
        through.append(who)

    await pass_through(0)
    gate.clear()
    tasks = [asyncio.create_task(pass_through(who)) for who in range(1, 4)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert through == [0]

    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert through == [0, 2, 3]


async def test_a_gate_that_closes_again_at_once_lets_nobody_through() -> None:
    gate = Gate()
    gate.clear()
    task = asyncio.create_task(gate.wait())
    await asyncio.sleep(0)

    gate.set()
    gate.clear()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done()

    gate.set()
    await task


async def test_messages_are_taken_in_order_and_waited_for() -> None:
    inbox = Inbox()
    inbox.put_nowait(1)
    inbox.put_nowait(2)
    taken = [await inbox.get(), await inbox.get()]
    assert inbox.empty()

    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(3)
    inbox.put_nowait(4)

    assert [*taken, await waiting, await inbox.get()] == [1, 2, 3, 4]


async def test_a_reader_that_gave_up_loses_no_message() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    inbox.put_nowait(1)

    assert await inbox.get() == 1
