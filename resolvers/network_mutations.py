"""What the network management system tells, and what the dispatcher has sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from domain import access, commands
from resolvers.commands import perform, refused, require, shown_sub_task
from resolvers.context import context_of
from resolvers.pages import row
from resolvers.uncounted import note_uncounted
from schema.crew_payloads import (
    ReportSubTaskPayload,
    RetrySubTaskPayload,
    SubTaskReported,
    SubTaskRetried,
)
from schema.described import described
from schema.dispatch_inputs import ReportSubTaskInput, RetrySubTaskInput
from schema.scalars import bad_input

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class NetworkMutations:
    """Activation and quality check."""

    @strawberry.mutation
    async def report_sub_task(self, info: Info, input: ReportSubTaskInput) -> ReportSubTaskPayload | None:
        """The result of an attempt of an activation or a quality check.

        For NMS. The same `eventId` again is the same answer; a report of an earlier attempt is recorded and
        counts not. The verdict of a check is made from its measures. INVALID_INPUT: a construction, or a
        report that says nothing.

        Args:
            input: Which attempt, and what became of it.
        """
        outcome = await perform(info, input, commands.ReportSubTask)
        await note_uncounted(context_of(info), input, outcome)
        if outcome.refusal is not None:
            return refused(outcome)
        return SubTaskReported(
            sub_task=row(shown_sub_task(outcome)),
            counted=outcome.refs.counted,
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def retry_sub_task(self, info: Info, input: RetrySubTaskInput) -> RetrySubTaskPayload | None:
        """An activation or a quality check is sent again, with other data where they are given.

        For DISPATCHER. NOT_RETRYABLE: it is not needed, is under way or has succeeded.

        Args:
            input: Which sub-task, and what to send otherwise.
        """
        require(context_of(info), access.MAY[commands.RetrySubTask], info.field_name)
        if input.data is not None and not isinstance(input.data, Mapping):
            raise bad_input("`data` is not an object; give the fields to send otherwise by their names")
        outcome = await perform(info, input, commands.RetrySubTask)
        if outcome.refusal is not None:
            return refused(outcome)
        return SubTaskRetried(
            sub_task=row(shown_sub_task(outcome)), client_mutation_id=input.client_mutation_id
        )
