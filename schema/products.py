"""业务类型: the products, their rules and their limits."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from domain import values
from schema.described import described
from schema.node import Node


@described
@strawberry.type
class EvidenceRequirement:
    """What a receipt must or may carry, keyed by name in its evidence. Recovery lines are not among them."""

    name: str
    """The key in the receipt's `evidence`. Stable data of the product. Example: `ont_serial`."""

    kind: values.EvidenceKind
    """What kind of value it is. PHOTO is a reference as text until there are attachments."""

    choices: list[str]
    """The values allowed for CHOICE; empty for every other kind."""

    required: bool
    """Whether a receipt without it is refused with EVIDENCE_MISSING."""

    description: str
    """What to enter, for the person on site."""


@described
@strawberry.type
class ProductRule:
    """What an action on a product needs."""

    action: values.OrderAction
    """The action that the rule is for."""

    scenario: str | None
    """应用场景 that it is for; null: every scenario without a rule of its own."""

    sub_tasks: list[values.SubTaskKind]
    """The parts that apply. Without CONSTRUCTION no visit is made."""

    evidence: list[EvidenceRequirement]
    """What the construction receipt carries."""


@described
@strawberry.type
class Threshold:
    """The limits of one metric of the quality check."""

    metric: str
    """What is measured. Example: `tcpDownKbps`."""

    unit: str
    """Of the figure; of the limits as well, unless they are shares. Example: `kbit/s`."""

    lower: float | None
    """The least that passes, inclusive; null without a limit."""

    upper: float | None
    """The most that passes, inclusive; null without a limit."""

    of_subscribed_rate: bool
    """Whether the limits are shares of the subscribed rate: 0.9 of 100,000 kbit/s."""

    mandatory: bool
    """Whether a check without this figure fails; otherwise it is recorded and decides nothing."""


@described
@strawberry.type
class Product(Node):
    """业务类型: a product that upstream sells, with its rules as data. For every role."""

    code: str
    """Its code, as orders name it. Example: `INTERNET_LINE`."""

    name: str
    """Its English name."""

    name_zh: str
    """Its Chinese name. Example: `互联网专线`."""

    line_bearing: bool
    """线路承载: whether it brings the line that the others run on."""

    line_rank: int | None
    """Whose claimant is the first contact: the lowest rank of a visit. Null for products that bear no
    line."""

    rules: list[ProductRule]
    """What each action needs."""

    thresholds: list[Threshold]
    """The limits of its quality check."""

    activation_template: JSON
    """The usual "first data" (激活): where history knows no value for a repair, it is taken from here."""

    check_template: JSON
    """The usual "second data" (核查), as `activationTemplate`."""

    confirm_repairs: bool
    """Whether a repair waits for a dispatcher's `retrySubTask` before it is sent."""
