"""Visits change: merged or split by a dispatcher, moved with their district, released when their crew comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.commands import MergeTasks, RefreshGroup, SplitTask, group_of
from domain.decisions import Decision, Done, Groups, Refs
from domain.dispatch import alarm, assigned, calm, create_visit, release
from domain.groups import Group
from domain.holds import settle_district
from domain.intake import place_of
from domain.journal import Context, Journal
from domain.progress import task_begun, task_open
from domain.refusals import NotFound, NotMergeable, NotSplittable
from domain.tasks import HELD_BY_CLAIMANT, Task, WorkItem
from domain.values import HoldCause, ItemId, UpdateKind, WorkItemState
from domain.world import World

UNSURE = frozenset({HoldCause.NO_DISTRICT, HoldCause.DISTRICT_CONFLICT})
"""Holds of a visit whose district is not settled: nobody knows yet whether two of them lie in one."""


def merge_tasks(command: MergeTasks, groups: Groups, context: Context) -> Decision:
    """The items of several visits go into the first; one group, one district, one customer, none begun."""
    tasks = [
        g.tasks[t] for t in dict.fromkeys(command.tasks) if (g := groups.get(group_of(t))) and t in g.tasks
    ]
    if not tasks or len(tasks) < len(set(command.tasks)):
        return NotFound("one of the tasks is unknown")
    if (reason := _why_not_mergeable(tasks, groups)) is not None:
        return NotMergeable(reason)
    group = groups[group_of(tasks[0].id)]
    journal = Journal(group, context)
    merged = [task.id for task in tasks[1:]]
    items = [
        replace(i, task=tasks[0].id, version=i.version + 1) for t in tasks[1:] for i in group.items_of(t.id)
    ]
    into = replace(tasks[0], version=tasks[0].version + 1)
    journal.write(UpdateKind.TASKS_MERGED, into, *items, task=into.id, merged=merged)
    return Done((journal,), Refs((group.id,), task=into.id))


def _why_not_mergeable(tasks: list[Task], groups: Groups) -> str | None:
    if len(tasks) < 2:  # noqa: PLR2004 - a merge needs two
        return "give at least two different tasks"
    if len({group_of(task.id) for task in tasks}) > 1:
        return "the tasks belong to different groups; only visits of one group merge"
    group = groups[group_of(tasks[0].id)]
    if len({task.district_code for task in tasks}) > 1 or len({task.crew for task in tasks}) > 1:
        return "the tasks lie in different districts"
    held = next((task.hold for task in tasks if task.hold is not None and task.hold.cause in UNSURE), None)
    if held is not None:
        return f"a task is held ({held.cause}: {held.message}); resolve that first"
    if len({task.customer for task in tasks}) > 1:
        return "the tasks serve different customers"
    for task in tasks:
        if task_begun(group, task) or not task_open(group, task):
            return f"task {task.id} is begun or over"
    return None


def split_task(command: SplitTask, groups: Groups, context: Context) -> Decision:
    """These items get a visit of their own, with their claimants; the appointment stays with the first."""
    group = groups.get(group_of(command.task))
    task = group.tasks.get(command.task) if group is not None else None
    if group is None or task is None:
        return NotFound("the task is unknown")
    leaving = [group.items[i] for i in dict.fromkeys(command.items) if i in group.items]
    if (reason := _why_not_splittable(group, task, leaving, command.items)) is not None:
        return NotSplittable(reason)
    journal = Journal(group, context)
    created = _own_visit(journal, task, leaving, stays=True)
    changed = replace(task, version=task.version + 1)
    journal.write(UpdateKind.TASK_SPLIT, changed, task=task.id, created=created.id)
    return Done((journal,), Refs((group.id,), task=task.id, created=created.id))


def _why_not_splittable(
    group: Group, task: Task, leaving: list[WorkItem], named: Iterable[ItemId]
) -> str | None:
    if not leaving or len(leaving) < len(set(named)) or any(item.task != task.id for item in leaving):
        return "name items of this task"
    if any(item.state not in {WorkItemState.OPEN, WorkItemState.CLAIMED} for item in leaving):
        return "an item is on site or over"
    staying = [item for item in group.items_of(task.id) if item.open and item not in leaving]
    return None if staying else "no open item would stay; there is nothing to split"


def _own_visit(journal: Journal, task: Task, items: Iterable[WorkItem], *, stays: bool) -> Task:
    """A visit beside another: with its crew if it ``stays`` there, else with that of its district."""
    moving = list(items)
    order = journal.group.orders[moving[0].number]
    created = create_visit(journal, order, like=task, stays=stays)
    for item in moving:
        moved = replace(item, task=created.id, version=item.version + 1)
        journal.write(UpdateKind.ITEM_DISPATCHED, moved, item=item.id, late=False, attempt=item.attempt)
    return created


def refresh_group(command: RefreshGroup, groups: Groups, context: Context) -> Decision:
    """Bring a group in line with the world: crews that came, districts that moved, members who left."""
    group = groups.get(command.group)
    if group is None:
        return NotFound(f"group {command.group} is unknown")
    journal = Journal(group, context)
    for task in list(group.tasks.values()):
        if task_open(group, task):
            _release_absent(journal, task, context.world)
            _release_hold(journal, task, context.world)
            _follow_district(journal, journal.group.tasks[task.id], context.world)
            _watch_members(journal, journal.group.tasks[task.id])
    return Done((journal,), Refs((group.id,)))


def _release_absent(journal: Journal, task: Task, world: World) -> None:
    """Open items of a claimant who left the crew or was disabled go back to it."""
    for item in journal.group.items_of(task.id):
        member = world.members.get(item.claimant) if item.claimant is not None else None
        gone = member is None or not member.active or member.crew != task.crew
        if item.state in HELD_BY_CLAIMANT and gone:
            release(journal, item)


def _release_hold(journal: Journal, task: Task, world: World) -> None:
    if task.hold is None or task.hold.cause is HoldCause.DISTRICT_CONFLICT:
        return
    code = task.district_code or place_of(task.address, world).district_code
    if code is not None and (world.crew_of(code) is not None or task.district_code is None):
        settle_district(journal, replace(task, district_code=code))


def _watch_members(journal: Journal, task: Task) -> None:
    """Orders of a crew without anybody are in jeopardy, and no longer once somebody is there."""
    for item in journal.group.items_of(task.id):
        if item.open and task.hold is None:
            alarm(journal, item.number, task)
            calm(journal, item.number, task)


def _follow_district(journal: Journal, task: Task, world: World) -> None:
    """Open items go to the crew which now has the district; claimed ones stay with theirs (rezoneCrews)."""
    if task.hold is not None or task.district_code is None:
        return
    crew = world.crew_of(task.district_code)
    if (crew.id if crew else None) == task.crew:
        return
    items = journal.group.items_of(task.id)
    free = [item for item in items if item.state is WorkItemState.OPEN]
    if not free:
        return
    if len(free) < len([item for item in items if item.state is not WorkItemState.CANCELLED]):
        created = _own_visit(journal, task, free, stays=False)
        journal.write(UpdateKind.TASK_REZONED, task=created.id, crew=created.crew, came_from=task.id)
    else:
        moved = replace(assigned(journal, task), version=task.version + 1)
        journal.write(UpdateKind.TASK_REZONED, moved, task=task.id, crew=moved.crew, was=task.crew)
        if moved.hold is not None:
            journal.write(UpdateKind.TASK_HELD, task=task.id, cause=moved.hold.cause)
