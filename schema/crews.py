"""施工班组, its members, its district, and who is looking."""

from __future__ import annotations

import strawberry

from domain import access, filters, values
from domain import world as domain
from domain.pages import Window
from domain.values import CrewId
from engine.fields import computed, related
from schema.described import described
from schema.filters import TaskFilter
from schema.node import Node
from schema.paging import window
from schema.refs import CrewRef, MemberRef, TaskConnectionRef


@described
@strawberry.type
class District(Node):
    """区县: a county-level division, with exactly one crew or none. For every role."""

    code: str
    """Six digits of GB/T 2260. Example: `410105`."""

    name: str
    """Its full name. Example: `金水区`."""

    prefecture: str
    """The city that it belongs to. Example: `郑州市`."""

    aliases: list[str]
    """Further names that mean it in addresses, old ones among them. Example: `郑东新区`."""

    crew: CrewRef | None = related("crew_of_district", by="code")
    """Its crew; null while it has none, and its visits are HELD for NO_CREW."""


def tasks_of(
    crew: domain.Crew,
    filter: TaskFilter | None = None,
    first: int | None = None,
    after: str | None = None,
) -> tuple[CrewId, filters.TaskFilter, Window]:
    """The key of a crew's visits.

    Args:
        crew: The crew.
        filter: Which visits; all when absent.
        first: How many: 50 when absent, at most 200.
        after: The `cursor` of the edge behind which to go on.
    """
    return crew.id, (filter or TaskFilter()).wanted(), window(first, after)


@described
@strawberry.type
class Crew(Node):
    """集客施工班组: the only crew of its district."""

    name: str
    """Its name. Example: `金水区集客施工班组`."""

    district: District = related("district", by="district_code")
    """The district that it works in."""

    contractor: str | None
    """代维: the company that it works for."""

    leader: MemberRef | None = related("member", by="leader", when=access.may_see_people)
    """Who leads it; null while nobody does, and for members of other crews."""

    members: list[MemberRef] = related("members_of_crew", when=access.may_see_people, otherwise=list)
    """Its members by name, inactive ones among them; empty for members of other crews."""

    tasks: TaskConnectionRef = related("tasks_of_crew", by=tasks_of)
    """Its visits, newest first. A member of another crew sees those of groups in which its own crew has a
    visit."""


@described
@strawberry.type
class Member(Node):
    """A person of a crew."""

    name: str
    """接单人姓名."""

    phone: str = computed(access.phone)
    """联系电话. Open to UPSTREAM, DISPATCHER and ADMIN, to the own crew, and where a group shows the
    person (claimant, first contact, offer) to every crew member who sees the group. For others masked,
    `138****1234`."""

    crew: Crew = related("crew", by="crew")
    """The crew that it belongs to."""

    active: bool
    """Whether it can claim; what a member who is disabled had claimed is free again."""

    skills: list[str]
    """What it can do, in words of the crew's own."""


@described
@strawberry.type
class Viewer:
    """Who is calling, as the gateway understands the token."""

    id: strawberry.ID
    """The caller's id."""

    role: values.Role
    """What it may do."""

    member: Member | None
    """Who it is, for the role CREW."""

    crew: Crew | None
    """Where it works, for the role CREW."""

    districts: list[District] | None
    """The districts that it is limited to; null: not limited."""
