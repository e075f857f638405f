"""An order arrives, again or changed: accepted, amended, answered as known, or refused as a conflict (3.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from domain import subtasks
from domain.commands import IntakeOrder
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.dispatch import place, release
from domain.fusing import round_for, warnings_of
from domain.gathering import evaluate, found_group, join, receive, withdraw
from domain.groups import Group
from domain.intake import place_of
from domain.journal import Context, Journal
from domain.orders import Hold, Order, OrderPayload
from domain.refusals import OrderConflict
from domain.supersession import supersede
from domain.tasks import HELD_BY_CLAIMANT, RecoveryLine
from domain.values import (
    ExecutionState,
    HoldCause,
    OrderAction,
    OrderNumber,
    SubTaskKind,
    UpdateKind,
)
from domain.views import OrderView

LAST_RANK = 1000
"""The rank of a line-bearing product which has none of its own."""

MATERIAL = ("requirement", "assurance_level", "activation_data", "check_data")
"""Fields whose change a claimant has to know of before the work goes on."""


def intake_order(command: IntakeOrder, groups: Groups, context: Context) -> Decision:
    """Accept an order. The same payload again is the same answer, without an event."""
    holder = group_with(groups, command.payload.number)
    if holder is not None:
        return _known(command, holder, groups, context)
    order = new_order(command.payload, context)
    journal = admit(order, groups, context)
    warnings = (*command.warnings, *warnings_of(journal.group, command.payload))
    return Done((journal,), Refs((journal.group.id,), order=order.number, warnings=warnings))


def new_order(payload: OrderPayload, context: Context) -> Order:
    """The order as it is at its receipt, with what its product says today."""
    product = context.world.products[payload.product]
    rank = product.line_rank if product.line_rank is not None else LAST_RANK
    return Order(
        payload=payload,
        place=place_of(payload.address, context.world),
        received_at=context.now,
        sub_tasks=subtasks.planned(product, payload.action, payload.scenario),
        line_rank=rank if product.line_bearing else None,
    )


def admit(order: Order, groups: Groups, context: Context) -> Journal:
    """The journal of the group that takes a new order, with all that follows from it."""
    journal = target(order, groups.values(), context)
    late = journal.group.dispatched_at is not None
    journal.write(
        UpdateKind.ORDER_ACKNOWLEDGED,
        order,
        order=order.number,
        facts={"closed_at": None},
        action=order.action,
        late=late,
    )
    supersede(journal, order)
    receive(journal, order)
    return journal


def target(order: Order, rounds: Iterable[Group], context: Context) -> Journal:
    """The journal of the round that takes the order, of a new one where none does."""
    payload, known = order.payload, list(rounds)
    if payload.fusion is None or not payload.fusion.fused:
        same = [group for group in known if group.key == payload.number]
        return found_group(payload.number, same, payload.customer, context, fused=False)
    same = [group for group in known if group.key == payload.fusion.key]
    taker = round_for(payload, same)
    if taker is not None:
        return Journal(taker, context)
    return found_group(payload.fusion.key, same, payload.customer, context, fused=True)


def _known(command: IntakeOrder, group: Group, groups: Groups, context: Context) -> Decision:
    order, payload = group.orders[command.payload.number], command.payload
    if payload.digest in {order.payload.digest, order.amendment.digest if order.amendment else None}:
        warnings = (*command.warnings, *warnings_of(group, order.payload))
        refs = Refs((group.id,), order=order.number, duplicate=True, warnings=warnings)
        return Done((Journal(group, context),), refs)
    differs = identity_differences(order.payload, payload)
    over = order.final or order.cancellation is not None
    if over or differs:
        shown = differs or _differences(order.payload, payload)
        why = "the order is final, or being cancelled" if over else "cancel it, and issue a new one"
        text = f"order {order.number} is known with another {', '.join(shown) or 'payload'}; {why}"
        return OrderConflict(text, OrderView(group, order), shown)
    if order.dispatched_at is None:
        return _amend_waiting(command, group, groups, context)
    return _amend_dispatched(command, group, context)


def identity_differences(old: OrderPayload, new: OrderPayload) -> tuple[str, ...]:
    """The fields which make it another order: action, product, customer number, fusion key."""
    found = [name for name in ("action", "product") if getattr(old, name) != getattr(new, name)]
    found += ["customer.number"] if old.customer.number != new.customer.number else []
    keys = [p.fusion.key if p.fusion else None for p in (old, new)]
    return (*found, *(["fusion.key"] if keys[0] != keys[1] else []))


def _differences(old: OrderPayload, new: OrderPayload) -> tuple[str, ...]:
    names = {
        "assurance_level": "assuranceLevel", "red_list": "redList", "post_pay": "postPay", "due_at": "dueAt",
        "installed_serials": "installedSerials", "activation_data": "activationData", "check_data": "checkData",
    }  # fmt: skip
    changed = [f.name for f in fields(OrderPayload) if getattr(old, f.name) != getattr(new, f.name)]
    return tuple(names.get(name, name) for name in changed if name != "digest") or ("extra",)


def _amended(order: Order, payload: OrderPayload, context: Context) -> Order:
    place_ = (
        place_of(payload.address, context.world) if payload.address != order.payload.address else order.place
    )
    return replace(order, payload=payload, place=place_, version=order.version + 1)


def _done(journals: tuple[Journal, ...], order: Order, command: IntakeOrder) -> Done:
    shown = journals[-1].group
    warnings = (*command.warnings, *warnings_of(shown, command.payload))
    return Done(journals, Refs((shown.id,), order=order.number, amended=True, warnings=warnings))


def _amend_waiting(command: IntakeOrder, group: Group, groups: Groups, context: Context) -> Decision:
    journal = Journal(group, context)
    order = _amended(group.orders[command.payload.number], command.payload, context)
    journal.write(UpdateKind.ORDER_AMENDED, order, order=order.number, version=order.version)
    if _key_of(order) == (group.key, group.fused):
        receive(journal, order)
        return _done((journal,), order, command)
    return _done((journal, transferred(journal, order, groups, context)), order, command)


def transferred(journal: Journal, order: Order, groups: Groups, context: Context) -> Journal:
    """The journal of the group whose key the order now has; it leaves the group of ``journal``."""
    left = journal.group
    withdraw(journal, [order.number])
    evaluate(journal)
    other = target(order, [group for group in groups.values() if group.id != left.id], context)
    join(other, [order], left)
    return other


def _key_of(order: Order) -> tuple[str, bool]:
    fusion = order.payload.fusion
    return (fusion.key, True) if fusion is not None and fusion.fused else (order.number, False)


def _amend_dispatched(command: IntakeOrder, group: Group, context: Context) -> Decision:
    """Applied at once, unless somebody works by the old payload: then it waits for a dispatcher's word."""
    journal, payload = Journal(group, context), command.payload
    order = group.orders[payload.number]
    item = group.item_of(order)
    claimed = item is not None and item.state in HELD_BY_CLAIMANT
    if claimed and not order.unrefusable and _is_material(order.payload, payload):
        version = order.version + 1
        amended = replace(order, version=version)
        journal.write(UpdateKind.ORDER_AMENDED, amended, order=order.number, version=version, applied=False)
        hold_for_amendment(journal, order.number, payload)
    else:
        apply_amendment(journal, order, payload)
    return _done((journal,), order, command)


