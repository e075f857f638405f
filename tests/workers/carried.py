"""A courier over a real store, and an upstream that answers by a script, without HTTP between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from domain.access import SYSTEM
from domain.commands import ReportSubTask, SubmitReceipt
from domain.groups import Group
from domain.orders import Receipt
from domain.outbox import Topic
from domain.upstream import Delivered, Message, Undelivered
from domain.values import DeliveryState, ItemId, OrderNumber, ReportOutcome, SubTaskId
from gateway.workers.courier import Courier, Pace
from gateway.workers.receipts import Patience, ReceiptDesk
from persistence.outbox import SqlOutbox
from tests.arrivals import evidence
from tests.contracts.trade import Gateway, claim, order

SECONDS = 20
SOON = 0.01

Script = Callable[[Message], Awaitable[Delivered | Undelivered]]


async def confirm(_message: Message) -> Delivered | Undelivered:
    return Delivered("HTTP 204")


async def fail(_message: Message) -> Delivered | Undelivered:
    return Undelivered("HTTP 503")


@dataclass
class Upstream:
    """Answers by a script, and keeps which messages came."""

    script: Script = confirm
    sent: list[str] = field(default_factory=list)

    async def deliver(self, message: Message) -> Delivered | Undelivered:
        self.sent.append(message.id)
        return await self.script(message)


def courier(
    one: Gateway,
    upstream: Upstream,
    *,
    patience: Patience | None = None,
    outbox: Any = None,
    groups: Any = None,
    store: Any = None,
    **pace: Any,
) -> Courier:
    patience = patience or Patience()
    desk = ReceiptDesk(
        groups or one.groups,
        store or one.store,
        upstream,
        one.clock,
        patience=patience,
        chance=lambda: 1.0,
    )
    given = {"interval_seconds": SOON, "lease_seconds": patience.lease_seconds, **pace}
    taken_from = outbox or SqlOutbox(one.database)
    return Courier(Topic.UPSTREAM, taken_from, desk.carry, one.clock, Pace(**given))


@asynccontextmanager
async def carrying(one: Gateway, upstream: Upstream, **options: Any) -> AsyncIterator[Courier]:
    running = courier(one, upstream, **options)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def suspended(one: Gateway, *numbers: str) -> None:
    """Orders without a visit whose network parts have succeeded: each has its completion notice."""
    for number in numbers:
        await one.take_in(order(number, action="SUSPEND"))
        await answered(one, number)


async def answered(one: Gateway, number: str) -> None:
    for kind in ("ACTIVATION", "QUALITY_CHECK"):
        said = ReportSubTask(SubTaskId(f"{number}/{kind}"), 1, f"e-{kind}", ReportOutcome.SUCCEEDED)
        await one.store.execute(said, SYSTEM)


async def built(one: Gateway, number: str) -> None:
    """An order with a visit which has both its receipts."""
    _, [li] = await one.crew_with("Li")
    await one.take_in(order(number))
    await one.store.execute(claim(number), li)
    item = (await one.group(f"1/{number}")).items[ItemId(f"{number}/1")]
    await one.store.execute(SubmitReceipt(item.id, evidence=evidence(item)), li)
    await answered(one, number)


async def receipt(one: Gateway, id_: str) -> Receipt:
    number, _, _ = id_.rsplit("/", 2)
    group: Group = await one.group(f"1/{number}")
    return next(r for r in group.orders[OrderNumber(number)].receipts if r.id == id_)


async def until(check: Callable[[], Awaitable[Any] | bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not (found if isinstance(found := check(), bool) else await found):
            await asyncio.sleep(SOON)


async def is_(one: Gateway, id_: str, state: DeliveryState) -> bool:
    return (await receipt(one, id_)).delivery is state


async def acknowledged(one: Gateway, *ids: str) -> None:
    for id_ in ids:
        await until(lambda id_=id_: is_(one, id_, DeliveryState.ACKNOWLEDGED))  # type: ignore[misc]  # bound at once


async def tried(one: Gateway, id_: str, tries: int) -> bool:
    return (await receipt(one, id_)).delivery_attempts == tries
