"""What the rules and the rooms above them need from the world, as protocols. Persistence and live fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.access import Actor, Scope
from domain.catalogue import Product
from domain.commands import Command
from domain.decisions import Refs
from domain.districts import DistrictNames
from domain.filters import (
    BoardFilter,
    FusionGroupFilter,
    FusionGroupSort,
    OrderFilter,
    OrderSort,
    ReceiptFilter,
    TaskFilter,
    TaskSort,
)
from domain.groups import Group
from domain.pages import Board, Counted, Exchange, Page, Span, Window
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound, Refusal
from domain.values import CrewId, DistrictCode, GroupId, ItemId, OrderNumber, TaskId, UpdateKind
from domain.views import GroupView, OrderView, ReceiptView, TaskView
from domain.world import Crew, Member, World


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
    """An entry and its group as it is now, never older than the entry.

    ``since`` is a moment (``time.monotonic``) before the entry was found; null where nobody knows.
    """

    entry: Entry
    group: Group
    since: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RepeatKey:
    """A caller's clientMutationId with the digest of the input: the same again gets the first answer again."""

    caller: str
    mutation: str
    client_mutation_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One command of a batch, and the name under which its answer is kept."""

    command: Command
    repeat: RepeatKey | None = None


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

    async def execute_all(self, batch: Sequence[Submission], actor: Actor) -> Sequence[Outcome]:
        """The outcome of each, as if they were executed one after the other. Raises KeyReusedError.

        Each is done, or refused, by itself; all that are done are durable when this returns.
        """
        ...

    async def world(self, since: float | None = None) -> World:
        """The present reference data, never older than the last committed change of it.

        With ``since`` (``time.monotonic``) it need not be younger than that moment.
        """
        ...

    def version(self, since: float) -> int | None:
        """The version of the reference data as a statement saw it that began after ``since``; null if none did."""
        ...


class EventLog(Protocol):
    """The log. A read places what is committed first, so that nothing appears behind a position."""

    async def epoch(self) -> str:
        """The log's random id."""
        ...

    async def head(self) -> int:
        """The last position."""
        ...

    async def reaches(self, position: int) -> bool:
        """Whether the log has a place there, or behind it."""
        ...

    async def read(
        self,
        after: int,
        limit: int,
        *,
        groups: Collection[GroupId] | None = None,
        kinds: Collection[UpdateKind] | None = None,
        place: bool = True,
    ) -> Sequence[Entry]:
        """Up to ``limit`` entries behind a position, in order.

        Without ``place`` those are left out that have no place yet: for who hears of them when they get one.
        """
        ...

    async def position_of(self, group: GroupId, revision: int) -> int:
        """Where the log has that event."""
        ...


class GroupReader(Protocol):
    """Reads whole groups, each from one moment."""

    async def groups(self, ids: Collection[GroupId]) -> Mapping[GroupId, Group]:
        """Those of them which exist."""
        ...

    async def groups_since(self, revisions: Mapping[GroupId, int]) -> Mapping[GroupId, Group]:
        """Those of them which exist, each at that revision or a later one."""
        ...


