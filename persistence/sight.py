"""Which groups a command sees, and which of them its answer shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.commands import Command, Reads
from domain.decisions import Done, Groups, Refs
from domain.groups import Group
from domain.values import GroupId


def readable(reads: Reads, groups: Groups) -> Groups:
    """Those of the groups which a command with these reads finds, in the order of their keys and rounds."""
    found = (
        group
        for group in groups.values()
        if group.id in reads.groups or group.key in reads.keys or not reads.numbers.isdisjoint(group.orders)
    )
    return by_id(found)


def by_id(groups: Iterable[Group]) -> Groups:
    """The groups by id, in the order of their keys and rounds."""
    return {group.id: group for group in sorted(groups, key=lambda group: (group.key, group.round))}


def first_named(command: Command, groups: Groups) -> Groups:
    """The groups with those first which the command itself names."""
    named = command.reads
    return dict(
        sorted(
            groups.items(),
            key=lambda item: item[0] not in named.groups and not named.numbers & item[1].orders.keys(),
        )
    )


def shown(decision: Done, seen: Groups) -> Mapping[GroupId, Group]:
    """The groups that a decision changed, and those which its answer names, these first."""
    after = {journal.group.id: journal.group for journal in decision.journals}
    return in_order(decision.refs, {**{i: seen[i] for i in decision.refs.groups if i in seen}, **after})


def in_order(refs: Refs, groups: Groups) -> Mapping[GroupId, Group]:
    """The groups, with those first which the answer names, in its order."""
    named = {group: groups[group] for group in refs.groups if group in groups}
    return {**named, **groups}
