"""Events and the journal in which a rule writes them.

An event names what happened and carries the parts of the group as it left them, so that the group before,
with the events applied, is the group after. Only ids, states and numbers of it enter the log (``detail``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.access import Actor
from domain.groups import Group, Part
from domain.traces import Success, Traces
from domain.values import ItemId, OrderNumber, TaskId, UpdateKind
from domain.world import World


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a group, at its own ``revision``.

    ``parts`` are put into the group; ``facts`` replace fields of the group itself (``hold``, ``dispatched_at`` …).
    """

    kind: UpdateKind
    revision: int
    order: OrderNumber | None = None
    task: TaskId | None = None
    item: ItemId | None = None
    detail: Mapping[str, Any] | None = None
    parts: tuple[Part, ...] = ()
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who commands, when, and in what world.

    ``keys`` are those all of whose rounds the rule was given, ``history`` what succeeded before, newest first, by the
    traces it asked for.
    """

    actor: Actor
    now: datetime
    world: World
    keys: frozenset[str] = frozenset()
    history: Mapping[Traces, Sequence[Success]] = field(default_factory=dict)


def evolve(group: Group, event: Event) -> Group:
    """The group after an event. The only way in which a group changes."""
    changed = group.holding(*event.parts) if event.parts else group
    return replace(changed, revision=event.revision, **(event.facts or {}))


class Journal:
    """What one command does to one group: each line is applied at once, so the next rule sees it."""

    def __init__(self, group: Group, context: Context) -> None:
        self.before = group
        self.group = group
        self.context = context
        self.events: list[Event] = []

    @property
    def now(self) -> datetime:
        """The instant of the command; one for all its events."""
        return self.context.now

    @property
    def next_revision(self) -> int:
        """The revision which the next event will have."""
        return self.group.revision + 1

    def write(
        self,
        kind: UpdateKind,
        *parts: Part,
        order: OrderNumber | None = None,
        task: TaskId | None = None,
        item: ItemId | None = None,
        facts: Mapping[str, Any] | None = None,
        **detail: Any,
    ) -> None:
        """Write an event down and apply it. ``detail`` holds ids, states and numbers only."""
        if item is not None:
            row = self.group.holding(*parts).items[item]
            order, task = row.number, row.task
        event = Event(kind, self.next_revision, order, task, item, detail, parts, facts)
        self.events.append(event)
        self.group = evolve(self.group, event)

    def note(self, **facts: Any) -> None:
        """Facts of the group which follow from the last event and need none of their own."""
        last = self.events[-1]
        self.events[-1] = replace(last, facts={**(last.facts or {}), **facts})
        self.group = replace(self.group, **facts)
