"""What administrators ask for: districts, crews, members and products. Null fields stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.catalogue import ProductRule, Threshold
from domain.values import CrewId, DistrictCode, MemberId, ProductCode


@dataclass(frozen=True, slots=True)
class SaveDistrict:
    """A district is made, or changed, by its code."""

    code: DistrictCode
    name: str
    prefecture: str
    aliases: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SaveCrew:
    """A crew is made, or with ``id`` changed."""

    district_code: DistrictCode
    name: str
    id: CrewId | None = None
    contractor: str | None = None
    leader: MemberId | None = None


@dataclass(frozen=True, slots=True)
class RezoneCrews:
    """Crews get other districts, all at once, so that two can change places."""

    moves: tuple[tuple[CrewId, DistrictCode], ...]


@dataclass(frozen=True, slots=True)
class SaveMember:
    """A member is made, or with ``id`` changed."""

    crew: CrewId
    name: str
    phone: str
    id: MemberId | None = None
    active: bool | None = None
    skills: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SaveProduct:
    """A product is made, or changed, by its code. ``rules`` replace those of their actions, ``thresholds`` all."""

    code: ProductCode
    name: str | None = None
    name_zh: str | None = None
    line_bearing: bool | None = None
    line_rank: int | None = None
    rules: tuple[ProductRule, ...] | None = None
    thresholds: tuple[Threshold, ...] | None = None
    activation_template: Any = None
    check_template: Any = None
    confirm_repairs: bool | None = None
