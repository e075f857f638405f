"""Builders of test data: each argument says what a test is about, everything else is ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.access import Actor, Scope
from domain.catalogue import DEFAULT_PRODUCTS
from domain.districts import DistrictNames
from domain.tasks import WorkItem
from domain.values import CrewId, DistrictCode, EvidenceKind, MemberId, ProductCode, Role
from domain.world import Crew, Member, World

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

JINSHUI, ERQI, PINGYU, XINMI = (DistrictCode(code) for code in ("410105", "410103", "411723", "410183"))
"""金水区 with Wang (leader), Zhao and Li; 二七区 with Sun; 平舆县 without a crew; 新密市 with a crew of nobody."""

CULTURE_ROAD = "河南省郑州市金水区文化路85号3号楼502室"
CULTURE_ROAD_AGAIN = "郑州市金水区 文化路８５号3栋502"
GARDEN_ROAD = "郑州市金水区花园路1号A座1201"
COLLEGE_ROAD = "郑州市二七区大学路40号"

_DISTRICTS = (
    DistrictNames(JINSHUI, "金水区", "郑州市", ("郑东新区",)),
    DistrictNames(ERQI, "二七区", "郑州市"),
    DistrictNames(XINMI, "新密市", "郑州市"),
    DistrictNames(PINGYU, "平舆县", "驻马店市"),
)
_CREWS = {"jinshui": (JINSHUI, "Wang"), "erqi": (ERQI, "Sun"), "xinmi": (XINMI, None)}
_MEMBERS = {"Wang": "jinshui", "Zhao": "jinshui", "Li": "jinshui", "Sun": "erqi"}

UPSTREAM = Actor(Scope(Role.UPSTREAM), "orchestrator")
DISPATCHER = Actor(Scope(Role.DISPATCHER), "desk")
NMS = Actor(Scope(Role.NMS), "nms")


def crew(name: str, district: DistrictCode, leader: str | None = None) -> Crew:
    """A crew whose id is its name."""
    return Crew(
        CrewId(name), f"{name} crew", district, "豫中代维", MemberId(leader) if leader is not None else None
    )


def member(name: str, crew_: str, *, active: bool = True) -> Member:
    """A member whose id is the name."""
    return Member(MemberId(name), name, "13812345678", CrewId(crew_), active=active)


def world() -> World:
    """Four districts, three crews, four members and the products that a new database holds."""
    return World(
        version=1,
        districts={DistrictCode(district.code): district for district in _DISTRICTS},
        crews={CrewId(name): crew(name, *told) for name, told in _CREWS.items()},
        members={MemberId(name): member(name, of) for name, of in _MEMBERS.items()},
        products={ProductCode(product.code): product for product in DEFAULT_PRODUCTS},
    )


def with_crews(here: World, *crews: Crew) -> World:
    """The world with those crews in the place of their namesakes."""
    return replace(here, crews={**here.crews, **{crew_.id: crew_ for crew_ in crews}})


def with_members(here: World, *members: Member) -> World:
    """The world with those members in the place of their namesakes."""
    return replace(here, members={**here.members, **{member_.id: member_ for member_ in members}})


def actor(name: str, here: World | None = None) -> Actor:
    """A crew member as a caller."""
    present = here or world()
    of = present.members[MemberId(name)].crew
    return Actor(Scope(Role.CREW, MemberId(name), of, leader=present.crews[of].leader == name), name)


def order(
    number: str = "N1",
    product: str = "ENT_BROADBAND",
    action: str = "ACTIVATION",
    *,
    address: str = CULTURE_ROAD,
    district: str | None = None,
    standard_id: str | None = None,
    customer: str = "K1",
    level: str = "STANDARD",
    key: str | None = None,
    fused: bool = True,
    count: int | None = None,
    numbers: Iterable[str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """An ``OrderInput`` as upstream sends it; further fields by their names in the schema."""
    given: dict[str, Any] = {
        "number": number,
        "action": action,
        "product": product,
        "customer": {"number": customer, "name": "河南某公司", "contactPhone": "13800001234"},
        "address": {"text": address, "districtCode": district, "standardId": standard_id},
        "assuranceLevel": level,
        **fields,
    }
    if key is not None:
        listed = list(numbers) if numbers is not None else None
        given["fusion"] = {"key": key, "fused": fused, "relatedCount": count, "relatedNumbers": listed}
    return given


def fused_orders(*orders: Mapping[str, Any], key: str = "FK-1") -> list[dict[str, Any]]:
    """Those orders under one key, each with the right count and the numbers of all the others."""
    numbers = [str(each["number"]) for each in orders]
    return [
        {
            **each,
            "fusion": {
                "key": key,
                "fused": True,
                "relatedCount": len(orders) - 1,
                "relatedNumbers": [number for number in numbers if number != each["number"]],
            },
        }
        for each in orders
    ]


def evidence(item: WorkItem) -> dict[str, Any]:
    """Everything that the receipt of an item must carry."""
    values = {EvidenceKind.NUMBER: 4, EvidenceKind.BOOLEAN: True}
    return {
        needed.name: needed.choices[0] if needed.choices else values.get(needed.kind, "as on site")
        for needed in item.evidence
    }
