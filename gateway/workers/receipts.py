"""Delivers one receipt upstream, and writes down what came of it.

A receipt is sent at least once, always under the same id, and acknowledged at most once. Of one order one is on
its way at a time (``domain.outbox``); the others do not wait for it, however slow or dead it is.
"""

from __future__ import annotations

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
from domain.outbox import Errand
from domain.ports import GroupReader, Store
from domain.upstream import Delivered, Mark, Message, Try, Undelivered, Upstream
from gateway.workers.recording import write_down

log = logging.getLogger("onevisit.receipts")

MARGIN_SECONDS = 10.0
"""A lease lasts so much longer than a try: time to read before it and to write after it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a receipt is tried before it is dead, and how long one try and the first pause last at most."""

    attempts: int = 12
    retry_seconds: float = 2.0
    try_seconds: float = 10.0

    @property
    def lease_seconds(self) -> float:
        """How long a receipt is held for one try."""
        return self.try_seconds + MARGIN_SECONDS


class ReceiptDesk:
    """Carries one receipt upstream."""

    def __init__(
        self,
        groups: GroupReader,
        store: Store,
        upstream: Upstream,
        clock: Callable[[], datetime],
        *,
        patience: Patience | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._groups = groups
        self._store = store
        self._upstream = upstream
        self._clock = clock
        self._patience = patience or Patience()
        self._chance = chance

    async def carry(self, errand: Errand, until: datetime) -> None:
        """One try. What is raised is trouble on our side: the receipt is taken again when its lease ends."""
        group = (await self._groups.groups([errand.group])).get(errand.group)
        receipt = _receipt_of(errand, group) if group is not None else None
        if group is None or receipt is None or receipt.delivered:
            return  # acknowledged by other ways while it waited
        message = await self._message(errand, group, receipt)
        answer = await self._upstream.deliver(message)
        mark = self._marked(errand, receipt, message, answer)
        await write_down(self._store, mark, SYSTEM, until=until, clock=self._clock, log=log)

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


def _receipt_of(errand: Errand, group: Group) -> Receipt | None:
    order = group.orders.get(errand.number)
    return next((r for r in order.receipts if r.id == errand.id), None) if order is not None else None