class Reads(GroupReader, Protocol):
    """Answers queries. Each method is one statement, whatever the number of rows and keys.

    A list holds what ``scope`` may see: for the role CREW the groups with a task of ``scope.crew`` and everything
    in them, for every other role all. ``text`` of a filter is sought, as a part of it, in the number (of a group:
    key and numbers), and where the scope shows them (not to NMS) in the customer's name and number and in the
    address (to CREW: of its own crew's visits). Pages raise BadCursorError for a cursor that is not of this list.
    """

    async def groups_of_orders(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Group]:
        """The group of each order that exists."""
        ...

    async def groups_of_keys(
        self, rounds: Collection[tuple[str, int | None]]
    ) -> Mapping[tuple[str, int | None], Group]:
        """The group of each (key, round) that exists; round null is the latest of the key."""
        ...

    async def orders(
        self, wanted: OrderFilter, sort: OrderSort, window: Window, scope: Scope
    ) -> Page[OrderView]:
        """A page of orders."""
        ...

    async def fusion_groups(
        self, wanted: FusionGroupFilter, sort: FusionGroupSort, window: Window, scope: Scope
    ) -> Page[GroupView]:
        """A page of groups."""
        ...

    async def tasks(self, wanted: TaskFilter, sort: TaskSort, window: Window, scope: Scope) -> Page[TaskView]:
        """A page of visits."""
        ...

    async def counted_tasks(self, wanted: TaskFilter, span: Span, scope: Scope) -> Counted[TaskView]:
        """Visits by their number, oldest first, for who knows no cursors."""
        ...

    async def tasks_of_crews(
        self, crews: Collection[CrewId], wanted: TaskFilter, window: Window, scope: Scope
    ) -> Mapping[CrewId, Page[TaskView]]:
        """A page of visits for each of the crews, newest first."""
        ...

    async def receipts(self, wanted: ReceiptFilter, window: Window) -> Page[ReceiptView]:
        """A page of the ledger of receipts, newest first."""
        ...

    async def exchanges(
        self, numbers: Collection[OrderNumber], window: Window
    ) -> Mapping[OrderNumber, Page[Exchange]]:
        """A page of 派发/回复 for each of the orders, newest first."""
        ...

    async def exchange(self, ids: Collection[str]) -> Mapping[str, Exchange]:
        """Those of the exchanges which exist."""
        ...

    async def raws(self, numbers: Collection[OrderNumber]) -> Mapping[OrderNumber, Mapping[str, Any]]:
        """The payload of each order as last received."""
        ...

    async def events_of_groups(
        self, groups: Collection[GroupId], after: int, limit: int
    ) -> Mapping[GroupId, Sequence[Entry]]:
        """Up to ``limit`` entries behind a position for each of the groups, in order; placed first, as in EventLog."""
        ...

    async def board(self, wanted: BoardFilter, scope: Scope, now: datetime) -> Board:
        """The counts; what is due before ``now`` and open is overdue."""
        ...


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved, by id or code, and the groups which must look at the world again (``RefreshGroup``)."""

    ids: tuple[str, ...]
    groups: Sequence[GroupId] = ()


class WorldChangedError(Exception):
    """The reference data changed since the change was decided; nothing was written, decide again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """In which version of the world a change was decided, and under which name its answer is kept."""

    version: int
    repeat: RepeatKey | None = None


class Administration(Protocol):
    """Changes reference data, one transaction each. What is to be saved comes from ``administration``.

    With terms a change is written only in the world in which it was decided (else WorldChangedError), together
    with its first answer.
    """

    async def first_answer(self, repeat: RepeatKey) -> Refs | None:
        """What was saved under that name before, null if nothing was. Raises KeyReusedError."""
        ...

    async def note(self, repeat: RepeatKey, tasks_moved: int) -> None:
        """How many visits a change moved, which is known only after it."""
        ...

    async def save_districts(self, districts: Iterable[DistrictNames], terms: Terms | None = None) -> Saved:
        """Made or changed, by code."""
        ...

    async def learn_alias(
        self, code: DistrictCode, alias: str, terms: Terms | None = None
    ) -> Saved | NotFound:
        """From now on this name means that district."""
        ...

    async def save_crew(
        self, crew: Crew, terms: Terms | None = None
    ) -> Saved | DistrictHasCrew | InvalidInput | NotFound:
        """Made when its id is empty, else changed."""
        ...

    async def rezone(
        self, moves: Mapping[CrewId, DistrictCode], terms: Terms | None = None
    ) -> Saved | DistrictHasCrew | InvalidInput | NotFound:
        """Crews change districts, several at once, so that two can change places."""
        ...

    async def save_member(self, member: Member, terms: Terms | None = None) -> Saved | NotFound:
        """Made when the id is empty, else changed."""
        ...

    async def save_product(self, product: Product, terms: Terms | None = None) -> Saved:
        """Made or changed, by code."""
        ...


class Bell(Protocol):
    """Tells every hub to look at the log. Never says what to see; losing a ring costs the poll interval."""

    def ring(self) -> None:
        """Ring, without waiting."""
        ...


Wanted = Callable[[Entry, Group], bool]
Heard = Callable[[Change | None], None]


class Following(Protocol):
    """One reader's way from a place in the log to the present. It hears until it is closed."""

    async def missed(self) -> Change | None:
        """The next change that has happened already; null when none is left.

        Whoever gets null, and listens before anybody else has a turn, misses nothing.
        """
        ...

    async def news(self) -> None:
        """Wait until it is worth while to ask again."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class Hub(Protocol):
    """Hands each entry of the log to those who follow it."""

    def following(self, after: int, *, group: GroupId | None = None, wants: Wanted) -> Following:
        """Every wanted change behind a position, once and in order, then live without end."""
        ...

    def listen(self, heard: Heard, *, group: GroupId | None = None, wants: Wanted) -> Callable[[], None]:
        """Call ``heard`` with each wanted change from now on, until what this gives is called.

        Null says that a change could not be told: it is to be read in the log.
        """
        ...
