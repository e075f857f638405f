"""Executing a command: read its groups without a lock, decide, write if nobody was faster, else again.

A command is two statements on PostgreSQL, each a transaction of its own. What a caller has been told is on disk.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from domain.access import Actor
from domain.commands import Command, Reads
from domain.decide import decide
from domain.decisions import Done, Groups, More
from domain.journal import Context
from domain.ports import Bell, Outcome, RepeatKey, Submission
from domain.refusals import Refusal
from domain.values import GroupId
from domain.world import Policy, World
from persistence import answers
from persistence.atlas import Atlas
from persistence.batches import MOST_TOGETHER, Clock, Decide, Lane, Rules, lanes, reads_of, side_by_side
from persistence.conditional import ChangedMeanwhileError, write
from persistence.database import Database
from persistence.documents import instant, is_storable
from persistence.faults import TooManyConflictsError
from persistence.history import successes
from persistence.sight import by_id, first_named, in_order, shown
from persistence.statements import READS, for_a_command
from persistence.turns import Turns
from persistence.writes import Step, Writes, writes_of

MOST_TRIES: Final = 50
MOST_SECONDS: Final = 20.0
"""A command tries so often, and no longer: each try may wait five seconds for a row that somebody holds."""

MOST_READS: Final = 5
"""How often a rule may ask for more: two are in use, a rule that never has enough is a bug."""


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one reading statement saw."""

    groups: Groups
    version: int
    answer: tuple[str, str, datetime] | None = None


