"""Asks the network management system for every open attempt, and writes down what it answers.

An attempt is sent once. Whoever does not know whether it was sent (a process died, an answer did not come) looks
for it first under its key; results are looked for when a callback says so, and after a while without one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from domain.access import Actor, Scope
from domain.backoff import pause_after
from domain.commands import Command, ReportSubTask, ResendSubTask
from domain.history import traces_of
from domain.network import (
    Answer,
    Finished,
    NetworkManager,
    NetworkRequest,
    NetworkUnavailableError,
    UnderWay,
    attempt_of,
)
from domain.orders import Order, SubTask, sub_task_id
from domain.outbox import Errand, Outbox
from domain.ports import GroupReader, Store
from domain.refusals import Refusal
from domain.reports import LONGEST_FAILURE, part_with
from domain.traces import Traces
from domain.values import ExecutionState, ReportOutcome, Role, SubTaskId, SubTaskKind, Verdict
from gateway.workers.recording import write_down

log = logging.getLogger("onevisit.network")

NETWORK = Actor(Scope(Role.NMS), "network")
"""Who reports what the network management system answered us."""

ServiceOf = Callable[[Traces], Awaitable[str | None]]
"""What the network calls the service of an address and product, as of its last success."""


@dataclass(frozen=True, slots=True)
class NetworkPatience:
    """Seconds: how soon a result is looked for without a callback, at most how seldom, and when it is given up.

    What failed is tried again after ``retry_seconds``, doubled each time up to ``longest_retry_seconds``.
    """

    poll_seconds: float = 60.0
    longest_poll_seconds: float = 900.0
    urgent_poll_seconds: float = 10.0
    given_up_after_seconds: float = 3600.0
    retry_seconds: float = 1.0
    longest_retry_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An open attempt and the errand that it is."""

    order: Order
    part: SubTask
    errand: Errand

    @property
    def sub_task(self) -> SubTaskId:
        return sub_task_id(self.order.number, self.part.kind)

    @property
    def number(self) -> int:
        return len(self.part.attempts)


