"""What the upstream system changes: its orders, and the receipts that it has."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access, commands
from domain.upstream import Mark
from resolvers.commands import perform, refused, require, shown_order
from resolvers.context import context_of
from resolvers.intake import MOST_ORDERS, take_in
from resolvers.ledger import mark_all
from resolvers.pages import row
from schema.described import described
from schema.dispatch_inputs import AcknowledgeReceiptsInput, CancelOrderInput, ReopenOrderInput
from schema.intake_inputs import IntakeOrdersInput
from schema.payloads import (
    AcknowledgeReceiptsPayload,
    CancellationPending,
    CancelOrderPayload,
    IntakeOrdersPayload,
    OrderCancelled,
    OrderReopened,
    ReopenOrderPayload,
)
from schema.scalars import bad_input

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class UpstreamMutations:
    """Orders and receipts."""

    @strawberry.mutation
    async def intake_orders(self, info: Info, input: IntakeOrdersInput) -> IntakeOrdersPayload | None:
        """工单接收: 1 to 500 orders, each answered by itself, in the order of the input.

        For UPSTREAM. The same order again is `duplicate`, with other contents an amendment, or
        ORDER_CONFLICT where that cannot be. INVALID_ORDER names every wrong field; SUSPEND and TERMINATE
        with a number and a known product are always taken. Fusing, splitting and dispatch happen at once:
        the answer shows the visits. A batch of none, or of more than 500, is BAD_USER_INPUT.

        Args:
            input: The orders.
        """
        context = context_of(info)
        require(context, access.MAY[commands.IntakeOrder], info.field_name)
        if not 1 <= len(input.orders) <= MOST_ORDERS:
            raise bad_input(f"a batch has 1 to {MOST_ORDERS} orders; this one has {len(input.orders)}")
        results = await take_in(info, input)
        return IntakeOrdersPayload(results=results, client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def cancel_order(self, info: Info, input: CancelOrderInput) -> CancelOrderPayload | None:
        """Upstream takes an order back; what of it is in the network is undone first.

        For UPSTREAM. NOT_CANCELLABLE: its final receipt has been made, or a suspension or termination is in
        effect.

        Args:
            input: Which order, and why.
        """
        outcome = await perform(info, input, commands.CancelOrder)
        if outcome.refusal is not None:
            return refused(outcome)
        success = CancellationPending if outcome.refs.pending else OrderCancelled
        return success(order=row(shown_order(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def reopen_order(self, info: Info, input: ReopenOrderInput) -> ReopenOrderPayload | None:
        """A FAILED or PARTIAL order gets a further attempt, with a visit that follows the last.

        For UPSTREAM and DISPATCHER. NOT_REOPENABLE: it is in another state.

        Args:
            input: Which order, and why.
        """
        outcome = await perform(info, input, commands.ReopenOrder)
        if outcome.refusal is not None:
            return refused(outcome)
        return OrderReopened(order=row(shown_order(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def acknowledge_receipts(
        self, info: Info, input: AcknowledgeReceiptsInput
    ) -> AcknowledgeReceiptsPayload | None:
        """Upstream has these receipts: their delivery is ACKNOWLEDGED.

        For an upstream that follows `receipts`.

        For UPSTREAM. Again is the same answer. None, or more than 500, is BAD_USER_INPUT.

        Args:
            input: Which receipts.
        """
        require(context_of(info), access.ACKNOWLEDGES, info.field_name)
        receipts, missing = await mark_all(info, input, Mark.ACKNOWLEDGED)
        return AcknowledgeReceiptsPayload(
            receipts=receipts, not_found=missing, client_mutation_id=input.client_mutation_id
        )
