"""Which groups a change of the world concerns. Asked after the change is committed, so that none slips by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.sql.elements import ColumnElement

from domain.values import GroupId, HoldCause, TaskState, WorkItemState
from persistence.columns import table
from persistence.database import Database
from persistence.tables import CrewRow, MemberRow, TaskRow, WorkItemRow

OPEN: Final = (TaskState.HELD, TaskState.OPEN, TaskState.PLANNED, TaskState.IN_PROGRESS)
_TASKS, _ITEMS = table(TaskRow), table(WorkItemRow)
_CREWS, _MEMBERS = table(CrewRow), table(MemberRow)


async def without_district(database: Database) -> list[GroupId]:
    """Groups with a visit whose district nobody knows."""
    return await _groups(database, _with_task(_TASKS.c.hold_cause == HoldCause.NO_DISTRICT))


async def in_districts(database: Database, codes: Iterable[str]) -> list[GroupId]:
    """Groups with an open visit there, those which wait for a crew among them."""
    open_there = _TASKS.c.state.in_(OPEN) & _TASKS.c.district_code.in_(list(codes))
    return await _groups(database, _with_task(open_there))


async def by_member(database: Database, member: str, crews: Iterable[str]) -> list[GroupId]:
    """Groups with work in a member's hands, and those with an open visit of a crew that has nobody else.

    Of such a crew it depends on this member whether there is anybody to make the visit.
    """
    held = (WorkItemState.CLAIMED, WorkItemState.ON_SITE)
    own = select(_ITEMS.c.group_id).where(_ITEMS.c.claimant_id == member, _ITEMS.c.state.in_(held))
    others = select(_MEMBERS.c.id).where(
        _MEMBERS.c.crew_id == _TASKS.c.crew_id, _MEMBERS.c.id != member, _MEMBERS.c.active.is_(True)
    )
    alone = _TASKS.c.state.in_(OPEN) & _TASKS.c.crew_id.in_(list(crews)) & ~others.exists()
    return sorted({*await _groups(database, own), *await _groups(database, _with_task(alone))})


async def stranded(database: Database, limit: int = 100) -> list[GroupId]:
    """Groups whose free work is not with the crew that now has its district.

    There are none while every change of the world is followed by its commands; a process that died in between leaves
    some, and whoever asks now and then finds them.
    """
    free = select(_ITEMS.c.id).where(_ITEMS.c.task_id == _TASKS.c.id, _ITEMS.c.state == WorkItemState.OPEN)
    elsewhere = _TASKS.c.crew_id.is_distinct_from(_CREWS.c.id)
    movable = _TASKS.c.hold_cause.is_(None) | (_TASKS.c.hold_cause == HoldCause.NO_CREW)
    known = _TASKS.c.district_code.is_not(None) & _TASKS.c.state.in_(OPEN)
    found = (
        select(_TASKS.c.group_id)
        .join_from(_TASKS, _CREWS, _CREWS.c.district_code == _TASKS.c.district_code, isouter=True)
        .where(known, elsewhere, movable, free.exists())
        .distinct()
        .limit(limit)
    )
    return await _groups(database, found)


def _with_task(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_TASKS.c.group_id).where(condition).distinct()


async def _groups(database: Database, statement: Select[Any]) -> list[GroupId]:
    async with database.reading() as connection:
        return sorted(GroupId(group) for group in (await connection.execute(statement)).scalars())