class NetworkDesk:
    """Carries one errand to the network management system and back."""

    def __init__(
        self,
        network: NetworkManager,
        outbox: Outbox,
        groups: GroupReader,
        store: Store,
        service_of: ServiceOf,
        *,
        clock: Callable[[], datetime],
        patience: NetworkPatience | None = None,
    ) -> None:
        self._network = network
        self._outbox = outbox
        self._groups = groups
        self._store = store
        self._service_of = service_of
        self._clock = clock
        self._patience = patience or NetworkPatience()

    async def carry(self, errand: Errand, until: datetime) -> None:
        """Ask, or ask again, and write down the answer."""
        attempt = await self._open_attempt(errand)
        if attempt is None:
            return  # it was answered by other ways while it waited
        due_at = attempt.part.due_at
        if attempt.part.verdict is Verdict.INCONCLUSIVE and due_at is not None:
            if due_at > self._clock():  # a callback was early; the pause is kept
                await self._outbox.put_back(errand, due_at, errand.progress)
            else:
                await self._execute(ResendSubTask(attempt.sub_task, attempt.number), until)
            return
        try:
            answer = await self._ask(errand, await self._request(attempt))
        except NetworkUnavailableError as error:
            await self._not_answered(attempt, error, until)
            return
        if isinstance(answer, UnderWay):
            await self._wait(attempt, answer, until)
        else:
            await self._finish(attempt, answer, until)

    async def _open_attempt(self, errand: Errand) -> _Attempt | None:
        named = attempt_of(errand.id)
        found = part_with(named[0], await self._groups.groups([errand.group])) if named is not None else None
        if named is None or found is None:
            return None
        _, order, part = found
        is_open = part.execution is ExecutionState.IN_PROGRESS and not order.final
        return _Attempt(order, part, errand) if is_open and len(part.attempts) == named[1] else None

    async def _request(self, attempt: _Attempt) -> NetworkRequest:
        order, part, sent = attempt.order, attempt.part, attempt.part.attempts[-1].sent
        data: dict[str, Any] = dict(sent) if isinstance(sent, Mapping) else {}
        action = str(data.pop("action", "activation"))
        return NetworkRequest(
            key=attempt.errand.id,
            kind=part.kind,
            action=action,
            product=order.payload.product,
            data=data,
            place=order.payload.address.standard_id,
            service=await self._service(order, part.kind, data),
            remote=attempt.errand.progress.get("remote", {}),
        )

    async def _service(self, order: Order, kind: SubTaskKind, data: Mapping[str, Any]) -> str | None:
        if (given := data.get("serviceId")) is not None:
            return str(given)
        own = [a.service for a in order.sub_task(SubTaskKind.ACTIVATION).attempts if a.service is not None]
        return own[-1] if own else await self._service_of(traces_of(order, kind, data))

    async def _ask(self, errand: Errand, request: NetworkRequest) -> Answer:
        """Send it, if it is known that it was not sent; else look, and send what never arrived."""
        if errand.tries > 1 or request.remote:
            found = await self._network.look(request)
            if found is not None:
                return found
            if request.remote:
                return Finished(ReportOutcome.NOT_READY, failure="the network management system forgot it")
        return await self._network.send(request)

    async def _wait(self, attempt: _Attempt, answer: UnderWay, until: datetime) -> None:
        """Look again later, ever more seldom; in the end take no answer for an answer."""
        now, errand, patience = self._clock(), attempt.errand, self._patience
        since = datetime.fromisoformat(errand.progress.get("since", now.isoformat()))
        waited = (now - since).total_seconds()
        if waited >= patience.given_up_after_seconds:
            failure = f"no result within {waited:.0f} s"
            await self._finish(
                attempt, Finished(ReportOutcome.NOT_READY, answer.remote, failure=failure), until
            )
            return
        longest = patience.urgent_poll_seconds if errand.urgent else patience.longest_poll_seconds
        pause = min(max(patience.poll_seconds, waited), longest)
        progress = {"remote": dict(answer.remote), "since": since.isoformat()}
        await self._outbox.put_back(errand, now + timedelta(seconds=pause), progress)

    async def _finish(self, attempt: _Attempt, answer: Finished, until: datetime) -> None:
        report = ReportSubTask(
            attempt.sub_task,
            attempt.number,
            attempt.errand.holder,
            answer.outcome,
            echoed=answer.echoed,
            measures=answer.measures,
            failure=(answer.failure or "")[:LONGEST_FAILURE] or None,
            refused_fields=answer.refused_fields,
            nms_verdict=answer.nms_verdict,
            service=answer.service,
            complete=answer.complete,
        )
        refusal = await self._execute(report, until)
        if refusal is not None:
            log.warning(
                "an answer is not usable", extra={"attempt": attempt.errand.id, "refusal": refusal.message}
            )
            bare = replace(
                report, outcome=ReportOutcome.NOT_READY, echoed=None, measures=(), refused_fields=()
            )
            unusable = f"the answer is not usable: {refusal.message}"
            await self._execute(replace(bare, failure=unusable[:LONGEST_FAILURE]), until)

    async def _not_answered(self, attempt: _Attempt, error: NetworkUnavailableError, until: datetime) -> None:
        """The attempt stays as it is, and is looked for before it is sent again."""
        errand, patience = attempt.errand, self._patience
        failures = int(errand.progress.get("failures", 0)) + 1
        longest = patience.urgent_poll_seconds if errand.urgent else patience.longest_retry_seconds
        doubled = pause_after(failures, patience.retry_seconds, longest_seconds=longest)
        pause = max(doubled.total_seconds(), error.after_seconds or 0)
        known = {"attempt": errand.id, "failures": failures, "cause": str(error), "pause_seconds": pause}
        log.warning("the network management system gave no usable answer", extra=known)
        if error.asked or errand.urgent:
            failure = str(error)[:LONGEST_FAILURE]
            report = ReportSubTask(
                attempt.sub_task,
                attempt.number,
                errand.holder,
                ReportOutcome.NOT_READY,
                failure=failure,
                unanswered=True,
            )
            await self._execute(report, until)
        progress = {**errand.progress, "failures": failures}
        await self._outbox.put_back(errand, self._clock() + timedelta(seconds=pause), progress)

    async def _execute(self, command: Command, until: datetime) -> Refusal | None:
        outcome = await write_down(self._store, command, NETWORK, until=until, clock=self._clock, log=log)
        return outcome.refusal
