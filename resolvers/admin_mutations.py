"""What administrators change: reference data, and with it which crew a visit goes to."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import access, administration
from domain.people import MemberView
from domain.ports import Saved
from domain.refusals import NotFound, Refusal
from domain.values import CrewId, MemberId
from domain.world import World
from resolvers.commands import check_texts, require
from resolvers.context import Context, context_of
from resolvers.pages import row
from resolvers.refreshing import refresh
from schema.admin_inputs import (
    RezoneCrewsInput,
    SaveCrewInput,
    SaveDistrictInput,
    SaveMemberInput,
    SaveProductInput,
)
from schema.admin_payloads import (
    CrewSaved,
    CrewsRezoned,
    DistrictSaved,
    MemberSaved,
    ProductSaved,
    RezoneCrewsPayload,
    SaveCrewPayload,
    SaveDistrictPayload,
    SaveMemberPayload,
    SaveProductPayload,
)
from schema.described import described
from schema.ids import NoSuchThingError

Info = strawberry.Info[Any, None]


@described
@strawberry.type
class AdminMutations:
    """Districts, crews, members and products."""

    @strawberry.mutation
    async def save_crew(self, info: Info, input: SaveCrewInput) -> SaveCrewPayload | None:
        """A crew is made or changed. Visits that waited for one in its district go to it.

        For ADMIN. DISTRICT_HAS_CREW names the crew which has the district; INVALID_INPUT: an unknown
        district, or a leader who is not of the crew.

        Args:
            input: The crew.
        """
        context, world = await _administering(info, input)
        try:
            wish = input.to_wish()
        except NoSuchThingError as wrong:
            return row(NotFound(str(wrong)))
        crew = administration.saved_crew(wish, world)
        if isinstance(crew, Refusal):
            return row(crew)
        saved = await context.services.administration.save_crew(crew)
        if isinstance(saved, Refusal):
            return row(saved)
        before = world.crews.get(crew.id)
        moved = before is not None and before.district_code != crew.district_code
        await refresh(context, saved, frozenset({crew.id}) if moved else frozenset())
        now = (await context.world()).crews[CrewId(saved.ids[0])]
        return CrewSaved(crew=row(now), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def rezone_crews(self, info: Info, input: RezoneCrewsInput) -> RezoneCrewsPayload | None:
        """Crews get other districts, all at once. Open items follow their district, claimed ones stay.

        For ADMIN. DISTRICT_HAS_CREW: a district would have two.

        Args:
            input: Which crew goes where.
        """
        context, world = await _administering(info, input)
        try:
            moves = administration.rezoned_crews(input.to_wish(), world)
        except NoSuchThingError as wrong:
            return row(NotFound(str(wrong)))
        if isinstance(moves, Refusal):
            return row(moves)
        saved = await context.services.administration.rezone(moves)
        if isinstance(saved, Refusal):
            return row(saved)
        tasks_moved = await refresh(context, saved, frozenset(moves))
        crews = (await context.world()).crews
        return CrewsRezoned(
            crews=row([crews[crew] for crew in moves]),
            tasks_moved=tasks_moved,
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation
    async def save_member(self, info: Info, input: SaveMemberInput) -> SaveMemberPayload | None:
        """A member is made or changed.

        Who leaves a crew, or is disabled, gives up what is claimed and not done.

        For ADMIN. INVALID_INPUT: a name or phone that is empty or too long.

        Args:
            input: The member.
        """
        context, world = await _administering(info, input)
        try:
            member = administration.saved_member(input.to_wish(), world)
        except NoSuchThingError as wrong:
            return row(NotFound(str(wrong)))
        if isinstance(member, Refusal):
            return row(member)
        saved = await context.services.administration.save_member(member)
        if isinstance(saved, Refusal):
            return row(saved)
        await refresh(context, saved)
        now = (await context.world()).members[MemberId(saved.ids[0])]
        return MemberSaved(member=row(MemberView(now)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def save_district(self, info: Info, input: SaveDistrictInput) -> SaveDistrictPayload | None:
        """A district is made or changed, by its code.

        Visits that named no known district are looked at again.

        For ADMIN. INVALID_INPUT: a code that is none, or a name that means another district.

        Args:
            input: The district.
        """
        context, world = await _administering(info, input)
        district = administration.saved_district(input.to_wish(), world)
        if isinstance(district, Refusal):
            return row(district)
        await refresh(context, await context.services.administration.save_districts([district]))
        return DistrictSaved(district=row(district), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def save_product(self, info: Info, input: SaveProductInput) -> SaveProductPayload | None:
        """A product is made or changed, by its code, with its rules and limits.

        Orders keep what they came with.

        For ADMIN. INVALID_INPUT names what is wrong.

        Args:
            input: The product.
        """
        context, world = await _administering(info, input)
        product = administration.saved_product(input.to_wish(), world)
        if isinstance(product, Refusal):
            return row(product)
        saved: Saved = await context.services.administration.save_product(product)
        await refresh(context, saved)
        return ProductSaved(product=row(product), client_mutation_id=input.client_mutation_id)


async def _administering(info: Any, input: Any) -> tuple[Context, World]:
    """The context of an administrator, with the present world."""
    context = context_of(info)
    require(context, access.ADMINISTERS, info.field_name)
    check_texts(input)
    context.forget()
    return context, await context.world()
