"""What the rules know of the world besides the group: districts, crews, members, products and policy.

Reference data lives outside the event log. A World is one consistent picture of it, read only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from domain.addresses import DistrictNames
from domain.backoff import pause_after
from domain.catalogue import Product
from domain.values import CrewId, DistrictCode, MemberId, ProductCode


@dataclass(frozen=True, slots=True)
class Crew:
    """集客施工班组: the only crew of its district."""

    id: CrewId
    name: str
    district_code: DistrictCode
    contractor: str | None = None
    leader: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a crew; inactive ones neither claim nor see."""

    id: MemberId
    name: str
    phone: str
    crew: CrewId
    active: bool = True
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings of the rules, with their defaults (D1, D4, 3.5). Proposals of ours, so they stay settings."""

    fusion_minutes: Mapping[str, int] = field(default_factory=lambda: {"AAA": 10, "AA": 20, "A": 30})
    default_fusion_minutes: int = 60
    count_includes_self: bool = False
    longest_window: timedelta = timedelta(hours=4)
    suspension_attempts: int = 3
    retry_seconds: float = 30
    hopeful_tries: int = 5

    def retry_after(self, tries: int) -> timedelta:
        """How long to leave the network alone after so many tries without a result: twice as long each time."""
        return pause_after(tries + 1, self.retry_seconds)

    def patience(self, assurance_level: str) -> timedelta:
        """How long a group waits for its missing orders, by 业务保障级别 (D4)."""
        return timedelta(minutes=self.fusion_minutes.get(assurance_level, self.default_fusion_minutes))


@dataclass(frozen=True, slots=True)
class World:
    """One picture of the reference data; ``version`` grows with each change of it."""

    version: int = 0
    districts: Mapping[DistrictCode, DistrictNames] = field(default_factory=dict)
    crews: Mapping[CrewId, Crew] = field(default_factory=dict)
    members: Mapping[MemberId, Member] = field(default_factory=dict)
    products: Mapping[ProductCode, Product] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)

    def crew_of(self, district: DistrictCode) -> Crew | None:
        """The crew of a district; there is at most one."""
        return next((crew for crew in self.crews.values() if crew.district_code == district), None)

    def active_members_of(self, crew: CrewId) -> tuple[Member, ...]:
        """Who of a crew can claim."""
        return tuple(m for m in self.members.values() if m.crew == crew and m.active)
