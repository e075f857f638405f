"""工单接收 as upstream sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain import values
from schema.described import described
from schema.repeats import Repeatable
from schema.scalars import write_instant


def _given(**fields: Any) -> dict[str, Any]:
    """What is there, under the names of the public schema."""
    return {name: value for name, value in fields.items() if value is not None}


@described
@strawberry.input
class CustomerInput:
    """Whom the order is for."""

    number: str
    """客户编号. Groups of one key serve one number only."""

    name: str
    """The customer's name."""

    contact_name: str | None = None
    """Whom to ask for on site."""

    contact_phone: str | None = None
    """The phone of that person."""

    def fields(self) -> Mapping[str, Any]:
        """As a plain mapping."""
        return _given(
            number=self.number,
            name=self.name,
            contactName=self.contact_name,
            contactPhone=self.contact_phone,
        )


@described
@strawberry.input
class AddressInput:
    """客户安装地址."""

    text: str
    """As it stands in the order, at most 500 characters. Example:
    `河南省郑州市金水区文化路85号3号楼502室`."""

    district_code: str | None = None
    """区县 by its six digits; a known code wins over the text."""

    standard_id: str | None = None
    """The standard address id, where there is one."""

    def fields(self) -> Mapping[str, Any]:
        """As a plain mapping."""
        return _given(text=self.text, districtCode=self.district_code, standardId=self.standard_id)


@described
@strawberry.input
class FusionInput:
    """How the order belongs together with others."""

    key: str
    """融合工单主键: the same for all orders of a group."""

    fused: bool | None = True
    """是否为融合产品. false together with associated orders is HELD for FLAG_CONFLICT."""

    related_count: int | None = None
    """关联工单数量: how many other orders to wait for, itself not counted."""

    related_numbers: list[str] | None = None
    """关联工单号: the numbers of the others."""

    def fields(self) -> Mapping[str, Any]:
        """As a plain mapping."""
        return _given(
            key=self.key,
            fused=self.fused is not False,
            relatedCount=self.related_count,
            relatedNumbers=self.related_numbers,
        )


@described
@strawberry.input
class OrderInput:
    """工单 as received. At most 64 KiB as JSON."""

    number: str
    """工单号. The same number with the same contents is the same order: `duplicate`."""

    action: values.OrderAction
    """What is to be done."""

    product: str
    """业务类型 by its code. Example: `ENT_BROADBAND`."""

    customer: CustomerInput
    """Whom it is for."""

    address: AddressInput
    """Where it is done."""

    requirement: str | None = None
    """需求信息, at most 4,000 characters."""

    scenario: str | None = None
    """应用场景."""

    assurance_level: str | None = "STANDARD"
    """业务保障级别. Says how long its group waits: AAA 10 minutes, AA 20, A 30, any other 60."""

    fusion: FusionInput | None = None
    """How it belongs together with others; absent: it fuses with none."""

    red_list: bool | None = False
    """红名单. Shown, never evaluated."""

    post_pay: bool | None = False
    """后付费. Shown, never evaluated."""

    installed_serials: list[str] | None = None
    """Of TERMINATE: the devices that must come back."""

    activation_data: JSON | None = None
    """The first data: what is sent to activate it."""

    check_data: JSON | None = None
    """The second data: what is sent to check it."""

    due_at: datetime | None = None
    """When it should be done."""

    extra: JSON | None = None
    """Any further field, kept as received."""

    def fields(self) -> Mapping[str, Any]:
        """As a plain mapping of JSON values, under the names of the public schema."""
        return _given(
            number=self.number,
            action=self.action.value,
            product=self.product,
            customer=self.customer.fields(),
            address=self.address.fields(),
            requirement=self.requirement,
            scenario=self.scenario,
            assuranceLevel=self.assurance_level or "STANDARD",
            fusion=self.fusion.fields() if self.fusion is not None else None,
            redList=bool(self.red_list),
            postPay=bool(self.post_pay),
            installedSerials=self.installed_serials,
            activationData=self.activation_data,
            checkData=self.check_data,
            dueAt=write_instant(self.due_at) if self.due_at is not None else None,
            extra=self.extra,
        )


@described
@strawberry.input
class IntakeOrdersInput(Repeatable):
    """A batch of orders."""

    orders: list[OrderInput]
    """1 to 500 orders; each is answered by itself, in this order."""
