"""Receipts marked as acknowledged, or to be sent again, each by a command of its own."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.commands import MarkReceipt
from domain.refusals import NotFound
from domain.upstream import Mark
from resolvers.commands import perform_all, shown_receipt
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
    ids = list(dict.fromkeys(input.ids))
    outcomes = await perform_all(info, input, [_command(id_, word) for id_ in ids])
    receipts = [shown_receipt(outcome) for outcome in outcomes if outcome.refusal is None]
    return receipts, [id_ for id_, own in zip(ids, outcomes, strict=True) if own.refusal is not None]


def _command(id_: strawberry.ID, word: Mark) -> MarkReceipt | NotFound:
    try:
        return mark(id_, word)
    except NoSuchThingError as wrong:
        return NotFound(str(wrong))
