"""What the dispatcher decides."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access, commands
from domain.administration import alias_problems
from domain.ports import Terms, WorldChangedError
from domain.refusals import InvalidInput
from domain.upstream import Mark
from domain.values import DistrictCode, HoldResolution
from resolvers.administering import MOST_TRIES
from resolvers.commands import (
    created_task,
    perform,
    refused,
    require,
    shown_groups,
    shown_order,
    shown_receipt,
    shown_task,
)
from resolvers.context import Context, context_of
from resolvers.ledger import mark_all
from resolvers.pages import row
from resolvers.refreshing import refresh
from schema.described import described
from schema.dispatch_inputs import (
    AcceptPartialInput,
    DispatchGroupInput,
    MergeTasksInput,
    ReplayReceiptsInput,
    ResolveHoldInput,
    SplitTaskInput,
)
from schema.payloads import (
    AcceptPartialPayload,
    DispatchGroupPayload,
    GroupDispatched,
    HoldResolved,
    MergeTasksPayload,
    PartialAccepted,
    ReplayReceiptsPayload,
    ResolveHoldPayload,
    SplitTaskPayload,
    TasksMerged,
    TaskSplit,
)

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class DispatchMutations:
    """Groups, visits, holds and dead letters."""

    @strawberry.mutation
    async def dispatch_group(self, info: Info, input: DispatchGroupInput) -> DispatchGroupPayload | None:
        """A group that collects is dispatched without waiting for the rest; `partialDispatch` says so for good.

        For DISPATCHER. NOT_COLLECTING: it is dispatched, or held for FLAG_CONFLICT or KEY_CONFLICT.

        Args:
            input: Which group, and why.
        """
        outcome = await perform(info, input, commands.DispatchGroup)
        if outcome.refusal is not None:
            return refused(outcome)
        group = shown_groups(outcome)[0]
        return GroupDispatched(
            group=row(group), tasks=row(group.tasks), client_mutation_id=input.client_mutation_id
        )

    @strawberry.mutation
    async def resolve_hold(self, info: Info, input: ResolveHoldInput) -> ResolveHoldPayload | None:
        """The decision for which a group, a visit or an order is HELD.

        For DISPATCHER. NOT_HELD: the hold is elsewhere, or gone; WRONG_RESOLUTION names those which serve
        it; INVALID_INPUT: the resolution lacks what it needs, or a name cannot be learned.

        Args:
            input: What is held, and what is decided.
        """
        context = context_of(info)
        require(context, access.MAY[commands.ResolveHold], info.field_name)
        learns = input.learn_alias if input.resolution is HoldResolution.SET_DISTRICT else None
        if learns is not None:
            code = DistrictCode(input.district_code or "")
            problems = alias_problems(code, learns, await context.world())
            if problems:
                return row(InvalidInput("this name cannot be learned; nothing was changed", problems))
        outcome = await perform(info, input, commands.ResolveHold)
        if outcome.refusal is not None:
            return refused(outcome)
        if learns is not None:
            await _learn(context, DistrictCode(input.district_code or ""), learns)
        return HoldResolved(groups=row(shown_groups(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def merge_tasks(self, info: Info, input: MergeTasksInput) -> MergeTasksPayload | None:
        """Visits to one door become one: the first takes in the others.

        For DISPATCHER. NOT_MERGEABLE: other groups, districts or customers, or one of them has begun.

        Args:
            input: Which visits, and why.
        """
        outcome = await perform(info, input, commands.MergeTasks)
        if outcome.refusal is not None:
            return refused(outcome)
        return TasksMerged(task=row(shown_task(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def split_task(self, info: Info, input: SplitTaskInput) -> SplitTaskPayload | None:
        """Items of a visit get a visit of their own.

        For DISPATCHER. NOT_SPLITTABLE: the visit has begun, or nothing would stay or go.

        Args:
            input: Which items of which visit, and why.
        """
        outcome = await perform(info, input, commands.SplitTask)
        if outcome.refusal is not None:
            return refused(outcome)
        return TaskSplit(
            task=row(shown_task(outcome)),
            created=row(created_task(outcome)),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def accept_partial(self, info: Info, input: AcceptPartialInput) -> AcceptPartialPayload | None:
        """An order is closed as PARTIAL: its construction is done, and another part failed for good.

        For DISPATCHER. NOT_ACCEPTABLE: construction is not done, or nothing else has failed for good.

        Args:
            input: Which order, and why that is acceptable.
        """
        outcome = await perform(info, input, commands.AcceptPartial)
        if outcome.refusal is not None:
            return refused(outcome)
        return PartialAccepted(
            order=row(shown_order(outcome)),
            receipt=row(shown_receipt(outcome)),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def replay_receipts(self, info: Info, input: ReplayReceiptsInput) -> ReplayReceiptsPayload | None:
        """Dead letters are sent again; those which are not DEAD stay as they are.

        For DISPATCHER. None, or more than 500, is BAD_USER_INPUT.

        Args:
            input: Which receipts.
        """
        require(context_of(info), access.REPLAYS, info.field_name)
        receipts, missing = await mark_all(info, input, Mark.REPLAY)
        return ReplayReceiptsPayload(
            receipts=receipts, not_found=missing, client_mutation_id=input.client_mutation_id
        )


async def _learn(context: Context, code: DistrictCode, alias: str) -> None:
    """From now on the name means that district, unless it came to mean another one meanwhile."""
    for _ in range(MOST_TRIES):
        context.forget()
        world = await context.world()
        if alias_problems(code, alias, world):
            return
        try:
            saved = await context.services.administration.learn_alias(code, alias, Terms(world.version))
        except WorldChangedError:
            continue
        await refresh(context, saved)
        return
