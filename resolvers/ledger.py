"""Receipts marked as acknowledged, or to be sent again: one command each."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.upstream import Mark
from resolvers.commands import repeat_of, shown_receipt
from resolvers.context import context_of
from schema.dispatch_inputs import AcknowledgeReceiptsInput, ReplayReceiptsInput, mark
from schema.ids import NoSuchThingError
from schema.scalars import bad_input

MOST_RECEIPTS = 500


async def mark_all(
    info: Any, input: AcknowledgeReceiptsInput | ReplayReceiptsInput, word: Mark
) -> tuple[list[Any], list[strawberry.ID]]:
    """The receipts that were found, as they are now, and the ids which belong to none."""
    if not 1 <= len(input.ids) <= MOST_RECEIPTS:
        raise bad_input(f"give 1 to {MOST_RECEIPTS} ids; these are {len(input.ids)}")
    context = context_of(info)
    receipts, missing = [], []
    for part, id_ in enumerate(dict.fromkeys(input.ids)):
        try:
            command = mark(id_, word)
        except NoSuchThingError:
            missing.append(id_)
            continue
        repeat = repeat_of(info, input, f"/{part}")
        outcome = await context.services.store.execute(command, context.actor, repeat)
        if outcome.refusal is not None:
            missing.append(id_)
        else:
            receipts.append(shown_receipt(outcome))
    context.forget()
    return receipts, missing
