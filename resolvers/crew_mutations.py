"""接单: what members of a crew do before they go."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import commands
from resolvers.commands import (
    perform,
    refused,
    shown_appointment,
    shown_item,
    shown_items,
    shown_task,
)
from resolvers.pages import row
from schema.crew_payloads import (
    AcceptHandOverPayload,
    AppointmentBooked,
    AppointmentClosed,
    BookAppointmentPayload,
    ClaimTaskPayload,
    ClaimWorkItemPayload,
    CloseAppointmentPayload,
    HandOverOffered,
    OfferHandOverPayload,
    ReleaseWorkItemPayload,
    TaskClaimed,
    WorkItemClaimed,
    WorkItemHandedOver,
    WorkItemReleased,
)
from schema.described import described
from schema.inputs import (
    AcceptHandOverInput,
    BookAppointmentInput,
    ClaimTaskInput,
    ClaimWorkItemInput,
    CloseAppointmentInput,
    OfferHandOverInput,
    ReleaseWorkItemInput,
)

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class CrewMutations:
    """Claims, hand-overs, appointments."""

    @strawberry.mutation
    async def claim_task(self, info: Info, input: ClaimTaskInput) -> ClaimTaskPayload | None:
        """接单 of a whole visit: all its free items, at once.

        For CREW, of the visit's own crew. ALREADY_CLAIMED names who was faster; NOT_IN_CREW the crew which
        has it. NOT_CLAIMABLE: it is held, or nothing of it is open.

        Args:
            input: Which visit.
        """
        outcome = await perform(info, input, commands.ClaimTask)
        if outcome.refusal is not None:
            return refused(outcome)
        return TaskClaimed(
            task=row(shown_task(outcome)),
            items=row(shown_items(outcome)),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def claim_work_item(self, info: Info, input: ClaimWorkItemInput) -> ClaimWorkItemPayload | None:
        """接单 of one work item.

        Of all who try at once one wins; by the same person again it is the same answer.

        For CREW, of the visit's own crew. ALREADY_CLAIMED names who was faster; NOT_IN_CREW the crew which
        has it. NOT_CLAIMABLE: its visit is held, or it is over.

        Args:
            input: Which work item.
        """
        outcome = await perform(info, input, commands.ClaimWorkItem)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkItemClaimed(item=row(shown_item(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def release_work_item(
        self, info: Info, input: ReleaseWorkItemInput
    ) -> ReleaseWorkItemPayload | None:
        """A claimed work item is free for the crew again.

        For its claimant, the crew's leader and the dispatcher; on site for the latter two alone.
        NOT_CLAIMANT, NOT_RELEASABLE: it is free or final.

        Args:
            input: Which work item, and why.
        """
        outcome = await perform(info, input, commands.ReleaseWorkItem)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkItemReleased(item=row(shown_item(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def offer_hand_over(self, info: Info, input: OfferHandOverInput) -> OfferHandOverPayload | None:
        """A claimed work item is offered to another member of the crew. A new offer replaces the last.

        For its claimant, the crew's leader and the dispatcher; `force` is for the latter two, and hands it
        over at once. NOT_CLAIMANT, NOT_IN_CREW: that member is of another crew, NOT_RELEASABLE: it is free
        or final.

        Args:
            input: Which work item, and to whom.
        """
        outcome = await perform(info, input, commands.OfferHandOver)
        if outcome.refusal is not None:
            return refused(outcome)
        success = WorkItemHandedOver if outcome.refs.handed_over else HandOverOffered
        return success(item=row(shown_item(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def accept_hand_over(self, info: Info, input: AcceptHandOverInput) -> AcceptHandOverPayload | None:
        """The member to whom a work item is offered takes it; the first contact may move with it.

        For CREW. NO_OFFER: it was not, or is no longer, offered to the caller.

        Args:
            input: Which work item.
        """
        outcome = await perform(info, input, commands.AcceptHandOver)
        if outcome.refusal is not None:
            return refused(outcome)
        return WorkItemHandedOver(item=row(shown_item(outcome)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def book_appointment(
        self, info: Info, input: BookAppointmentInput
    ) -> BookAppointmentPayload | None:
        """The customer is told when the crew comes; with a `rescheduleReason` the active appointment is replaced.

        For the visit's first contact, the crew's leader and the dispatcher. FIRST_CONTACT_PENDING names the
        item that waits for a claim, NOT_FIRST_CONTACT whom to call, APPOINTMENT_EXISTS the active
        appointment. INVALID_WINDOW; NOT_BOOKABLE: held, begun or over.

        Args:
            input: Which visit, and when.
        """
        outcome = await perform(info, input, commands.BookAppointment)
        if outcome.refusal is not None:
            return refused(outcome)
        return AppointmentBooked(
            appointment=row(shown_appointment(outcome)), client_mutation_id=input.client_mutation_id
        )

    @strawberry.mutation
    async def close_appointment(
        self, info: Info, input: CloseAppointmentInput
    ) -> CloseAppointmentPayload | None:
        """An appointment ends without a visit: cancelled, missed by us, or failed by the customer.

        For the visit's first contact, the crew's leader and the dispatcher. NOT_FIRST_CONTACT names whom to
        call; NOT_CLOSABLE: it is over, or the crew is on site.

        Args:
            input: Which appointment, and how it ended.
        """
        outcome = await perform(info, input, commands.CloseAppointment)
        if outcome.refusal is not None:
            return refused(outcome)
        return AppointmentClosed(
            appointment=row(shown_appointment(outcome)), client_mutation_id=input.client_mutation_id
        )
