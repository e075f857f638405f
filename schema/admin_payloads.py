"""What the mutations of administrators may answer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.bare_refusals import NotFound
from schema.crews import Crew, District, Member
from schema.described import described
from schema.products import Product
from schema.refusals import DistrictHasCrew, InvalidInput
from schema.repeats import Repeated


@described
@strawberry.type
class CrewSaved(Repeated):
    """The crew is stored."""

    crew: Crew
    """The crew."""


SaveCrewPayload = Annotated[
    CrewSaved | DistrictHasCrew | NotFound | InvalidInput,
    strawberry.union("SaveCrewPayload", description="The answer of `saveCrew`."),
]


@described
@strawberry.type
class CrewsRezoned(Repeated):
    """The crews have their new districts."""

    crews: list[Crew]
    """The crews, in the order of the input."""

    tasks_moved: int
    """How many visits went to another crew."""


RezoneCrewsPayload = Annotated[
    CrewsRezoned | DistrictHasCrew | NotFound,
    strawberry.union("RezoneCrewsPayload", description="The answer of `rezoneCrews`."),
]


@described
@strawberry.type
class MemberSaved(Repeated):
    """The member is stored."""

    member: Member
    """The member."""


SaveMemberPayload = Annotated[
    MemberSaved | NotFound | InvalidInput,
    strawberry.union("SaveMemberPayload", description="The answer of `saveMember`."),
]


@described
@strawberry.type
class DistrictSaved(Repeated):
    """The district is stored."""

    district: District
    """The district."""


SaveDistrictPayload = Annotated[
    DistrictSaved | InvalidInput,
    strawberry.union("SaveDistrictPayload", description="The answer of `saveDistrict`."),
]


@described
@strawberry.type
class ProductSaved(Repeated):
    """The product is stored."""

    product: Product
    """The product."""


SaveProductPayload = Annotated[
    ProductSaved | InvalidInput,
    strawberry.union("SaveProductPayload", description="The answer of `saveProduct`."),
]
