"""业务类型: the products and the rules that come with them, as data."""

from __future__ import annotations

from dataclasses import dataclass

from domain.values import EvidenceKind, OrderAction, SubTaskKind


@dataclass(frozen=True, slots=True)
class EvidenceRequirement:
    """One thing that a receipt must or may carry."""

    name: str
    kind: EvidenceKind
    choices: tuple[str, ...]
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class ProductRule:
    """What an action of a product needs."""

    action: OrderAction
    scenario: str | None
    sub_tasks: tuple[SubTaskKind, ...]
    evidence: tuple[EvidenceRequirement, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The limits of one metric."""

    metric: str
    unit: str
    lower: float | None
    upper: float | None
    of_subscribed_rate: bool
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A product."""

    code: str
    name: str
    name_zh: str
    line_bearing: bool
    line_rank: int | None
    rules: tuple[ProductRule, ...]
    thresholds: tuple[Threshold, ...]
