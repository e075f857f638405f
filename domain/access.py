"""Who sees what (3.9): the viewer's scope, and the pure rules of masking and visibility.

A scope is all that a rule is given besides the row, and so the key under which executions are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain import commands
from domain.groups import Group
from domain.values import CrewId, MemberId, Role

ERASED = "***"
"""What a non-null field reads when its value is not for the viewer."""

EVERYTHING = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN, Role.VIEWER, Role.NMS})
"""Roles which see every group; what they see of it differs."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that an answer may depend on: the role, and for a crew member who and where."""

    role: Role
    member: MemberId | None = None
    crew: CrewId | None = None
    leader: bool = False

    @property
    def dispatches(self) -> bool:
        """Whether it may what a dispatcher may."""
        return self.role in {Role.DISPATCHER, Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller. ``subject`` tells two callers of one scope apart; it is an id, never a name."""

    scope: Scope
    subject: str

    def __str__(self) -> str:
        return f"{self.scope.role.lower()}:{self.subject}"


SYSTEM = Actor(Scope(Role.ADMIN), "system")
"""The gateway itself, where time alone acts."""


_CREW = frozenset({Role.CREW})
_UPSTREAM = frozenset({Role.UPSTREAM})
_DISPATCHER = frozenset({Role.DISPATCHER, Role.ADMIN})

MAY: Mapping[type[commands.Command], frozenset[Role]] = {
    commands.IntakeOrder: _UPSTREAM,
    commands.CancelOrder: _UPSTREAM,
    commands.ReopenOrder: _UPSTREAM | _DISPATCHER,
    commands.MarkReceipt: _UPSTREAM | _DISPATCHER,
    commands.DispatchGroup: _DISPATCHER,
    commands.ResolveHold: _DISPATCHER,
    commands.MergeTasks: _DISPATCHER,
    commands.SplitTask: _DISPATCHER,
    commands.AcceptPartial: _DISPATCHER,
    commands.ClaimTask: _CREW,
    commands.ClaimWorkItem: _CREW,
    commands.ReleaseWorkItem: _CREW | _DISPATCHER,
    commands.OfferHandOver: _CREW | _DISPATCHER,
    commands.AcceptHandOver: _CREW,
    commands.BookAppointment: _CREW | _DISPATCHER,
    commands.CloseAppointment: _CREW | _DISPATCHER,
    commands.StartWork: _CREW,
    commands.SubmitReceipt: _CREW,
    commands.HoldWorkItem: _CREW | _DISPATCHER,
    commands.ReturnWorkItem: _CREW,
    commands.ReportSubTask: frozenset({Role.NMS}),
    commands.RetrySubTask: _DISPATCHER,
}
"""Which roles may give a command. Another role is answered FORBIDDEN before any rule is asked."""


def may_see_group(group: Group, scope: Scope) -> bool:
    """Whether the group exists for the viewer: a crew sees those in which it has a task."""
    if scope.role in EVERYTHING:
        return True
    return scope.crew is not None and any(task.crew == scope.crew for task in group.tasks.values())
