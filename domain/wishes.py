"""What administrators ask for: districts, crews, members and products; and what of them is to be written."""

from __future__ import annotations

from dataclasses import dataclass

from domain.catalogue import Product, ProductRule, Threshold
from domain.districts import DistrictNames
from domain.values import CrewId, DistrictCode, MemberId, ProductCode
from domain.world import Crew, Member


class Wish:
    """A change of reference data that somebody asks for. Null fields stay as they are."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SaveDistrict(Wish):
    """A district is made, or changed, by its code."""

    code: DistrictCode
    name: str
    prefecture: str
    aliases: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LearnAlias(Wish):
    """From now on this name means that district."""

    code: DistrictCode
    alias: str


@dataclass(frozen=True, slots=True)
class SaveCrew(Wish):
    """A crew is made under ``new_id``, or with ``id`` changed."""

    district_code: DistrictCode
    name: str
    new_id: CrewId
    id: CrewId | None = None
    contractor: str | None = None
    leader: MemberId | None = None


@dataclass(frozen=True, slots=True)
class RezoneCrews(Wish):
    """Crews get other districts, all at once, so that two can change places."""

    moves: tuple[tuple[CrewId, DistrictCode], ...]


@dataclass(frozen=True, slots=True)
class SaveMember(Wish):
    """A member is made under ``new_id``, or with ``id`` changed."""

    crew: CrewId
    name: str
    phone: str
    new_id: MemberId
    id: MemberId | None = None
    active: bool | None = None
    skills: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SaveProduct(Wish):
    """A product is made, or changed, by its code. ``rules`` replace those of their actions, ``thresholds`` all."""

    code: ProductCode
    name: str | None = None
    name_zh: str | None = None
    line_bearing: bool | None = None
    line_rank: int | None = None
    rules: tuple[ProductRule, ...] | None = None
    thresholds: tuple[Threshold, ...] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows to put in the place of their namesakes (by code or id), and which groups are to be refreshed.

    Those are the open groups with an open visit in ``touched_districts`` or for ``touched_crews``, and all
    with a visit held for NO_DISTRICT when ``finds_districts``. ``moved`` are crews whose district changed.
    """

    districts: tuple[DistrictNames, ...] = ()
    crews: tuple[Crew, ...] = ()
    members: tuple[Member, ...] = ()
    products: tuple[Product, ...] = ()
    moved: frozenset[CrewId] = frozenset()
    touched_districts: frozenset[DistrictCode] = frozenset()
    touched_crews: frozenset[CrewId] = frozenset()
    finds_districts: bool = False
