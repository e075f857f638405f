"""After a change of reference data: each group which it concerns gets a command of its own."""

from __future__ import annotations

from domain.access import SYSTEM
from domain.commands import RefreshGroup
from domain.ports import Saved
from domain.refusals import Refusal
from domain.values import CrewId, GroupId
from resolvers.context import Context


async def refresh(context: Context, saved: Saved | Refusal, moved: frozenset[CrewId] = frozenset()) -> int:
    """Let the groups look at the world again; how many visits went to another crew."""
    context.forget()
    if isinstance(saved, Refusal):
        return 0
    before = await _crews(context, saved)
    for group in saved.groups:
        await context.services.store.execute(RefreshGroup(group, moved), SYSTEM)
    after = await _crews(context, saved) if saved.groups else before
    return sum(1 for task, crew in after.items() if before.get(task) != crew)


async def _crews(context: Context, saved: Saved) -> dict[str, str | None]:
    """Which crew has which visit of these groups."""
    ids: set[GroupId] = set(saved.groups)
    groups = await context.services.reads.groups(ids) if ids else {}
    return {task.id: task.crew for group in groups.values() for task in group.tasks.values()}
