"""Filters and visibility as conditions on the tables by which things are found."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select

from domain.access import Scope
from domain.filters import FusionGroupFilter, OrderFilter, ReceiptFilter, TaskFilter
from domain.values import Role
from persistence.columns import table
from persistence.documents import is_storable
from persistence.tables import FusionGroupRow, OrderRow, ReceiptRow, TaskRow, WorkItemRow

GROUPS, ORDERS, TASKS = table(FusionGroupRow), table(OrderRow), table(TaskRow)
ITEMS, RECEIPTS = table(WorkItemRow), table(ReceiptRow)

Condition = ColumnElement[bool]

_FOLDED = str.maketrans(ascii_uppercase, ascii_lowercase)


def visible(group: ColumnElement[str], scope: Scope) -> Iterator[Condition]:
    """Nothing for who sees every group; for a crew member the groups in which the crew has a task."""
    if scope.role is Role.CREW:
        own = TASKS.alias("own")
        yield select(own.c.id).where(own.c.group_id == group, own.c.crew_id == (scope.crew or "")).exists()


def any_of(column: ColumnElement[Any], values: Collection[str] | None) -> Iterator[Condition]:
    """One of the values; none at all for an empty list."""
    if values is not None:
        yield column.in_([value for value in dict.fromkeys(map(str, values)) if is_storable(value)])


def of_orders(wanted: OrderFilter, scope: Scope) -> Iterator[Condition]:
    """The conditions of a list of orders."""
    yield from any_of(ORDERS.c.state, wanted.states)
    yield from any_of(ORDERS.c.step, wanted.steps)
    yield from any_of(ORDERS.c.action, wanted.actions)
    yield from any_of(ORDERS.c.district_code, wanted.district_codes)
    yield from any_of(ORDERS.c.crew_id, wanted.crew_ids)
    yield from any_of(ORDERS.c.claimant_id, wanted.claimant_ids)
    yield from any_of(ORDERS.c.product, wanted.products)
    yield from any_of(ORDERS.c.assurance_level, wanted.assurance_levels)
    yield from any_of(ORDERS.c.hold_cause, wanted.hold_causes)
    if wanted.due_before is not None:
        yield ORDERS.c.due_at < wanted.due_before
    if wanted.received_from is not None:
        yield ORDERS.c.received_at >= wanted.received_from
    if wanted.received_to is not None:
        yield ORDERS.c.received_at < wanted.received_to
    yield from _text(wanted.text, ORDERS.c.number, ORDERS.c.search, ORDERS.c.crew_id, scope)
    yield from visible(ORDERS.c.group_id, scope)


def of_groups(wanted: FusionGroupFilter, scope: Scope) -> Iterator[Condition]:
    """The conditions of a list of groups."""
    yield from any_of(GROUPS.c.state, wanted.states)
    yield from any_of(GROUPS.c.hold_cause, wanted.hold_causes)
    for here, there in zip(
        any_of(ORDERS.c.district_code, wanted.district_codes),
        any_of(TASKS.c.district_code, wanted.district_codes),
        strict=True,
    ):
        yield or_(_with_order(here), _with_visit(there))
    for condition in any_of(TASKS.c.crew_id, wanted.crew_ids):
        yield _with_visit(condition)
    for condition in any_of(ORDERS.c.product, wanted.products):
        yield _with_order(condition)
    if wanted.fused_only:
        yield GROUPS.c.fused.is_(True)
    if wanted.deadline_before is not None:
        yield GROUPS.c.deadline_at < wanted.deadline_before
    if wanted.text is not None:
        orders = list(_text(wanted.text, ORDERS.c.number, ORDERS.c.search, ORDERS.c.crew_id, scope))
        yield or_(_holds(GROUPS.c.key, wanted.text), _with_order(*orders))
    yield from visible(GROUPS.c.id, scope)


def of_tasks(wanted: TaskFilter, scope: Scope) -> Iterator[Condition]:
    """The conditions of a list of visits."""
    yield from any_of(TASKS.c.state, wanted.states)
    yield from any_of(TASKS.c.district_code, wanted.district_codes)
    yield from any_of(TASKS.c.crew_id, wanted.crew_ids)
    yield from any_of(TASKS.c.hold_cause, wanted.hold_causes)
    for condition in any_of(GROUPS.c.key, wanted.group_keys):
        yield TASKS.c.group_id.in_(select(GROUPS.c.id).where(condition))
    for condition in any_of(ITEMS.c.claimant_id, wanted.claimant_ids):
        yield select(ITEMS.c.id).where(ITEMS.c.task_id == TASKS.c.id, condition).exists()
    if wanted.appointment_required is not None:
        yield TASKS.c.appointment_required.is_(wanted.appointment_required)
    if wanted.due_before is not None:
        yield TASKS.c.due_at < wanted.due_before
    if wanted.text is not None:
        orders = list(_text(wanted.text, ORDERS.c.number, ORDERS.c.search, ORDERS.c.crew_id, scope))
        shares = select(ITEMS.c.id).join(ORDERS, ORDERS.c.number == ITEMS.c.order_number)
        yield shares.where(ITEMS.c.task_id == TASKS.c.id, *orders).exists()
    yield from visible(TASKS.c.group_id, scope)


def of_receipts(wanted: ReceiptFilter) -> Iterator[Condition]:
    """The conditions of the ledger."""
    yield from any_of(RECEIPTS.c.delivery, wanted.deliveries)
    yield from any_of(RECEIPTS.c.kind, wanted.kinds)
    yield from any_of(RECEIPTS.c.order_number, wanted.order_numbers)


def _with_order(*conditions: Condition) -> Condition:
    return select(ORDERS.c.number).where(ORDERS.c.group_id == GROUPS.c.id, *conditions).exists()


def _with_visit(*conditions: Condition) -> Condition:
    return select(TASKS.c.id).where(TASKS.c.group_id == GROUPS.c.id, *conditions).exists()


def _text(
    text: str | None,
    number: ColumnElement[str],
    search: ColumnElement[str],
    crew: ColumnElement[Any],
    scope: Scope,
) -> Iterator[Condition]:
    """A free text: in the number, and in customer and address as far as the scope shows them."""
    if text is None:
        return
    if not is_storable(text):
        yield false()
    elif scope.role is Role.NMS:
        yield _holds(number, text)
    elif scope.role is Role.CREW:
        yield or_(
            _holds(number, text),
            (crew == (scope.crew or "")) & search.contains(text.lower(), autoescape=True),
        )
    else:
        yield search.contains(text.lower(), autoescape=True)


def _holds(column: ColumnElement[str], text: str) -> Condition:
    """The text in a key, whose column both databases fold by the letters of ASCII alone."""
    return (
        func.lower(column).contains(text.translate(_FOLDED), autoescape=True)
        if is_storable(text)
        else false()
    )
