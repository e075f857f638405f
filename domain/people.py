"""Members as they are shown: with or without their phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from domain.values import CrewId, MemberId
from domain.world import Member

_LONG_ENOUGH: Final = 8
_DIGIT: Final = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as a row. ``shared`` says that the group in which it stands shows it to all who see the group."""

    row: Member
    shared: bool = False

    @property
    def id(self) -> MemberId:
        """The member's id."""
        return self.row.id

    @property
    def name(self) -> str:
        """接单人姓名."""
        return self.row.name

    @property
    def crew(self) -> CrewId:
        """The crew."""
        return self.row.crew

    @property
    def active(self) -> bool:
        """Whether it can claim."""
        return self.row.active

    @property
    def skills(self) -> tuple[str, ...]:
        """What it can do."""
        return self.row.skills


def masked_phone(phone: str) -> str:
    """The first three and the last four characters, 138****1234; of a shorter number nothing."""
    if len(_DIGIT.findall(phone)) < _LONG_ENOUGH:
        return "****"
    return f"{phone[:3]}****{phone[-4:]}"