def hold_for_amendment(journal: Journal, number: OrderNumber, payload: OrderPayload) -> None:
    """A dispatcher decides whether the claimant goes on by the old payload or by this one."""
    text = "upstream changed the order after it was claimed; apply the amendment or keep the old"
    hold = Hold(HoldCause.AMENDED_AFTER_CLAIM, text, journal.now)
    held = replace(journal.group.orders[number], amendment=payload, hold=hold)
    journal.write(UpdateKind.ORDER_HELD, held, order=number, cause=hold.cause)


def apply_amendment(journal: Journal, order: Order, payload: OrderPayload) -> None:
    """The order with a later payload; its item goes, without a claimant, where the new address is."""
    moves, old = payload.address != order.payload.address, order.payload
    order = replace(_amended(order, payload, journal.context), amendment=None)
    item = journal.group.item_of(order)
    parts = []
    if item is not None and item.open and order.action is OrderAction.TERMINATE:
        parts = [replace(item, recovery=_lines(item.recovery, payload.installed_serials))]
    version = order.version
    journal.write(UpdateKind.ORDER_AMENDED, order, *parts, order=order.number, version=version, applied=True)
    _send_amended(journal, order, old)
    if moves and item is not None and item.open:
        if item.state in HELD_BY_CLAIMANT:
            release(journal, journal.group.items[item.id])
        place(journal, [order.number])


def _send_amended(journal: Journal, order: Order, old: OrderPayload) -> None:
    """The network is told what changed for it: a sub-task that was sent other data is sent again."""
    changed = {
        SubTaskKind.ACTIVATION: old.activation_data != order.payload.activation_data,
        SubTaskKind.QUALITY_CHECK: old.check_data != order.payload.check_data,
    }
    for kind, differs in changed.items():
        part = order.sub_task(kind)
        if differs and part.applies and part.execution is not ExecutionState.CANCELLED:
            order = subtasks.begin_attempt(journal, order, kind, reset=True)


def _lines(known: Iterable[RecoveryLine], serials: Iterable[str]) -> tuple[RecoveryLine, ...]:
    by_serial = {line.serial: line for line in known}
    return tuple(by_serial.get(serial, RecoveryLine(serial)) for serial in serials)


def _is_material(old: OrderPayload, new: OrderPayload) -> bool:
    return old.address != new.address or any(getattr(old, name) != getattr(new, name) for name in MATERIAL)
