"""Commands that are executed together: which of them meet in a group, and what the rules say to them in their order.

Those that meet nowhere have lanes of their own, so that what becomes of one lane is nothing to the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any, Final

from domain.access import Actor
from domain.commands import Command, Reads
from domain.decisions import Decision, Done, Groups, More
from domain.groups import Group
from domain.journal import Context
from domain.ports import Outcome, Submission
from domain.values import GroupId
from domain.world import World
from persistence.sight import first_named, readable, shown
from persistence.writes import Step

MOST_TOGETHER: Final = 100
"""Commands whose groups are read in one statement."""

AT_ONCE: Final = 8
"""Lanes that are decided and written at once; a process has ten connections."""

Decide = Callable[[Command, Groups, Context], Decision]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a batch is decided: the rules, the time, who commands, and the world that its groups were read in."""

    decide: Decide
    clock: Clock
    actor: Actor
    world: World


@dataclass(slots=True)
class Lane:
    """Commands that may meet in a group, by their places in the batch, with all groups that one of them reads."""

    submissions: Mapping[int, Submission]
    groups: dict[GroupId, Group]
    steps: list[Step] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def left(self) -> list[int]:
        """The places that have no outcome yet, in order."""
        return [place for place in self.submissions if place not in self.outcomes]

    async def decide(self, rules: Rules) -> None:
        """Decide one after the other, each on what the one before it left, up to one that has to see more groups.

        The outcomes are true once the steps are written.
        """
        for place, submission in self.submissions.items():
            if submission.command.reads.history:
                break
            context = Context(rules.actor, rules.clock(), rules.world, submission.command.reads.keys)
            seen = readable(submission.command.reads, self.groups)
            decision = rules.decide(submission.command, first_named(submission.command, seen), context)
            if isinstance(decision, More):
                break
            if isinstance(decision, Done):
                self.steps.append(Step(submission.command, decision, context.now, submission.repeat))
                self.groups.update((journal.group.id, journal.group) for journal in decision.journals)
                self.outcomes[place] = Outcome(shown(decision, seen), decision.refs)
            else:
                self.outcomes[place] = Outcome(refusal=decision)
            await asyncio.sleep(0)  # a batch must not keep everybody else waiting

    def forget(self) -> None:
        """Nothing of it was written."""
        self.outcomes.clear()


async def side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do a few of them at once. Where one fails the others end, and its error is raised."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def in_turn(work: Coroutine[Any, Any, None]) -> None:
        async with turn:
            await work

    try:
        async with asyncio.TaskGroup() as tasks:
            for work in works:
                tasks.create_task(in_turn(work))
    except ExceptionGroup as several:
        raise several.exceptions[0] from None


def reads_of(submissions: Iterable[Submission]) -> Reads:
    """What all of them read."""
    return reduce(Reads.__or__, (submission.command.reads for submission in submissions), Reads())


def lanes(submissions: Mapping[int, Submission], groups: Groups) -> list[Lane]:
    """The batch, parted so that no two lanes read the same group, or may make the same."""
    names = _Names()
    for group in groups.values():
        names.join(
            [("group", group.id), ("key", group.key), *(("number", number) for number in group.orders)]
        )
    of_lane: dict[_Name, dict[int, Submission]] = {}
    roots = {place: names.join(_named(own.command.reads)) for place, own in submissions.items()}
    for place, name in roots.items():
        of_lane.setdefault(names.root(name), {})[place] = submissions[place]
    seen: dict[_Name, dict[GroupId, Group]] = {}
    for id_, group in groups.items():
        seen.setdefault(names.root(("group", id_)), {})[id_] = group
    return [Lane(own, seen.get(name, {})) for name, own in of_lane.items()]


def _named(reads: Reads) -> list[_Name]:
    found = [("group", str(id_)) for id_ in reads.groups] + [("key", key) for key in reads.keys]
    return [*found, *(("number", number) for number in reads.numbers)]


_Name = tuple[str, str]


class _Names:
    """Names that mean the same, or may come to mean the same: what is joined has one root."""

    def __init__(self) -> None:
        self._above: dict[_Name, _Name] = {}

    def root(self, name: _Name) -> _Name:
        """The name that stands for it and for all it is joined with."""
        while (above := self._above.setdefault(name, name)) != name:
            name = above
        return name

    def join(self, names: Iterable[_Name]) -> _Name:
        """One of these names, which from now on mean the same."""
        roots = [self.root(name) for name in names]
        self._above.update(dict.fromkeys(roots, roots[0]))
        return roots[0]
