"""What a rule answers: done, with journals; more, when it must see further groups; or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from domain.commands import Reads
from domain.groups import Group
from domain.journal import Journal
from domain.refusals import Refusal
from domain.values import AppointmentId, GroupId, ItemId, OrderNumber, ReceiptId, SubTaskId, TaskId

Groups = Mapping[GroupId, Group]


@dataclass(frozen=True, slots=True)
class Refs:
    """Ids of what the caller will be shown. They outlive the command: a repeated one shows them again."""

    groups: tuple[GroupId, ...] = ()
    order: OrderNumber | None = None
    task: TaskId | None = None
    created: TaskId | None = None
    item: ItemId | None = None
    items: tuple[ItemId, ...] = ()
    appointment: AppointmentId | None = None
    receipt: ReceiptId | None = None
    sub_task: SubTaskId | None = None
    duplicate: bool = False
    amended: bool = False
    counted: bool = False
    pending: bool = False
    handed_over: bool = False
    warnings: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    tasks_moved: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """The rules say yes. A journal without events changes nothing."""

    journals: tuple[Journal, ...]
    refs: Refs = field(default_factory=Refs)


@dataclass(frozen=True, slots=True)
class More:
    """The rule must see further groups before it can decide."""

    reads: Reads


Decision = Done | More | Refusal
Rule = Callable[..., Decision]


def group_with(groups: Groups, number: OrderNumber) -> Group | None:
    """The group that holds an order."""
    return next((group for group in groups.values() if number in group.orders), None)
