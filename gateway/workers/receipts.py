"""The courier: takes receipts from the outbox, delivers them, and writes down what came of each.

What is to be sent lives in the database, and a process that dies loses a lease and nothing else; so a receipt is
sent at least once, always under the same id, and acknowledged at most once. Of one order one receipt is on its
way at a time; the others do not wait for it, however slow or dead it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access import SYSTEM
from domain.backoff import pause_after
from domain.commands import MarkReceipt
from domain.groups import Group
from domain.notices import notice
from domain.orders import Receipt
from domain.outbox import Errand, Outbox, Topic
from domain.ports import GroupReader, Store
from domain.upstream import Delivered, Mark, Message, Try, Undelivered, Upstream

log = logging.getLogger("onevisit.receipts")

AT_ONCE = 16
LEAST_SECONDS = 0.05
"""Between two looks: rings that come together become one."""
LONGEST_PAUSE_SECONDS = 10.0
MARGIN_SECONDS = 10.0
"""A lease lasts so much longer than a try: time to read before it and to write after it."""
STOP_SECONDS = 2.0
"""For so long a stop waits for what is on its way."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a receipt is tried before it is dead, and how long one try and the first pause last at most."""

    attempts: int = 12
    retry_seconds: float = 2.0
    try_seconds: float = 10.0


class ReceiptCourier:
    """Carries the receipts of all groups upstream, ``at_once`` at a time. Several processes may have one each."""

    def __init__(
        self,
        outbox: Outbox,
        groups: GroupReader,
        store: Store,
        upstream: Upstream,
        clock: Callable[[], datetime],
        *,
        patience: Patience | None = None,
        at_once: int = AT_ONCE,
        interval_seconds: float = 1.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._groups = groups
        self._store = store
        self._upstream = upstream
        self._clock = clock
        self._patience = patience or Patience()
        self._at_once = at_once
        self._interval_seconds = interval_seconds
        self._chance = chance
        self._rung = asyncio.Event()
        self._carrying: dict[asyncio.Task[None], Errand] = {}
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Something may be there to send: look soon."""
        self._rung.set()

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="receipts")

    async def stop(self) -> None:
        """Take nothing more, wait a little for what is on its way, and give the rest back to the others."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        left = dict(self._carrying)
        if left:
            await asyncio.wait(left, timeout=STOP_SECONDS)
        late = {task: errand for task, errand in left.items() if task.cancel()}
        await asyncio.gather(*late, return_exceptions=True)
        for errand in late.values():
            with contextlib.suppress(Exception):  # without it they go out once their lease has ended
                await self._outbox.put_back(errand, self._clock(), {})

    async def _run(self) -> None:
        pause = self._interval_seconds
        while True:
            self._rung.clear()
            try:
                await self._take()
                pause = self._interval_seconds
            except Exception as error:  # noqa: BLE001 - an outage must not stop the receipts
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log.warning(
                    "receipts cannot be taken", extra={"cause": _cause(error), "pause_seconds": pause}
                )
                await asyncio.sleep(pause)
            else:
                await asyncio.sleep(LEAST_SECONDS)
                await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()

    async def _take(self) -> None:
        """Begin to carry what is due, as much as there is room for."""
        room = self._at_once - len(self._carrying)
        if room <= 0:
            return
        now = self._clock()
        until = now + timedelta(seconds=self._patience.try_seconds + MARGIN_SECONDS)
        for errand in await self._outbox.take(Topic.UPSTREAM, now, until, room):
            task = asyncio.create_task(self._carry(errand, until), name=f"receipt {errand.id}")
            self._carrying[task] = errand
            task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        del self._carrying[task]
        self.ring()  # there is room, and perhaps the next receipt of that order

    async def _carry(self, errand: Errand, until: datetime) -> None:
        """One try. What goes wrong on our side is told, and the receipt is taken again after its lease."""
        try:
            group = (await self._groups.groups([errand.group])).get(errand.group)
            receipt = _receipt_of(errand, group) if group is not None else None
            if group is None or receipt is None or receipt.delivered:
                return  # acknowledged by other ways while it waited
            message = await self._message(errand, group, receipt)
            answer = await self._upstream.deliver(message)
            await self._write_down(self._marked(errand, receipt, message, answer), until)
        except Exception:
            log.exception("a receipt could not be carried", extra={"receipt": errand.id})

    async def _message(self, errand: Errand, group: Group, receipt: Receipt) -> Message:
        members = (await self._store.world()).members if receipt.by is not None else {}
        return notice(group, group.orders[errand.number], receipt, members)

    def _marked(
        self, errand: Errand, receipt: Receipt, message: Message, answer: Delivered | Undelivered
    ) -> MarkReceipt:
        """The command for what came of a try."""
        tried, tries = Try(message.body, answer.status), receipt.delivery_attempts + 1
        known = {"receipt": receipt.id, "status": answer.status, "tries": tries}
        if isinstance(answer, Delivered):
            return MarkReceipt(errand.number, receipt.id, Mark.ACKNOWLEDGED, tried)
        if answer.final or tries >= self._patience.attempts:
            log.warning("a receipt is dead", extra=known)
            return MarkReceipt(errand.number, receipt.id, Mark.DEAD, tried)
        pause = pause_after(tries, self._patience.retry_seconds, self._chance())
        pause = max(pause, timedelta(seconds=answer.after_seconds or 0))
        log.info("a receipt was not confirmed", extra={**known, "pause_seconds": pause.total_seconds()})
        return MarkReceipt(errand.number, receipt.id, Mark.SENT, tried, self._clock() + pause)

    async def _write_down(self, command: MarkReceipt, until: datetime) -> None:
        """Write it down though the database is away for a moment: forgotten, it would be sent once more."""
        pause = self._interval_seconds
        while True:
            try:
                await self._store.execute(command, SYSTEM)
            except Exception as error:
                if self._clock() + timedelta(seconds=pause) >= until:
                    raise
                extra = {"receipt": command.receipt, "cause": _cause(error), "pause_seconds": pause}
                log.warning("a receipt cannot be marked", extra=extra)
                await asyncio.sleep(pause)
            else:
                return


def _receipt_of(errand: Errand, group: Group) -> Receipt | None:
    order = group.orders.get(errand.number)
    return next((r for r in order.receipts if r.id == errand.id), None) if order is not None else None


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