class SqlStore:
    """The store over SQLite or PostgreSQL. One object a process; it keeps the world as it last read it."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        policy: Policy | None = None,
        clock: Clock = utc_now,
        *,
        decide: Decide = decide,
        on_errands: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock
        self._decide = decide
        self._on_errands = on_errands
        self._atlas = Atlas(database, policy or Policy())
        self._turns = Turns()

    async def execute(self, command: Command, actor: Actor, repeat: RepeatKey | None = None) -> Outcome:
        """The outcome, durable when this returns. Raises KeyReusedError, TooManyConflictsError."""
        began, attempt = time.monotonic(), 0
        while True:
            try:
                if (outcome := await self._in_turn(command, actor, repeat)) is not None:
                    return outcome
                continue
            except ChangedMeanwhileError as error:
                attempt += 1
                if attempt == MOST_TRIES or time.monotonic() - began > MOST_SECONDS:
                    name = type(command).__name__
                    raise TooManyConflictsError(f"{name} met a faster writer {attempt} times") from error
            await asyncio.sleep(random.random() * min(0.001 * 2**attempt, 0.05))  # noqa: S311 - jitter

    async def execute_all(self, batch: Sequence[Submission], actor: Actor) -> Sequence[Outcome]:
        """The outcome of each, as if they were executed one after the other. Raises KeyReusedError.

        Those that meet in a group are written together. Where somebody was faster, or one has to see more groups, or
        was answered before, they are executed one by one.
        """
        if len(batch) == 1:
            return [await self.execute(batch[0].command, actor, batch[0].repeat)]
        outcomes: dict[int, Outcome] = {}
        numbered = enumerate(batch)
        while some := dict(islice(numbered, MOST_TOGETHER)):
            lanes = await self._together(some, actor)
            for lane in lanes:
                outcomes |= lane.outcomes
            await side_by_side(self._one_by_one(lane, actor, outcomes) for lane in lanes)
        return [outcomes[place] for place in range(len(batch))]

    async def _together(self, some: Mapping[int, Submission], actor: Actor) -> list[Lane]:
        reads = reads_of(some.values())
        async with self._turns.take(self._turns.keys(reads)):
            answered = await answers.known(self._database, [own.repeat for own in some.values()])
            seen = await self._read(reads, None)
            rules = Rules(self._decide, self._clock, actor, await self._atlas.of(seen.version))
            fresh = {place: own for place, own in some.items() if own.repeat not in answered}
            found = lanes(fresh, seen.groups)
            await side_by_side(self._lane(lane, rules) for lane in found)
        return [*found, *(Lane({place: own}, {}) for place, own in some.items() if place not in fresh)]

    async def _lane(self, lane: Lane, rules: Rules) -> None:
        await lane.decide(rules)
        try:
            await self._write(lane.steps, rules.world)
        except ChangedMeanwhileError:
            lane.forget()

    async def _one_by_one(self, lane: Lane, actor: Actor, outcomes: dict[int, Outcome]) -> None:
        for place in lane.left:
            own = lane.submissions[place]
            outcomes[place] = await self.execute(own.command, actor, own.repeat)

    async def world(self, since: float | None = None) -> World:
        """The present reference data, never older than the last committed change of it.

        With ``since`` (``time.monotonic``) it need not be younger than that moment.
        """
        return await self._atlas.present(since)

    def version(self, since: float) -> int | None:
        """The version of the reference data as a statement saw it that began after ``since``; null if none did."""
        seen = self._database.seen
        return seen.version if seen.since >= since else None

    def heard(self, since: float) -> bool:
        """Whether the database has answered a statement that began after ``since``, and none has failed since."""
        return self._database.heard(since)

    async def due(self, now: datetime, limit: int = 100) -> Sequence[GroupId]:
        """Groups for which time alone matters by now, the longest waiting first."""
        late = "SELECT id FROM fusion_group WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2"
        return [GroupId(row["id"]) for row in await self._database.fetch(late, now, limit)]

    async def forget_answers(self) -> None:
        """Remove the first answers which are too old to be given again."""
        await answers.forget(self._database, self._clock())

    async def _in_turn(self, command: Command, actor: Actor, repeat: RepeatKey | None) -> Outcome | None:
        """The outcome; null where the command has learned in which key it queues up. Raises ChangedMeanwhileError."""
        keys = self._turns.keys(command.reads)
        async with self._turns.take(keys):
            at_once = await self._at_once(command, actor, repeat)
            if at_once is not None:
                return at_once
            seen = await self._read(command.reads, repeat)
            if repeat is not None and seen.answer is not None:
                return await self._again(repeat, *seen.answer)
            if self._turns.keys(command.reads) != keys:
                return None
            return await self._by_what_is_there(command, actor, repeat, seen)

    async def _by_what_is_there(
        self, command: Command, actor: Actor, repeat: RepeatKey | None, seen: _Seen
    ) -> Outcome:
        decision, context = await self._decided(command, actor, seen)
        if not isinstance(decision, Done):
            return Outcome(refusal=decision)
        await self._write([Step(command, decision, context.now, repeat)], context.world)
        return Outcome(shown(decision, seen.groups), decision.refs)

    async def _at_once(self, command: Command, actor: Actor, repeat: RepeatKey | None) -> Outcome | None:
        """The outcome by what this process holds, in one statement; null where that cannot be.

        The statement writes only if the held groups and the held world are still the present ones. Whatever writes
        nothing, a refusal above all, may come of something old, and is decided again by what is read.
        """
        reads, world = command.reads, self._atlas.last
        if world is None or reads.keys or reads.history:
            return None
        held = self._database.held.groups_of(reads.groups, reads.numbers)
        if not held:
            return None
        groups = by_id(held)
        context = Context(actor, self._clock(), world)
        decision = self._decide(command, first_named(command, groups), context)
        if not isinstance(decision, Done) or not any(journal.events for journal in decision.journals):
            return None
        try:
            await self._write([Step(command, decision, context.now, repeat)], world)
        except ChangedMeanwhileError:
            return None
        return Outcome(shown(decision, groups), decision.refs)

    async def _write(self, steps: Sequence[Step], world: World) -> None:
        """Write what was decided in this world. Raises ChangedMeanwhileError: nothing was written."""
        began = time.monotonic()
        writes = writes_of(steps, world.version)
        if not writes.empty:
            await self._written(writes)
        if writes.groups:
            self._database.seen.note(writes.world, began)
            self._bell.ring()
        for one in writes.groups:
            self._database.held.keep(one.after, len(one.group["body"]))
        if any(one.changed.get("outbox") for one in writes.groups):
            self._on_errands()

    async def _written(self, writes: Writes) -> None:
        try:
            await write(self._database, writes)
        except ChangedMeanwhileError:
            for one in writes.groups:
                self._database.held.forget(one.after.id, one.read)
            raise

    async def _decided(self, command: Command, actor: Actor, seen: _Seen) -> tuple[Done | Refusal, Context]:
        """The rule's answer. Whenever it wants to see more groups, all of them are read again, of one moment."""
        reads, now = command.reads, self._clock()
        for _ in range(MOST_READS):
            world = await self._atlas.of(seen.version)
            history = await successes(self._database, reads.history)
            context = Context(actor, now, world, reads.keys, history)
            decision = self._decide(command, first_named(command, seen.groups), context)
            if not isinstance(decision, More):
                return decision, context
            reads = reads | decision.reads
            seen = await self._read(reads, None)
        raise RuntimeError(f"the rule of {type(command).__name__} asked for more groups {MOST_READS} times")

    async def _read(self, reads: Reads, repeat: RepeatKey | None) -> _Seen:
        lists = {"groups": reads.groups, "keys": reads.keys, "numbers": reads.numbers}
        wanted = {name: names for name in READS if (names := _storable(lists[name]))}
        statement = for_a_command(tuple(wanted), repeated=repeat is not None, sqlite=self._database.is_sqlite)
        key = answers.key_of(repeat) if repeat is not None else ()
        expected = self._database.held.expected(**wanted)
        revisions = [expected.revisions] if wanted else []
        rows = await self._database.see(statement, *wanted.values(), *revisions, *key)
        found = [expected.of(row) for row in rows if row["id"] is not None]
        self._turns.learn(found)
        first, answer = rows[0], None
        if repeat is not None and first["digest"] is not None:
            answer = (first["digest"], first["refs"], instant(first["at"]))
        return _Seen(by_id(found), first["world"], answer)

    async def _again(self, repeat: RepeatKey, digest: str, refs: str, at: datetime) -> Outcome:
        """The first answer again, with the groups as they are now."""
        if at <= self._clock() - answers.KEPT:
            await self.forget_answers()
            raise ChangedMeanwhileError("the first answer was too old to be given again")
        shown = answers.answered(repeat, digest, refs)
        groups = (await self._read(answers.shown_by(shown), None)).groups
        return Outcome(in_order(shown, groups), shown)


def _storable(names: Collection[str]) -> list[str]:
    """Those names which a database can hold; nothing has any other name."""
    return sorted(name for name in names if is_storable(name))
