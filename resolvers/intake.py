"""工单接收 as a batch: one command for each order, executed together, and one answer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from domain.commands import IntakeOrder
from domain.groups import Group
from domain.intake import read_order
from domain.orders import UNREFUSABLE
from domain.ports import Outcome
from domain.refusals import InvalidOrder
from domain.values import OrderNumber
from domain.views import OrderView
from domain.world import World
from resolvers.commands import perform_all, problems_in, refused
from resolvers.context import context_of
from resolvers.pages import row
from schema.intake_inputs import IntakeOrdersInput
from schema.payloads import OrderAccepted

MOST_ORDERS: Final = 500
_FREE: Final = ("activationData", "checkData", "extra")


async def take_in(info: Any, input: IntakeOrdersInput) -> list[Any]:
    """The answer to each order, in the order of the input, with the groups as they are after all of them."""
    context = context_of(info)
    world, batch = await context.world(), []
    for order in input.orders:
        batch.append(_read(order.fields(), world))
        await asyncio.sleep(0)  # a long batch must not keep everybody else waiting
    outcomes = await perform_all(info, input, batch)
    numbers = {outcome.refs.order for outcome in outcomes if outcome.refs.order is not None}
    groups = await context.services.reads.groups_of_orders(numbers) if numbers else {}
    return [_answer(outcome, groups) for outcome in outcomes]


def without_nul(value: Any) -> Any:
    """The value as a database can hold it: characters that nothing can store give way to U+FFFD."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {without_nul(name): without_nul(inner) for name, inner in value.items()}
    return [without_nul(inner) for inner in value] if isinstance(value, list) else value


def _read(fields: Mapping[str, Any], world: World) -> IntakeOrder | InvalidOrder:
    read = read_order(fields, world)
    return _storable(read, fields) if isinstance(read, IntakeOrder) else read


def _storable(read: IntakeOrder, fields: Mapping[str, Any]) -> IntakeOrder | InvalidOrder:
    """The order, if its free JSON holds only what can be stored; one that nothing may refuse is made so."""
    problems = [p for name in _FREE for p in problems_in(fields.get(name), (name,))]
    if read.payload.action in UNREFUSABLE:
        data = without_nul({name: fields.get(name) for name in _FREE})
        payload = replace(read.payload, activation_data=data["activationData"], check_data=data["checkData"])
        warnings = tuple(f"{'.'.join(p.path)}: {p.message}" for p in problems)
        return IntakeOrder(payload, without_nul(fields), (*read.warnings, *warnings))
    if problems:
        text = f"{len(problems)} of the order's texts cannot be stored; nothing of it was"
        return InvalidOrder(text, read.payload.number, tuple(problems))
    return read


def _answer(outcome: Outcome, groups: Mapping[OrderNumber, Group]) -> Any:
    if outcome.refusal is not None:
        return refused(outcome)
    number = row(outcome.refs.order)
    group = groups[number]
    return OrderAccepted(
        order=row(OrderView(group, group.orders[number])),
        duplicate=outcome.refs.duplicate,
        amended=outcome.refs.amended,
        warnings=list(outcome.refs.warnings),
    )
