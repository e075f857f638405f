"""Which entries of a list: all given conditions must hold, of a list of values any.

An absent condition holds always, an empty list of values never.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import callbacks, filters, values
from domain.values import CrewId, DistrictCode, MemberId, OrderNumber, ProductCode
from schema.described import described
from schema.ids import filter_ids, several
from schema.scalars import bad_input

LONGEST_TEXT = 200


def _sought(text: str | None) -> str | None:
    """The text to look for, null for one that is blank."""
    if text is not None and ("\0" in text or len(text) > LONGEST_TEXT):
        raise bad_input(f"`text` holds NUL or is longer than {LONGEST_TEXT} characters")
    return text.strip() or None if text is not None else None


@described
@strawberry.input
class UpdateFilter:
    """Which updates.

    District, crew, product and level are those of any order or visit of the update's group.
    """

    district_codes: list[str] | None = None
    """Districts by code."""

    crew_ids: list[strawberry.ID] | None = None
    """Crews by `Crew.id`."""

    group_keys: list[str] | None = None
    """融合工单主键, any round."""

    kinds: list[values.UpdateKind] | None = None
    """What happened."""

    products: list[str] | None = None
    """Products by code."""

    assurance_levels: list[str] | None = None
    """业务保障级别, such as `AAA`."""

    def wanted(self) -> filters.UpdateFilter:
        """The filter for the rules."""
        return filters.UpdateFilter(
            district_codes=several(DistrictCode, self.district_codes),
            crew_ids=filter_ids("Crew", CrewId, self.crew_ids, "crewIds"),
            group_keys=several(str, self.group_keys),
            kinds=tuple(self.kinds) if self.kinds is not None else None,
            products=several(ProductCode, self.products),
            assurance_levels=several(str, self.assurance_levels),
        )


@described
@strawberry.input
class OrderFilter:
    """Which orders."""

    states: list[values.OrderState] | None = None
    """工单状态."""

    steps: list[values.Step] | None = None
    """当前环节."""

    actions: list[values.OrderAction] | None = None
    """What upstream wants done."""

    district_codes: list[str] | None = None
    """Districts by code: of the visit, before dispatch of the address."""

    crew_ids: list[strawberry.ID] | None = None
    """Crews of the visit by `Crew.id`."""

    claimant_ids: list[strawberry.ID] | None = None
    """Claimants of the work item by `Member.id`."""

    products: list[str] | None = None
    """Products by code."""

    assurance_levels: list[str] | None = None
    """业务保障级别, such as `AAA`."""

    hold_causes: list[values.HoldCause] | None = None
    """Why it is HELD."""

    due_before: datetime | None = None
    """Due before this instant."""

    received_from: datetime | None = None
    """Received at this instant or later."""

    received_to: datetime | None = None
    """Received before this instant."""

    text: str | None = None
    """Part of the number, the customer's name or number, or the address, as far as the caller may see
    them."""

    def wanted(self) -> filters.OrderFilter:
        """The filter for the store."""
        return filters.OrderFilter(
            states=tuple(self.states) if self.states is not None else None,
            steps=tuple(self.steps) if self.steps is not None else None,
            actions=tuple(self.actions) if self.actions is not None else None,
            district_codes=several(DistrictCode, self.district_codes),
            crew_ids=filter_ids("Crew", CrewId, self.crew_ids, "crewIds"),
            claimant_ids=filter_ids("Member", MemberId, self.claimant_ids, "claimantIds"),
            products=several(ProductCode, self.products),
            assurance_levels=several(str, self.assurance_levels),
            hold_causes=tuple(self.hold_causes) if self.hold_causes is not None else None,
            due_before=self.due_before,
            received_from=self.received_from,
            received_to=self.received_to,
            text=_sought(self.text),
        )


@described
@strawberry.input
class FusionGroupFilter:
    """Which groups."""

    states: list[values.GroupState] | None = None
    """States of the group."""

    district_codes: list[str] | None = None
    """Districts by code, of any of its visits and addresses."""

    crew_ids: list[strawberry.ID] | None = None
    """Crews by `Crew.id`, of any of its visits."""

    products: list[str] | None = None
    """Products by code, of any of its orders."""

    hold_causes: list[values.HoldCause] | None = None
    """Why the group is HELD."""

    fused_only: bool | None = None
    """true: without the groups of one of orders that fuse with none."""

    deadline_before: datetime | None = None
    """With a deadline before this instant."""

    text: str | None = None
    """Part of the key, an order's number, the customer's name or number, or an address, as far as the
    caller may see them."""

    def wanted(self) -> filters.FusionGroupFilter:
        """The filter for the store."""
        return filters.FusionGroupFilter(
            states=tuple(self.states) if self.states is not None else None,
            district_codes=several(DistrictCode, self.district_codes),
            crew_ids=filter_ids("Crew", CrewId, self.crew_ids, "crewIds"),
            products=several(ProductCode, self.products),
            hold_causes=tuple(self.hold_causes) if self.hold_causes is not None else None,
            fused_only=self.fused_only,
            deadline_before=self.deadline_before,
            text=_sought(self.text),
        )


@described
@strawberry.input
class TaskFilter:
    """Which visits."""

    states: list[values.TaskState] | None = None
    """States of the visit."""

    district_codes: list[str] | None = None
    """Districts by code."""

    crew_ids: list[strawberry.ID] | None = None
    """Crews by `Crew.id`."""

    claimant_ids: list[strawberry.ID] | None = None
    """Claimants of any of its items, by `Member.id`."""

    appointment_required: bool | None = None
    """Whether somebody has yet to call the customer."""

    hold_causes: list[values.HoldCause] | None = None
    """Why the visit is HELD."""

    due_before: datetime | None = None
    """Due before this instant."""

    text: str | None = None
    """Part of an order's number, the customer's name or number, or the address, as far as the caller may
    see them."""

    def wanted(self) -> filters.TaskFilter:
        """The filter for the store."""
        return filters.TaskFilter(
            states=tuple(self.states) if self.states is not None else None,
            district_codes=several(DistrictCode, self.district_codes),
            crew_ids=filter_ids("Crew", CrewId, self.crew_ids, "crewIds"),
            claimant_ids=filter_ids("Member", MemberId, self.claimant_ids, "claimantIds"),
            appointment_required=self.appointment_required,
            hold_causes=tuple(self.hold_causes) if self.hold_causes is not None else None,
            due_before=self.due_before,
            text=_sought(self.text),
        )


@described
@strawberry.input
class ReceiptFilter:
    """Which receipts."""

    deliveries: list[values.DeliveryState] | None = None
    """How far they are on their way; DEAD finds the dead letters."""

    kinds: list[values.ReceiptKind] | None = None
    """Of the construction, or of the whole order."""

    order_numbers: list[str] | None = None
    """工单号."""

    def wanted(self) -> filters.ReceiptFilter:
        """The filter for the store."""
        return filters.ReceiptFilter(
            deliveries=tuple(self.deliveries) if self.deliveries is not None else None,
            kinds=tuple(self.kinds) if self.kinds is not None else None,
            order_numbers=several(OrderNumber, self.order_numbers),
        )


@described
@strawberry.input
class CallbackFilter:
    """Which callbacks."""

    statuses: list[callbacks.CallbackStatus] | None = None
    """What became of them."""

    sources: list[callbacks.CallbackSource] | None = None
    """Which way they came."""

    order_numbers: list[str] | None = None
    """工单号, as they name it."""

    received_from: datetime | None = None
    """Received at this instant or later."""

    received_to: datetime | None = None
    """Received before this instant."""

    def wanted(self) -> callbacks.CallbackFilter:
        """The filter for the records."""
        return callbacks.CallbackFilter(
            statuses=tuple(self.statuses) if self.statuses is not None else None,
            sources=tuple(self.sources) if self.sources is not None else None,
            order_numbers=several(OrderNumber, self.order_numbers),
            received_from=self.received_from,
            received_to=self.received_to,
        )


@described
@strawberry.input
class BoardFilter:
    """Which orders are counted, with their groups and visits."""

    district_codes: list[str] | None = None
    """Districts by code."""

    products: list[str] | None = None
    """Products by code."""

    assurance_levels: list[str] | None = None
    """业务保障级别, such as `AAA`."""

    from_: datetime | None = strawberry.field(default=None, name="from")
    """Received at this instant or later."""

    to: datetime | None = None
    """Received before this instant."""

    def wanted(self) -> filters.BoardFilter:
        """The filter for the store."""
        return filters.BoardFilter(
            district_codes=several(DistrictCode, self.district_codes),
            products=several(ProductCode, self.products),
            assurance_levels=several(str, self.assurance_levels),
            received_from=self.from_,
            received_to=self.to,
        )
