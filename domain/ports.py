"""What the rules and the rooms above them need from the world, as protocols. Persistence and live fulfil them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.access import Actor
from domain.commands import Command
from domain.decisions import Refs
from domain.groups import Group
from domain.refusals import Refusal
from domain.values import GroupId, ItemId, OrderNumber, TaskId, UpdateKind
from domain.world import World


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the event log. ``position`` orders the log, ``revision`` the events of one group."""

    position: int
    group: GroupId
    revision: int
    kind: UpdateKind
    at: datetime
    actor: str
    order: OrderNumber | None = None
    task: TaskId | None = None
    item: ItemId | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in one log: the log's epoch (new after a restore) and a position in it."""

    epoch: str
    position: int


class CursorExpiredError(Exception):
    """The cursor is of another log, or of a place that this log does not have."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry and its group as it is now, never older than the entry."""

    entry: Entry
    group: Group


@dataclass(frozen=True, slots=True)
class RepeatKey:
    """A caller's clientMutationId with the digest of the input: the same again gets the first answer again."""

    caller: str
    mutation: str
    client_mutation_id: str
    digest: str


class KeyReusedError(Exception):
    """A clientMutationId came again with another input."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command: the groups after it, and what to show of them, or the refusal."""

    groups: Mapping[GroupId, Group] = field(default_factory=dict)
    refs: Refs = field(default_factory=Refs)
    refusal: Refusal | None = None

    @property
    def group(self) -> Group:
        """The group of a command that changes one."""
        return next(iter(self.groups.values()))


class Store(Protocol):
    """Executes commands: read the groups, decide, write if nobody was faster, else again."""

    async def execute(self, command: Command, actor: Actor, repeat: RepeatKey | None = None) -> Outcome:
        """The outcome, durable when this returns. Raises KeyReusedError."""
        ...

    async def world(self) -> World:
        """The present reference data, never older than the last committed change of it."""
        ...


class EventLog(Protocol):
    """The log. Every read places what is committed first, so that nothing appears behind a position."""

    async def epoch(self) -> str:
        """The log's random id."""
        ...

    async def head(self) -> int:
        """The last position."""
        ...

    async def read(
        self,
        after: int,
        limit: int,
        *,
        groups: Collection[GroupId] | None = None,
        kinds: Collection[UpdateKind] | None = None,
    ) -> Sequence[Entry]:
        """Up to ``limit`` entries behind a position, in order."""
        ...

    async def position_of(self, group: GroupId, revision: int) -> int:
        """Where the log has that event."""
        ...


class GroupReader(Protocol):
    """Reads whole groups, each from one moment."""

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        """Those of them which exist."""
        ...


class Bell(Protocol):
    """Tells every hub to look at the log. Never says what to see; losing a ring costs the poll interval."""

    def ring(self) -> None:
        """Ring, without waiting."""
        ...


Wanted = Callable[[Entry, Group], bool]


class Hub(Protocol):
    """Hands each entry of the log to those who follow it."""

    def follow(self, after: int, *, group: GroupId | None = None, wants: Wanted) -> AsyncIterator[Change]:
        """Every wanted change behind a position, once and in order, then live without end."""
        ...
