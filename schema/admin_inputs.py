"""What administrators send. An absent field stays as it is."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from domain import catalogue, values, wishes
from domain.values import CrewId, DistrictCode, MemberId, ProductCode
from schema.described import described
from schema.ids import own_id, several
from schema.repeats import Repeatable


@described
@strawberry.input
class SaveDistrictInput(Repeatable):
    """A district is made or changed, by its code."""

    code: str
    """Six digits of GB/T 2260. Example: `410105`."""

    name: str
    """Its full name. Example: `金水区`."""

    prefecture: str
    """The city that it belongs to. Example: `郑州市`."""

    aliases: list[str] | None = None
    """Further names that mean it; replaces those that are there."""

    def to_wish(self) -> wishes.SaveDistrict:
        """The wish."""
        return wishes.SaveDistrict(
            DistrictCode(self.code), self.name, self.prefecture, several(str, self.aliases)
        )


@described
@strawberry.input
class SaveCrewInput(Repeatable):
    """A crew is made or changed."""

    id: strawberry.ID | None = None
    """`Crew.id`; absent: a new one."""

    district_code: str
    """Its district; for a crew that is there another one is what `rezoneCrews` does."""

    name: str
    """Its name. Example: `金水区集客施工班组`."""

    contractor: str | None = None
    """代维: the company that it works for."""

    leader_id: strawberry.ID | None = None
    """`Member.id` of an active member of this crew."""

    def to_wish(self) -> wishes.SaveCrew:
        """The wish."""
        return wishes.SaveCrew(
            district_code=DistrictCode(self.district_code),
            name=self.name,
            id=own_id("Crew", CrewId, self.id) if self.id is not None else None,
            contractor=self.contractor,
            leader=own_id("Member", MemberId, self.leader_id) if self.leader_id is not None else None,
        )


@described
@strawberry.input
class CrewMoveInput:
    """A crew and its new district."""

    crew_id: strawberry.ID
    """`Crew.id`."""

    district_code: str
    """The district, by its six digits."""


@described
@strawberry.input
class RezoneCrewsInput(Repeatable):
    """Crews get other districts, all at once, so that two can change places."""

    moves: list[CrewMoveInput]
    """Which crew goes where."""

    def to_wish(self) -> wishes.RezoneCrews:
        """The wish."""
        moves = ((own_id("Crew", CrewId, m.crew_id), DistrictCode(m.district_code)) for m in self.moves)
        return wishes.RezoneCrews(tuple(moves))


@described
@strawberry.input
class SaveMemberInput(Repeatable):
    """A member is made or changed. A new one is active."""

    id: strawberry.ID | None = None
    """`Member.id`; absent: a new one."""

    crew_id: strawberry.ID
    """`Crew.id`; who changes crew gives up what is claimed and not done."""

    name: str
    """接单人姓名."""

    phone: str
    """联系电话."""

    active: bool | None = None
    """false: can no longer claim, and gives up what is claimed and not done."""

    skills: list[str] | None = None
    """What it can do; replaces what is there."""

    def to_wish(self) -> wishes.SaveMember:
        """The wish."""
        return wishes.SaveMember(
            crew=own_id("Crew", CrewId, self.crew_id),
            name=self.name,
            phone=self.phone,
            id=own_id("Member", MemberId, self.id) if self.id is not None else None,
            active=self.active,
            skills=several(str, self.skills),
        )


@described
@strawberry.input
class EvidenceRequirementInput:
    """What a receipt must or may carry."""

    name: str
    """The key in the receipt's evidence. Example: `ont_serial`."""

    kind: values.EvidenceKind
    """What kind of value it is."""

    choices: list[str] | None = None
    """The values allowed for CHOICE; of no other kind."""

    required: bool | None = True
    """Whether a receipt without it is refused."""

    description: str
    """What to enter, for the person on site."""

    def requirement(self) -> catalogue.EvidenceRequirement:
        """For the rules."""
        return catalogue.EvidenceRequirement(
            self.name, self.kind, tuple(self.choices or ()), self.required is not False, self.description
        )


@described
@strawberry.input
class ProductRuleInput:
    """What an action on a product needs."""

    action: values.OrderAction
    """The action that the rule is for."""

    scenario: str | None = None
    """应用场景 that it is for; absent: every scenario without a rule of its own."""

    sub_tasks: list[values.SubTaskKind]
    """The parts that apply."""

    evidence: list[EvidenceRequirementInput]
    """What the construction receipt carries."""

    def rule(self) -> catalogue.ProductRule:
        """For the rules."""
        evidence = tuple(piece.requirement() for piece in self.evidence)
        return catalogue.ProductRule(self.action, self.scenario, tuple(self.sub_tasks), evidence)


@described
@strawberry.input
class ThresholdInput:
    """The limits of one metric of the quality check."""

    metric: str
    """What is measured. Example: `tcpDownKbps`."""

    unit: str
    """Of the figure. Example: `kbit/s`."""

    lower: float | None = None
    """The least that passes, inclusive."""

    upper: float | None = None
    """The most that passes, inclusive."""

    of_subscribed_rate: bool | None = False
    """true: the limits are shares of the subscribed rate."""

    mandatory: bool | None = True
    """Whether a check without this figure fails."""

    def threshold(self) -> catalogue.Threshold:
        """For the rules."""
        return catalogue.Threshold(
            self.metric,
            self.unit,
            self.lower,
            self.upper,
            bool(self.of_subscribed_rate),
            self.mandatory is not False,
        )


@described
@strawberry.input
class SaveProductInput(Repeatable):
    """A product is made or changed, by its code. Orders keep what they were received with."""

    code: str
    """Its code: A-Z, 0-9 and _. Example: `DATA_LINE`."""

    name: str | None = None
    """Its English name; a new product needs one."""

    name_zh: str | None = None
    """Its Chinese name; a new product needs one."""

    line_bearing: bool | None = None
    """线路承载: whether it brings the line that the others run on."""

    line_rank: int | None = None
    """Of a line-bearing product: the lowest rank of a visit leads it; 100 for a new one that does not say."""

    rules: list[ProductRuleInput] | None = None
    """Replace those of the actions that they name."""

    thresholds: list[ThresholdInput] | None = None
    """Replace all that are there."""

    activation_template: JSON | None = None
    """The usual "first data" (激活), an object: where history knows no value for a repair, it is taken from here."""

    check_template: JSON | None = None
    """The usual "second data" (核查), as `activationTemplate`."""

    confirm_repairs: bool | None = None
    """Whether a repair waits for a dispatcher's `retrySubTask` before it is sent."""

    def to_wish(self) -> wishes.SaveProduct:
        """The wish."""
        return wishes.SaveProduct(
            code=ProductCode(self.code),
            name=self.name,
            name_zh=self.name_zh,
            line_bearing=self.line_bearing,
            line_rank=self.line_rank,
            rules=tuple(rule.rule() for rule in self.rules) if self.rules is not None else None,
            thresholds=tuple(t.threshold() for t in self.thresholds) if self.thresholds is not None else None,
            activation_template=self.activation_template,
            check_template=self.check_template,
            confirm_repairs=self.confirm_repairs,
        )
