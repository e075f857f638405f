"""工单接收 as a batch: one command for each order, and one answer.

Orders of one key are taken one after the other, in the order of the batch; those of different keys side by
side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
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
from resolvers.commands import problems_in, refused, repeat_of
from resolvers.context import Context, context_of
from resolvers.pages import row
from schema.intake_inputs import IntakeOrdersInput
from schema.payloads import OrderAccepted

MOST_ORDERS: Final = 500
AT_ONCE: Final = 8
_FREE: Final = ("activationData", "checkData", "extra")


async def take_in(info: Any, input: IntakeOrdersInput) -> list[Any]:
    """The answer to each order, in the order of the input, with the groups as they are after all of them."""
    context = context_of(info)
    fields = [order.fields() for order in input.orders]
    outcomes: list[Outcome] = [Outcome()] * len(fields)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one_after_the_other(places: Sequence[int]) -> None:
        for place in places:
            async with turn:
                outcomes[place] = await _take(info, context, input, fields[place], place)

    try:
        async with asyncio.TaskGroup() as tasks:
            for places in lanes(fields):
                tasks.create_task(one_after_the_other(places))
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    context.forget()
    numbers = {outcome.refs.order for outcome in outcomes if outcome.refs.order is not None}
    groups = await context.services.reads.groups_of_orders(numbers) if numbers else {}
    return [_answer(outcome, groups) for outcome in outcomes]


def lanes(orders: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """The places of the batch which must be taken one after the other: those of one key, or of one number."""
    lane_of: dict[tuple[str, str], list[int]] = {}
    for place, fields in enumerate(orders):
        fusion = fields.get("fusion") or {}
        key = str(fusion["key"] if fusion.get("fused") else fields["number"])
        lane = lane_of.get(("number", fields["number"])) or lane_of.get(("key", key)) or []
        lane.append(place)
        lane_of.setdefault(("key", key), lane)
        lane_of.setdefault(("number", fields["number"]), lane)
    return list({id(lane): lane for lane in lane_of.values()}.values())


def without_nul(value: Any) -> Any:
    """The value as a database can hold it: characters that nothing can store give way to U+FFFD."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {without_nul(name): without_nul(inner) for name, inner in value.items()}
    return [without_nul(inner) for inner in value] if isinstance(value, list) else value


async def _take(
    info: Any, context: Context, input: IntakeOrdersInput, fields: Mapping[str, Any], place: int
) -> Outcome:
    read = read_order(fields, await context.world())
    if isinstance(read, IntakeOrder):
        read = _storable(read, fields)
    if isinstance(read, InvalidOrder):
        return Outcome(refusal=read)
    repeat = repeat_of(info, input, f"/{place}")
    return await context.services.store.execute(read, context.actor, repeat)


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
