"""Lists by number, for interfaces that know no cursor: a part of the list, and how long the whole list is.

The oldest rows come first, so that a page stays where it is while rows are added. A page far down costs as much as
all rows before it; whoever asks bounds that.
"""

from __future__ import annotations

from sqlalchemy import func, select

from domain.access import Scope
from domain.filters import TaskFilter
from domain.pages import Counted, Span
from domain.values import TaskId
from domain.views import TaskView
from persistence.conditions import GROUPS, TASKS, of_tasks
from persistence.groups import SqlGroupReader


class SqlNumbered(SqlGroupReader):
    """The numbered lists of one database, as it was last committed."""

    async def counted_tasks(self, wanted: TaskFilter, span: Span, scope: Scope) -> Counted[TaskView]:
        """Visits by their number, oldest first."""
        conditions = list(of_tasks(wanted, scope))
        found = select(TASKS.c.id, TASKS.c.created_at, TASKS.c.group_id).where(*conditions)
        few = found.order_by(TASKS.c.created_at, TASKS.c.id).offset(span.offset).limit(span.size).subquery()
        shown = select(few, GROUPS.c.body).join(GROUPS, GROUPS.c.id == few.c.group_id)
        async with self._database.reading() as connection:
            counted = await connection.execute(select(func.count()).select_from(TASKS).where(*conditions))
            rows = (await connection.execute(shown.order_by(few.c.created_at, few.c.id))).all()
        load = self._database.held.load
        groups = {group: load(body) for group, body in {row.group_id: row.body for row in rows}.items()}
        views = (TaskView(groups[row.group_id], groups[row.group_id].tasks[TaskId(row.id)]) for row in rows)
        return Counted(tuple(views), counted.scalar_one())
