"""工单 as clients see it, and what it is made of."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain import access, values
from domain.pages import Window
from domain.values import OrderNumber
from domain.views import OrderView
from engine.fields import computed, related
from schema.described import described
from schema.node import Node
from schema.paging import window
from schema.products import Product
from schema.receipts import Receipt
from schema.refs import DistrictRef, ExchangeConnectionRef, FusionGroupRef, MemberRef, WorkItemRef
from schema.subtasks import SubTask


@described
@strawberry.type
class Hold:
    """Why something waits for a decision.

    `resolveHold` ends it; an intake, a new crew or the lapse of time may end it as well.
    """

    cause: values.HoldCause
    """What has to be decided."""

    message: str = computed(access.hold_message)
    """The cause in a sentence, with what would help. For people; its wording may change.

    The NMS reads `***` where the sentence would name customers.
    """

    since: datetime
    """When it began."""


@described
@strawberry.type
class Jeopardy:
    """A promise that is near to being broken, and why."""

    level: values.JeopardyLevel
    """How near."""

    message: str
    """What is wrong, in a sentence for people."""

    since: datetime
    """When this level was reached."""


@described
@strawberry.type
class Customer:
    """Whom an order is for, as far as the caller may know.

    UPSTREAM, DISPATCHER and ADMIN see all of it, and so do the leader of the crew that visits this customer
    and whoever claims an item of such a visit. Other members of the group's crews see the phone masked,
    `138****1234`. VIEWER sees the phone masked and the contact's name as `***`; NMS sees number and name as
    `***`, and no contact.
    """

    number: str
    """客户编号: the customer's number upstream. Example: `K1`."""

    name: str
    """The customer's name, usually a company's."""

    contact_name: str | None
    """Whom to ask for on site; null where upstream named nobody, and for the NMS."""

    contact_phone: str | None
    """The phone of that person; null where upstream gave none, and for the NMS."""


@described
@strawberry.type
class Address:
    """客户安装地址: where the work is done.

    UPSTREAM, DISPATCHER, ADMIN and VIEWER see all of it, a crew that of its own visits. Everybody else
    reads `***`, no standard id, and the district.
    """

    text: str
    """As upstream wrote it. Example: `河南省郑州市金水区文化路85号3号楼502室`."""

    canonical: str
    """The form in which all spellings of one door of a district are equal. Example: `文化路85号3栋502室`."""

    standard_id: str | None
    """Upstream's standard address id, where it gave one; two ids are two doors, whatever the texts."""

    district: DistrictRef | None = related("district", by="district_code")
    """区县 that it lies in; null where neither code nor text names one."""


def exchanges_of(
    order: OrderView, first: int | None = None, after: str | None = None
) -> tuple[OrderNumber, Window]:
    """The key of an order's exchanges.

    Args:
        order: The order.
        first: How many of the newest exchanges: 50 when absent, at most 200.
        after: The `cursor` of the edge behind which to go on.
    """
    return order.row.number, window(first, after)


@described
@strawberry.type
class Order(Node):
    """工单: one product times one action, as the upstream system sold it.

    Everybody sees state, step and handler of an order in a group that they may see: a crew member those
    groups in which its crew has a visit, every other role all.
    """

    number: str
    """工单号: unique, opaque, chosen upstream. Example: `HA-ESOP-20261122-000101`."""

    action: values.OrderAction
    """What upstream wants done."""

    product: Product = related("product", by="product_code")
    """业务类型: the product it is about."""

    state: values.OrderState
    """工单状态, derived from the state of its parts. SUSPEND and TERMINATE are never PENDING, HELD,
    PARTIAL or FAILED."""

    step: values.Step
    """当前环节: the furthest step that holds, derived."""

    handler: MemberRef | None = related("member_in_group", by="handler")
    """当前处理人: the claimant while the work item is claimed or on site, else null."""

    hold: Hold | None
    """Why it is HELD (its own hold, its visit's or its group's), else null."""

    jeopardy: Jeopardy | None
    """What endangers this order, such as an activation that failed for good; null when nothing does."""

    customer: Customer = computed(access.customer)
    """Whom it is for. Masked by role, see `Customer`."""

    address: Address = computed(access.address)
    """客户安装地址. Masked by role, see `Address`."""

    requirement: str | None
    """需求信息: what the customer asked for, in upstream's words. At most 4,000 characters."""

    scenario: str | None
    """应用场景, as upstream names it. A product's rules may be narrowed by it."""

    assurance_level: str
    """业务保障级别. Says how long a group waits: AAA 10 minutes, AA 20, A 30, any other 60."""

    red_list: bool | None = computed(access.red_list)
    """红名单: a customer protected upstream. Shown, never evaluated. Null for crew members who neither
    lead a crew of the group nor claim an item of it, and for the NMS."""

    post_pay: bool | None = computed(access.post_pay)
    """后付费: a customer who pays later. Shown, never evaluated. Null for the same callers as `redList`."""

    related_count: int
    """关联工单数量: how many other orders upstream says belong to it; 0 without a word on it."""

    related_numbers: list[str]
    """关联工单号: the others that this order itself names. What the whole group expects is
    `group.expectedNumbers`."""

    group: FusionGroupRef
    """融合工单: its group. An order that fuses with none is a group of one."""

    work_item: WorkItemRef | None
    """施工单 of the present attempt; null before dispatch and where no visit is needed."""

    sub_tasks: list[SubTask]
    """Construction, activation and quality check, always the three in this order; NOT_APPLICABLE says
    which are not needed."""

    receipts: list[Receipt] = computed(access.receipts)
    """回单, newest first. Everything for UPSTREAM, DISPATCHER, ADMIN and VIEWER; for a crew, those of
    orders of its own visits; nothing for the NMS."""

    exchanges: ExchangeConnectionRef | None = related(
        "exchanges", by=exchanges_of, when=access.may_see_ledger
    )
    """派发/回复: what went over the line, newest first. For UPSTREAM, DISPATCHER and ADMIN; null for
    others."""

    attempt: int
    """1, and one more each time it is reopened."""

    raw: JSON | None = related("raw", by="number", when=access.may_see_ledger)
    """The payload as last received, nothing lost. For UPSTREAM, DISPATCHER and ADMIN; null for others."""

    version: int
    """Grows with each change that upstream makes to it."""

    received_at: datetime
    """When it was first received."""

    due_at: datetime | None
    """When upstream wants it done; null without a wish."""

    closed_at: datetime | None
    """When it became final; null while anything is open."""
