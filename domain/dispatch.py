"""派发: orders leave for their visits and their sub-tasks start, all in the transaction that decides it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain import subtasks
from domain.catalogue import rule_for
from domain.groups import Group, item_id
from domain.journal import Journal
from domain.orders import Hold, Jeopardy, Order
from domain.progress import task_begun, task_open
from domain.splitting import split_by_address
from domain.tasks import RecoveryLine, Task, WorkItem
from domain.values import (
    HoldCause,
    JeopardyLevel,
    OrderAction,
    OrderNumber,
    SubTaskKind,
    TaskId,
    UpdateKind,
    WorkItemState,
)

NOBODY = ("NO_DISTRICT", "NO_CREW", "NO_MEMBER", "DISTRICT_CONFLICT")
"""How the messages of those jeopardies begin which end when somebody can make the visit."""


def dispatch_orders(journal: Journal, numbers: Iterable[OrderNumber], *, late: bool = False) -> None:
    """Start the sub-tasks of these orders and give each that needs a visit its place in one."""
    leaving = sorted(numbers)
    for number in leaving:
        subtasks.start(journal, journal.group.orders[number])
    visiting = [n for n in leaving if journal.group.orders[n].sub_task(SubTaskKind.CONSTRUCTION).applies]
    place(journal, visiting, late=late)


def place(journal: Journal, numbers: Iterable[OrderNumber], *, late: bool = False) -> None:
    """Give each order a work item in a visit: one that is not begun at its address, else a new one."""
    wanted = set(numbers)
    live = [order for order in journal.group.live_orders() if order.dispatched_at is not None]
    for members in split_by_address(live):
        joining = [number for number in members if number in wanted]
        if joining:
            task = _visit_for(journal, joining, members)
            for number in joining:
                _add_item(journal, journal.group.orders[number], task, late=late)


def _visit_for(journal: Journal, joining: list[OrderNumber], members: Iterable[OrderNumber]) -> Task:
    """The visit at that address which is not begun, whatever visit the joining items are in now."""
    group = journal.group
    numbers = frozenset(members)
    own = (group.item_of(group.orders[number]) for number in joining)
    moving = {item.id for item in own if item is not None}
    visits = [
        task
        for task in group.tasks.values()
        if any(i.number in numbers and i.id not in moving for i in group.items_of(task.id))
    ]
    conflict = any(group.orders[number].place.conflict for number in joining)
    for task in visits:
        if task_open(group, task) and not task_begun(group, task) and not (conflict and task.hold is None):
            return task
    made = [task.id for task in visits if task_begun(group, task) or _returned_from(group, task)]
    follows = made[-1] if made else None
    return create_visit(journal, group.orders[joining[0]], conflict=conflict, follows=follows)


def _returned_from(group: Group, task: Task) -> bool:
    return any(item.state is WorkItemState.RETURNED for item in group.items_of(task.id))


def create_visit(
    journal: Journal,
    order: Order,
    *,
    conflict: bool = False,
    follows: TaskId | None = None,
    like: Task | None = None,
    stays: bool = False,
) -> Task:
    """A new visit at an order's address, for the crew of its district.

    ``like``: in the place of that visit, and if it ``stays`` with it, of the same crew and held by the same hold.
    """
    place_ = like.place if like is not None else order.place
    task = Task(
        id=TaskId(f"{journal.group.id}/t{len(journal.group.tasks) + 1}"),
        customer=order.payload.customer.number,
        address=like.address if like is not None else order.payload.address,
        place=place_,
        created_at=journal.now,
        district_code=like.district_code if like is not None else place_.district_code,
        follows=follows,
    )
    if like is not None and stays:
        task = replace(task, crew=like.crew, hold=like.hold)
    else:
        task = assigned(journal, task, conflict=conflict)
    journal.write(
        UpdateKind.TASK_CREATED, task, task=task.id, crew=task.crew, follows=follows, revisit=bool(follows)
    )
    if task.hold is not None:
        journal.write(UpdateKind.TASK_HELD, task=task.id, cause=task.hold.cause)
    return task


def assigned(journal: Journal, task: Task, *, conflict: bool = False) -> Task:
    """The visit with the one crew of its district, or with the reason why there is none."""
    world = journal.context.world
    if task.district_code is None:
        text = "the address names no known district; set it"
        return replace(task, crew=None, hold=Hold(HoldCause.NO_DISTRICT, text, journal.now))
    crew = world.crew_of(task.district_code)
    if conflict:
        text = f"the code says {task.district_code}, the address text another district; confirm one"
        hold = Hold(HoldCause.DISTRICT_CONFLICT, text, journal.now)
        return replace(task, crew=crew.id if crew else None, hold=hold)
    if crew is None:
        text = f"district {task.district_code} has no crew; create one, or set another district"
        return replace(task, crew=None, hold=Hold(HoldCause.NO_CREW, text, journal.now))
    return replace(task, crew=crew.id, hold=None)


def _add_item(journal: Journal, order: Order, task: Task, *, late: bool) -> None:
    known = journal.group.item_of(order)
    item = (
        replace(known, task=task.id, version=known.version + 1) if known else new_item(journal, order, task)
    )
    journal.write(UpdateKind.ITEM_DISPATCHED, item, item=item.id, late=late, attempt=item.attempt)
    alarm(journal, order.number, task)


def new_item(journal: Journal, order: Order, task: Task, *, urgent: bool = False) -> WorkItem:
    """An open work item with the evidence and the recovery lines that its receipt will need."""
    product = journal.context.world.products.get(order.payload.product)
    rule = rule_for(product, order.action, order.payload.scenario) if product is not None else None
    serials = order.payload.installed_serials if order.action is OrderAction.TERMINATE else ()
    return WorkItem(
        id=item_id(order.number, order.attempt),
        number=order.number,
        attempt=order.attempt,
        task=task.id,
        created_at=journal.now,
        evidence=rule.evidence if rule is not None else (),
        recovery=tuple(RecoveryLine(serial) for serial in serials),
        urgent=urgent,
    )


def release(journal: Journal, item: WorkItem) -> None:
    """A claimed item goes back to its crew; the event says who held it."""
    free = replace(item, state=WorkItemState.OPEN, claimant=None, claimed_at=None, offered_to=None)
    freed = replace(free, version=item.version + 1)
    journal.write(UpdateKind.ITEM_RELEASED, freed, item=item.id, claimant=item.claimant)


def alarm(journal: Journal, number: OrderNumber, task: Task) -> None:
    """A jeopardy for an order whose visit nobody can make: held though nothing may hold it, or an empty crew."""
    order = journal.group.orders[number]
    if task.hold is not None and order.unrefusable:
        raise_jeopardy(journal, order, JeopardyLevel.CRITICAL, f"{task.hold.cause}: {task.hold.message}")
    elif (
        task.hold is None and task.crew is not None and not journal.context.world.active_members_of(task.crew)
    ):
        raise_jeopardy(
            journal, order, JeopardyLevel.WARNING, f"NO_MEMBER: crew {task.crew} has nobody to claim it"
        )


def calm(journal: Journal, number: OrderNumber, task: Task) -> None:
    """The jeopardy of a visit that nobody could make is over when somebody can."""
    order, crew = journal.group.orders[number], task.crew
    manned = task.hold is None and crew is not None and journal.context.world.active_members_of(crew)
    if manned and order.jeopardy is not None and order.jeopardy.message.startswith(NOBODY):
        journal.write(UpdateKind.JEOPARDY, replace(order, jeopardy=None), order=number, level=None)


def raise_jeopardy(journal: Journal, order: Order, level: JeopardyLevel, message: str) -> None:
    """Put an order in jeopardy, once per level and message."""
    if order.jeopardy is not None and (order.jeopardy.level, order.jeopardy.message) == (level, message):
        return
    risk = Jeopardy(level, message, journal.now)
    journal.write(UpdateKind.JEOPARDY, replace(order, jeopardy=risk), order=order.number, level=level)
