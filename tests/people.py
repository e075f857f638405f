"""The one world of the tests: four districts, three crews, four members, and whoever else calls.

金水区 has Wang, who leads Li and Zhao; 二七区 has Sun, who leads himself; 新密市 has a crew of nobody; 平舆县 has none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from domain.access import Actor, Scope
from domain.addresses import DistrictNames
from domain.catalogue import DEFAULT_PRODUCTS, Product
from domain.values import CrewId, DistrictCode, MemberId, ProductCode, Role
from domain.world import Crew, Member, Policy, World

JINSHUI, ERQI, PINGYU, XINMI = (DistrictCode(code) for code in ("410105", "410103", "411723", "410183"))
JINSHUI_CREW, ERQI_CREW, XINMI_CREW = (CrewId(name) for name in ("jinshui", "erqi", "xinmi"))
LI, ZHAO, WANG, SUN = (MemberId(name) for name in ("Li", "Zhao", "Wang", "Sun"))

_DISTRICTS = (
    DistrictNames(JINSHUI, "金水区", "郑州市", ("郑东新区",)),
    DistrictNames(ERQI, "二七区", "郑州市"),
    DistrictNames(XINMI, "新密市", "郑州市"),
    DistrictNames(PINGYU, "平舆县", "驻马店市"),
)


def crew(name: str, district: str, leader: str | None = None) -> Crew:
    """A crew whose id is its name."""
    led = MemberId(leader) if leader is not None else None
    return Crew(CrewId(name), f"{name} crew", DistrictCode(district), "豫中代维", led)


def member(name: str, crew: str = JINSHUI_CREW, *, active: bool = True) -> Member:
    """A member whose id is the name."""
    return Member(MemberId(name), name, "13812345678", CrewId(crew), active=active)


_CREWS = (crew(JINSHUI_CREW, JINSHUI, WANG), crew(ERQI_CREW, ERQI, SUN), crew(XINMI_CREW, XINMI))
_MEMBERS = (member(WANG), member(ZHAO), member(LI), member(SUN, ERQI_CREW))


def world(
    *members: Member,
    crews: Collection[Crew] = _CREWS,
    products: Collection[Product] = DEFAULT_PRODUCTS,
    policy: Policy | None = None,
) -> World:
    """The world, with the products that a new database holds.

    ``members`` replace those of the same id; ``crews`` replace all.
    """
    return World(
        version=1,
        districts={DistrictCode(district.code): district for district in _DISTRICTS},
        crews={row.id: row for row in crews},
        members={row.id: row for row in (*_MEMBERS, *members)},
        products={ProductCode(product.code): product for product in products},
        policy=policy or Policy(),
    )


def with_crews(here: World, *crews: Crew) -> World:
    """The world with those crews in the place of their namesakes."""
    return replace(here, crews={**here.crews, **{row.id: row for row in crews}})


def with_members(here: World, *members: Member) -> World:
    """The world with those members in the place of their namesakes."""
    return replace(here, members={**here.members, **{row.id: row for row in members}})


def actor(name: str = LI, of: World | None = None) -> Actor:
    """A crew member who calls: crew and leadership are as the world has them."""
    known = of or world()
    row = known.members[MemberId(name)]
    return Actor(Scope(Role.CREW, row.id, row.crew, known.crews[row.crew].leader == row.id), row.id)


def caller(role: Role) -> Actor:
    """A caller of a role which needs no person."""
    return Actor(Scope(role), role.lower())


UPSTREAM = Actor(Scope(Role.UPSTREAM), "orchestrator")
DISPATCHER = Actor(Scope(Role.DISPATCHER), "desk")
NMS = caller(Role.NMS)
