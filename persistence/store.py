"""Executing a command: read its groups without a lock, decide, write if nobody was faster, else again.

A command is two statements on PostgreSQL, each a transaction of its own. What a caller has been told is on disk.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from domain.access import Actor
from domain.commands import Command, Reads
from domain.decide import decide
from domain.decisions import Decision, Done, Groups, More, Refs
from domain.groups import Group
from domain.journal import Context
from domain.ports import Bell, Outcome, RepeatKey
from domain.refusals import Refusal
from domain.values import GroupId
from domain.world import Policy, World
from persistence import answers
from persistence.atlas import Atlas
from persistence.conditional import ChangedMeanwhileError, write
from persistence.database import Database
from persistence.documents import instant, is_storable
from persistence.faults import TooManyConflictsError
from persistence.history import successes
from persistence.statements import READS, for_a_command
from persistence.turns import Turns
from persistence.writes import writes_of

MOST_TRIES: Final = 50
MOST_SECONDS: Final = 20.0
"""A command tries so often, and no longer: each try may wait five seconds for a row that somebody holds."""

MOST_READS: Final = 5
"""How often a rule may ask for more: two are in use, a rule that never has enough is a bug."""

Decide = Callable[[Command, Groups, Context], Decision]
Clock = Callable[[], datetime]


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
                async with self._turns.take(command.reads):
                    at_once = await self._at_once(command, actor, repeat) if attempt == 0 else None
                    return at_once or await self._try(command, actor, repeat)
            except ChangedMeanwhileError as error:
                attempt += 1
                if attempt == MOST_TRIES or time.monotonic() - began > MOST_SECONDS:
                    name = type(command).__name__
                    raise TooManyConflictsError(f"{name} met a faster writer {attempt} times") from error
            await asyncio.sleep(random.random() * min(0.001 * 2**attempt, 0.05))  # noqa: S311 - jitter

    async def world(self, since: float | None = None) -> World:
        """The present reference data, never older than the last committed change of it.

        With ``since`` (``time.monotonic``) it need not be younger than that moment.
        """
        return await self._atlas.present(since)

    def version(self, since: float) -> int | None:
        """The version of the reference data as a statement saw it that began after ``since``; null if none did."""
        seen = self._database.seen
        return seen.version if seen.since >= since and self._database.alive else None

    async def due(self, now: datetime, limit: int = 100) -> Sequence[GroupId]:
        """Groups for which time alone matters by now, the longest waiting first."""
        late = "SELECT id FROM fusion_group WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2"
        return [GroupId(row["id"]) for row in await self._database.fetch(late, now, limit)]

    async def forget_answers(self) -> None:
        """Remove the first answers which are too old to be given again."""
        await answers.forget(self._database, self._clock())

    async def _try(self, command: Command, actor: Actor, repeat: RepeatKey | None) -> Outcome:
        seen = await self._read(command.reads, repeat)
        if repeat is not None and seen.answer is not None:
            return await self._again(repeat, *seen.answer)
        decision, context = await self._decided(command, actor, seen)
        if not isinstance(decision, Done):
            return Outcome(refusal=decision)
        return await self._written(decision, command, context, repeat, seen.groups)

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
        groups = _by_id(held)
        context = Context(actor, self._clock(), world)
        decision = self._decide(command, _first(command, groups), context)
        if not isinstance(decision, Done) or not any(journal.events for journal in decision.journals):
            return None
        try:
            return await self._written(decision, command, context, repeat, groups)
        except ChangedMeanwhileError:
            return None

    async def _written(
        self, decision: Done, command: Command, context: Context, repeat: RepeatKey | None, seen: Groups
    ) -> Outcome:
        """The outcome of a decision, once it is written. Raises ChangedMeanwhileError."""
        began = time.monotonic()
        writes = writes_of(decision, command, context, repeat)
        if not writes.empty:
            await write(self._database, writes)
        if writes.groups:
            self._database.seen.note(writes.world, began)
            self._bell.ring()
        for one in writes.groups:
            self._database.held.keep(one.after, len(one.group["body"]))
        if any(one.changed.get("outbox") for one in writes.groups):
            self._on_errands()
        return Outcome(_shown(decision, seen), decision.refs)

    async def _decided(self, command: Command, actor: Actor, seen: _Seen) -> tuple[Done | Refusal, Context]:
        """The rule's answer. Whenever it wants to see more groups, all of them are read again, of one moment."""
        reads, now = command.reads, self._clock()
        for _ in range(MOST_READS):
            world = await self._atlas.of(seen.version)
            history = await successes(self._database, reads.history)
            context = Context(actor, now, world, reads.keys, history)
            decision = self._decide(command, _first(command, seen.groups), context)
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
        expected, began = self._database.held.expected(**wanted), time.monotonic()
        revisions = [expected.revisions] if wanted else []
        rows = await self._database.fetch(statement, *wanted.values(), *revisions, *key)
        self._database.seen.note(rows[0]["version"], began)
        found = [expected.of(row) for row in rows if row["id"] is not None]
        self._turns.learn(found)
        first, answer = rows[0], None
        if repeat is not None and first["digest"] is not None:
            answer = (first["digest"], first["refs"], instant(first["at"]))
        return _Seen(_by_id(found), first["version"], answer)

    async def _again(self, repeat: RepeatKey, digest: str, refs: str, at: datetime) -> Outcome:
        """The first answer again, with the groups as they are now."""
        if at <= self._clock() - answers.KEPT:
            await self.forget_answers()
            raise ChangedMeanwhileError("the first answer was too old to be given again")
        shown = answers.answered(repeat, digest, refs)
        groups = (await self._read(answers.shown_by(shown), None)).groups
        return Outcome(_in_order(shown, groups), shown)


def _by_id(groups: Iterable[Group]) -> Groups:
    """The groups by id, in the order of their keys and rounds."""
    return {group.id: group for group in sorted(groups, key=lambda group: (group.key, group.round))}


def _storable(names: Collection[str]) -> list[str]:
    """Those names which a database can hold; nothing has any other name."""
    return sorted(name for name in names if is_storable(name))


def _first(command: Command, groups: Groups) -> Groups:
    """The groups with those first which the command itself names."""
    named = command.reads
    return dict(
        sorted(
            groups.items(),
            key=lambda item: item[0] not in named.groups and not named.numbers & item[1].orders.keys(),
        )
    )


def _shown(decision: Done, seen: Groups) -> Mapping[GroupId, Group]:
    after = {journal.group.id: journal.group for journal in decision.journals}
    return _in_order(decision.refs, {**{i: seen[i] for i in decision.refs.groups if i in seen}, **after})


def _in_order(refs: Refs, groups: Groups) -> Mapping[GroupId, Group]:
    """The groups, with those first which the answer names, in its order."""
    named = {group: groups[group] for group in refs.groups if group in groups}
    return {**named, **groups}
