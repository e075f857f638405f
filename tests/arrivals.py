"""Orders as upstream sends them: each argument says what a test is about, everything else is ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.tasks import WorkItem
from domain.values import EvidenceKind
from tests.people import (
    DISPATCHER,
    ERQI,
    JINSHUI,
    NMS,
    PINGYU,
    UPSTREAM,
    XINMI,
    actor,
    crew,
    member,
    with_crews,
    with_members,
    world,
)

__all__ = [
    "DISPATCHER",
    "ERQI",
    "JINSHUI",
    "NMS",
    "PINGYU",
    "UPSTREAM",
    "XINMI",
    "actor",
    "crew",
    "member",
    "with_crews",
    "with_members",
    "world",
]

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CULTURE_ROAD = "河南省郑州市金水区文化路85号3号楼502室"
CULTURE_ROAD_AGAIN = "郑州市金水区 文化路８５号3栋502"
GARDEN_ROAD = "郑州市金水区花园路1号A座1201"
COLLEGE_ROAD = "郑州市二七区大学路40号"


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
