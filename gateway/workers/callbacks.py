"""Reads callbacks after they were recorded, and has the network asked at once for the attempts that they name.

Nothing that a callback says is believed. It is read to find the attempt; if that is open its errand is due now, and
whoever carries it asks for the present state. A callback that was lost costs the time until the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import orjson

from domain.callbacks import Callback, Callbacks, CallbackStatus, Finding, name_of, without_effect
from domain.groups import Group
from domain.network import NetworkEvent, UnreadableEventError, attempt_of
from domain.outbox import Outbox
from domain.texts import storable
from domain.values import OrderNumber
from gateway.workers.watch import Watch

log = logging.getLogger("onevisit.callbacks")

BATCH: Final = 100
LEASE: Final = timedelta(seconds=30)
LONGEST_WORD: Final = 100

ReadEvent = Callable[[Any], NetworkEvent]
"""The event in the JSON of a callback. Raises UnreadableEventError naming the field."""


class GroupFinder(Protocol):
    """Finds groups by their orders."""

    async def groups_of_orders(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Group]:
        """The group of each order that exists."""
        ...


class CallbackReader:
    """Reads what is new. Several processes may have one each; ``hastened`` is called when an errand became due."""

    def __init__(
        self,
        callbacks: Callbacks,
        outbox: Outbox,
        groups: GroupFinder,
        read: ReadEvent,
        clock: Callable[[], datetime],
        *,
        hastened: Callable[[], None],
        interval_seconds: float = 1.0,
    ) -> None:
        self._callbacks = callbacks
        self._outbox = outbox
        self._groups = groups
        self._read = read
        self._clock = clock
        self._hastened = hastened
        self._watch = Watch("callbacks", self._look, _tell, interval_seconds=interval_seconds)

    def ring(self) -> None:
        """A callback was recorded: look now."""
        self._watch.ring()

    async def start(self) -> None:
        """Begin to look."""
        self._watch.start()

    async def stop(self) -> None:
        """Stop looking; what is new stays new."""
        await self._watch.stop()

    async def _look(self) -> None:
        await self.read_new()

    async def read_new(self) -> int:
        """Read everything that is new; how many that were."""
        count = 0
        while True:
            now = self._clock()
            taken = await self._callbacks.take(now, now + LEASE, BATCH)
            for callback in taken:
                await self._handle(callback)
            count += len(taken)
            if len(taken) < BATCH:
                return count

    async def _handle(self, callback: Callback) -> None:
        finding = await self._found(callback)
        if finding.status is CallbackStatus.TAKEN:
            self._hastened()
        await self._callbacks.settle(callback.id, finding)
        level = logging.DEBUG if finding.status is CallbackStatus.TAKEN else logging.WARNING
        known = {
            "callback": callback.id,
            "event": callback.event,
            "status": finding.status,
            "key": finding.key,
        }
        log.log(level, "callback read", extra={**known, "note": finding.note})

    async def _found(self, callback: Callback) -> Finding:
        """What a callback is; the errand of an open attempt is due when this returns."""
        try:
            event = self._read(orjson.loads(callback.body))
        except orjson.JSONDecodeError as error:
            return _unreadable(f"the body is no JSON: {error}")
        except UnreadableEventError as error:
            return _unreadable(str(error))
        except Exception as error:
            log.exception("a callback could not be read", extra={"callback": callback.id})
            return _unreadable(f"it could not be read ({type(error).__name__})")
        return await self._effect_of(event)

    async def _effect_of(self, event: NetworkEvent) -> Finding:
        key, named = name_of(event.key), attempt_of(event.key)
        if key is None or named is None:
            shown = storable(event.key)[:LONGEST_WORD]
            return Finding(CallbackStatus.UNKNOWN_ATTEMPT, f"{shown!r} is no key of ours", key)
        if await self._outbox.hasten(key, self._clock()):
            said = f" says {event.state}" if event.state is not None else ""
            note = storable(f"{event.kind[:LONGEST_WORD]}{said[:LONGEST_WORD]}; the network is asked")
            return Finding(CallbackStatus.TAKEN, note, key)
        sub_task, attempt = named
        number = OrderNumber(sub_task.rpartition("/")[0])
        groups = await self._groups.groups_of_orders([number])
        return without_effect(key, sub_task, attempt, {group.id: group for group in groups.values()})


def _tell(outage: Mapping[str, Any]) -> None:
    log.warning("callbacks cannot be read", extra=dict(outage))


def _unreadable(why: str) -> Finding:
    return Finding(CallbackStatus.UNREADABLE, storable(why)[:500])
