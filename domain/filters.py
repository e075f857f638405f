"""What a caller may ask a list for: filters and sorts, with the names of the public schema.

All given conditions of a filter must hold; of a list of values any. A null condition holds always, an empty
list of values never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.values import (
    CrewId,
    DeliveryState,
    DistrictCode,
    GroupState,
    HoldCause,
    MemberId,
    OrderAction,
    OrderNumber,
    OrderState,
    ProductCode,
    ReceiptKind,
    Step,
    TaskState,
    UpdateKind,
)


class OrderSort(StrEnum):
    """The order of a list of orders. Ties go by number; orders without a due time come last."""

    RECEIVED_AT_DESC = "RECEIVED_AT_DESC"
    RECEIVED_AT_ASC = "RECEIVED_AT_ASC"
    DUE_AT_ASC = "DUE_AT_ASC"
    NUMBER_ASC = "NUMBER_ASC"


class FusionGroupSort(StrEnum):
    """The order of a list of groups. Ties go by id; groups without a deadline come last."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    DEADLINE_AT_ASC = "DEADLINE_AT_ASC"


class TaskSort(StrEnum):
    """The order of a list of visits. Ties go by id; visits without the instant come last."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    DUE_AT_ASC = "DUE_AT_ASC"
    APPOINTMENT_ASC = "APPOINTMENT_ASC"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders. District, crew and claimant are those of the present visit, the district of the address before."""

    states: tuple[OrderState, ...] | None = None
    steps: tuple[Step, ...] | None = None
    actions: tuple[OrderAction, ...] | None = None
    district_codes: tuple[DistrictCode, ...] | None = None
    crew_ids: tuple[CrewId, ...] | None = None
    claimant_ids: tuple[MemberId, ...] | None = None
    products: tuple[ProductCode, ...] | None = None
    assurance_levels: tuple[str, ...] | None = None
    hold_causes: tuple[HoldCause, ...] | None = None
    due_before: datetime | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class FusionGroupFilter:
    """Which groups. District, crew and product are those of any of its orders and visits."""

    states: tuple[GroupState, ...] | None = None
    district_codes: tuple[DistrictCode, ...] | None = None
    crew_ids: tuple[CrewId, ...] | None = None
    products: tuple[ProductCode, ...] | None = None
    hold_causes: tuple[HoldCause, ...] | None = None
    fused_only: bool | None = None
    deadline_before: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which visits. ``claimant_ids`` are those of any of its items, ``group_keys`` of its group."""

    states: tuple[TaskState, ...] | None = None
    group_keys: tuple[str, ...] | None = None
    district_codes: tuple[DistrictCode, ...] | None = None
    crew_ids: tuple[CrewId, ...] | None = None
    claimant_ids: tuple[MemberId, ...] | None = None
    appointment_required: bool | None = None
    hold_causes: tuple[HoldCause, ...] | None = None
    due_before: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """Which receipts."""

    deliveries: tuple[DeliveryState, ...] | None = None
    kinds: tuple[ReceiptKind, ...] | None = None
    order_numbers: tuple[OrderNumber, ...] | None = None


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which orders are counted: those received in [``received_from``, ``received_to``)."""

    district_codes: tuple[DistrictCode, ...] | None = None
    products: tuple[ProductCode, ...] | None = None
    assurance_levels: tuple[str, ...] | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class UpdateFilter:
    """Which updates. District, crew, product and level are those of any order or visit of the update's group."""

    district_codes: tuple[DistrictCode, ...] | None = None
    crew_ids: tuple[CrewId, ...] | None = None
    group_keys: tuple[str, ...] | None = None
    kinds: tuple[UpdateKind, ...] | None = None
    products: tuple[ProductCode, ...] | None = None
    assurance_levels: tuple[str, ...] | None = None
