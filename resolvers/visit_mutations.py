"""上门 and 回单: what members of a crew do on site."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access, commands
from domain.ports import Outcome
from domain.refusals import InvalidInput, NotFound
from resolvers.commands import (
    perform,
    perform_all,
    problems_in,
    refused,
    require,
    shown_item,
    shown_order,
    shown_receipt,
)
from resolvers.context import context_of
from resolvers.pages import row
from schema.crew_payloads import (
    HoldWorkItemPayload,
    ReceiptAccepted,
    ReturnWorkItemPayload,
    StartWorkPayload,
    SubmitReceiptPayload,
    WorkItemHeld,
    WorkItemReturned,
    WorkStarted,
)
from schema.described import described
from schema.ids import NoSuchThingError
from schema.inputs import (
    HoldWorkItemInput,
    ItemReceiptInput,
    ReturnWorkItemInput,
    StartWorkInput,
    SubmitReceiptInput,
)
from schema.scalars import bad_input

Info = strawberry.Info[Any, None]
MOST_ITEMS = 200


@described
@strawberry.type
class VisitMutations:
    """Work, receipts, holds and returns."""

    @strawberry.mutation
    async def start_work(self, info: Info, input: StartWorkInput) -> StartWorkPayload | None:
        """上门: the claimant is on site, with or without an appointment; an active one is under way from now on.

        For its claimant. NOT_CLAIMANT; NOT_STARTABLE: its visit is held, or the item is not CLAIMED.

        Args:
            input: Which work item.
        """
        outcome = await perform(info, input, commands.StartWork)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkStarted(item=row(shown_item(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def submit_receipt(self, info: Info, input: SubmitReceiptInput) -> SubmitReceiptPayload | None:
        """回单, one form for one or several work items (合单回单): one receipt per item, each answered by itself.

        For the claimant of each item. Refusals are looked for in this order: NOT_FOUND, NOT_CLAIMANT,
        ALREADY_RECEIPTED, NOT_RECEIPTABLE, STALE_VERSION, EVIDENCE_MISSING, INVALID_INPUT, SERIAL_MISMATCH,
        RECOVERY_INCOMPLETE. A form without items, or with more than 200, is BAD_USER_INPUT.

        Args:
            input: The form.
        """
        context = context_of(info)
        require(context, access.MAY[commands.SubmitReceipt], info.field_name)
        if not 1 <= len(input.items) <= MOST_ITEMS:
            raise bad_input(f"a form has 1 to {MOST_ITEMS} items; this one has {len(input.items)}")
        outcomes = await perform_all(info, input, [_command(item) for item in input.items])
        groups = [id_ for outcome in outcomes for id_ in outcome.groups]
        present = await context.services.reads.groups(set(groups)) if groups else {}
        results = []
        for outcome in outcomes:
            if outcome.refusal is not None:
                results.append(refused(outcome))
                continue
            now = Outcome({id_: present[id_] for id_ in outcome.groups}, outcome.refs)
            results.append(ReceiptAccepted(receipt=row(shown_receipt(now)), item=row(shown_item(now))))
        return SubmitReceiptPayload(results=results, client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def hold_work_item(self, info: Info, input: HoldWorkItemInput) -> HoldWorkItemPayload | None:
        """A work item cannot go on: the customer postpones, or something blocks it. Its order is HELD.

        For its claimant, the crew's leader and the dispatcher. Never of SUSPEND and TERMINATE:
        NOT_HOLDABLE. NOT_CLAIMANT; INVALID_INPUT: another cause than CUSTOMER_POSTPONED and BLOCKED, or an
        `until` in the past.

        Args:
            input: Which work item, and what stops it.
        """
        outcome = await perform(info, input, commands.HoldWorkItem)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkItemHeld(
            item=row(shown_item(outcome)),
            order=row(shown_order(outcome)),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def return_work_item(self, info: Info, input: ReturnWorkItemInput) -> ReturnWorkItemPayload | None:
        """退单: a work item is given back upstream with a reason; its order fails.

        For its claimant, of SURVEY and ACTIVATION alone. NOT_CLAIMANT; NOT_RETURNABLE: SUSPEND, TERMINATE
        and RESUME are always carried out, OTHER needs a note, and only what is claimed or on site can be
        returned.

        Args:
            input: Which work item, and why.
        """
        outcome = await perform(info, input, commands.ReturnWorkItem)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkItemReturned(
            item=row(shown_item(outcome)),
            receipt=row(shown_receipt(outcome)),
            client_mutation_id=input.client_mutation_id,
        )


def _command(item: ItemReceiptInput) -> commands.SubmitReceipt | NotFound | InvalidInput:
    """What one item of a form says."""
    try:
        return _why_not_readable(item) or item.to_command()
    except NoSuchThingError as wrong:
        return NotFound(str(wrong))


def _why_not_readable(item: ItemReceiptInput) -> InvalidInput | None:
    """What in the evidence nothing can hold; what is missing or wrong in it the rule says."""
    problems = tuple(problems_in(item.evidence, ("evidence",)))
    return InvalidInput("the receipt holds texts that cannot be stored", problems) if problems else None
