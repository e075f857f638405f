"""What administrators change: reference data, and with it which crew a visit goes to."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import administration
from domain.people import MemberView
from domain.refusals import Refusal
from domain.values import CrewId, DistrictCode, MemberId, ProductCode
from domain.world import Crew, World
from resolvers.administering import administer
from resolvers.context import context_of
from resolvers.pages import row
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
        save = context_of(info).services.administration.save_crew
        done = await administer(
            info, input, lambda world: administration.saved_crew(input.to_wish(), world), save, _moves_away
        )
        if isinstance(done, Refusal):
            return row(done)
        crew = done.world.crews[CrewId(done.ids[0])]
        return CrewSaved(crew=row(crew), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def rezone_crews(self, info: Info, input: RezoneCrewsInput) -> RezoneCrewsPayload | None:
        """Crews get other districts, all at once. Open items follow their district, claimed ones stay.

        For ADMIN. DISTRICT_HAS_CREW: a district would have two.

        Args:
            input: Which crew goes where.
        """
        save = context_of(info).services.administration.rezone
        done = await administer(
            info,
            input,
            lambda world: administration.rezoned_crews(input.to_wish(), world),
            save,
            lambda moves, _world: frozenset(moves),
        )
        if isinstance(done, Refusal):
            return row(done)
        return CrewsRezoned(
            crews=row([done.world.crews[CrewId(crew)] for crew in done.ids]),
            tasks_moved=done.tasks_moved,
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
        save = context_of(info).services.administration.save_member
        done = await administer(
            info, input, lambda world: administration.saved_member(input.to_wish(), world), save
        )
        if isinstance(done, Refusal):
            return row(done)
        member = done.world.members[MemberId(done.ids[0])]
        return MemberSaved(member=row(MemberView(member)), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def save_district(self, info: Info, input: SaveDistrictInput) -> SaveDistrictPayload | None:
        """A district is made or changed, by its code.

        Visits that named no known district are looked at again.

        For ADMIN. INVALID_INPUT: a code that is none, or a name that means another district.

        Args:
            input: The district.
        """
        save = context_of(info).services.administration.save_districts
        done = await administer(
            info,
            input,
            lambda world: administration.saved_district(input.to_wish(), world),
            lambda district, terms: save([district], terms),
        )
        if isinstance(done, Refusal):
            return row(done)
        district = done.world.districts[DistrictCode(done.ids[0])]
        return DistrictSaved(district=row(district), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation
    async def save_product(self, info: Info, input: SaveProductInput) -> SaveProductPayload | None:
        """A product is made or changed, by its code, with its rules and limits.

        Orders keep what they came with.

        For ADMIN. INVALID_INPUT names what is wrong.

        Args:
            input: The product.
        """
        save = context_of(info).services.administration.save_product
        done = await administer(
            info, input, lambda world: administration.saved_product(input.to_wish(), world), save
        )
        if isinstance(done, Refusal):
            return row(done)
        product = done.world.products[ProductCode(done.ids[0])]
        return ProductSaved(product=row(product), client_mutation_id=input.client_mutation_id)


def _moves_away(crew: Crew, world: World) -> frozenset[CrewId]:
    """The crew, if it is known and gets another district."""
    before = world.crews.get(crew.id)
    return frozenset({crew.id} if before is not None and before.district_code != crew.district_code else ())
