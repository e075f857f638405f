"""What happens: entries of the event log, with the state that they left behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain import values
from domain.ports import Cursor
from schema.described import described
from schema.groups import FusionGroup
from schema.orders import Order
from schema.receipts import Receipt
from schema.scalars import write_cursor
from schema.tasks import Task, WorkItem


@described
@strawberry.type
class Update:
    """One entry of the event log, with the state it left behind: never older than the entry, perhaps newer."""

    cursor: Cursor
    """Its place in the log. Keep the last one that was handled."""

    revision: int
    """Of its group: 1, 2, 3 …, so that a client can see a gap by itself. Of a SNAPSHOT the group's present
    one, 0 where it is of many groups."""

    kind: values.UpdateKind
    """What happened. A client ignores words that it does not know."""

    at: datetime
    """When."""

    actor: str
    """Who did it, as `role:id` and never as a name. Example: `crew:m-7`."""

    group: FusionGroup | None
    """The group it happened to; null in the SNAPSHOT of a feed of many groups, which carries only the
    cursor."""

    order: Order | None
    """The order it happened to, where it was one."""

    task: Task | None
    """The visit it happened to, where it was one."""

    item: WorkItem | None
    """The work item it happened to, where it was one."""

    detail: JSON
    """Ids, states and numbers of this kind of update, as an object; described per kind in
    docs/protocol.md."""


@described
@strawberry.type
class ReceiptUpdate:
    """A receipt that became final."""

    cursor: Cursor
    """Its place in the log. Keep the last one that was handled."""

    receipt: Receipt
    """The receipt."""


def cursor_of(update: Any) -> str:
    """Where a feed stands behind one of its updates, as a client says it in `after`."""
    return write_cursor(update.cursor)
