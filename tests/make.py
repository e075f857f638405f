"""Values for tests: a small world, orders, groups, callers. A test names what it is about, the rest is ordinary.

The day runs so: orders arrive from MORNING on, are dispatched at DISPATCH, claimed from CLAIMS on a minute apart in
the order given, and commands come at NOON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from domain import acceptance, decide, values
from domain.access import SYSTEM, Actor
from domain.commands import Command
from domain.contacts import first_contact
from domain.decisions import Decision, Done
from domain.gathering import make_ready
from domain.groups import Group, group_id, item_id
from domain.journal import Context, Journal
from domain.orders import Customer, Fusion, Hold, InstallAddress, Order, OrderPayload, Receipt
from domain.refusals import Refusal
from domain.subtasks import with_part
from domain.tasks import Appointment, Task, WorkItem
from domain.world import World
from tests.memory import Memory
from tests.people import (
    DISPATCHER,
    ERQI,
    ERQI_CREW,
    JINSHUI,
    JINSHUI_CREW,
    LI,
    NMS,
    PINGYU,
    SUN,
    UPSTREAM,
    WANG,
    ZHAO,
    actor,
    caller,
    crew,
    member,
    world,
)

__all__ = [
    "DISPATCHER",
    "ERQI",
    "ERQI_CREW",
    "JINSHUI",
    "JINSHUI_CREW",
    "LI",
    "NMS",
    "PINGYU",
    "SUN",
    "UPSTREAM",
    "WANG",
    "ZHAO",
    "actor",
    "caller",
    "crew",
    "member",
    "world",
]

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DISPATCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLAIMS = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOOR = "河南省郑州市金水区文化路85号3号楼502室"
OTHER_DOOR = "郑州市金水区花园路1号A座1201室"
ERQI_DOOR = "郑州市二七区大学路40号"
CREWLESS_DOOR = "驻马店市平舆县健康路12号"
NOWHERE = "文化路85号"
CUSTOMER = Customer("K1", "郑州华信科技有限公司", "陈女士", "13800001234")


def context(
    by: Actor | str = LI,
    *,
    now: datetime = NOON,
    of: World | None = None,
    keys: str = "",
    groups: Iterable[Group] = (),
) -> Context:
    """Who commands, when, in which world. ``by`` may be a member's name; ``keys`` are parted by spaces."""
    known = of or world()
    who = actor(by, of=known) if isinstance(by, str) else by
    return Context(who, now, known, frozenset(keys.split()), Memory(groups))


def payload(
    number: str = "N1",
    *,
    action: values.OrderAction | str = values.OrderAction.ACTIVATION,
    product: str = "ENT_BROADBAND",
    address: str | InstallAddress = DOOR,
    customer: str | Customer = CUSTOMER,
    key: str | None = None,
    related: Sequence[str] = (),
    count: int | None = None,
    fused: bool = True,
    serials: Sequence[str] = (),
    **fields: Any,
) -> OrderPayload:
    """An order as upstream sends it; ``key`` makes it fuse, ``related`` and ``count`` are what it says of others."""
    payload = OrderPayload(
        number=values.OrderNumber(number),
        action=values.OrderAction(action),
        product=values.ProductCode(product),
        customer=replace(CUSTOMER, number=customer) if isinstance(customer, str) else customer,
        address=InstallAddress(address) if isinstance(address, str) else address,
        fusion=Fusion(key, fused, count, tuple(map(values.OrderNumber, related)))
        if key is not None
        else None,
        installed_serials=tuple(serials),
    )
    payload = replace(payload, **fields)
    return replace(payload, digest=payload.digest or f"{crc32(repr(payload).encode()):x}")


def order(
    number: str = "N1",
    *,
    received_at: datetime = MORNING,
    hold: values.HoldCause | None = None,
    of: World | None = None,
    **fields: Any,
) -> Order:
    """An order just received; ``fields`` as for ``payload``."""
    received = acceptance.new_order(payload(number, **fields), context(UPSTREAM, now=received_at, of=of))
    return replace(received, hold=Hold(hold, "said by the test", received_at) if hold is not None else None)


def collecting(*orders: Order, key: str = "FK-1", round_: int = 1, fused: bool = True, **facts: Any) -> Group:
    """A group whose orders are received and not dispatched. ``facts`` are fields of the group."""
    founder = orders[0].payload.customer
    group = Group(group_id(key, round_), key, round_, fused, founder, MORNING, revision=1)
    return replace(group.holding(*orders), **facts)


def group(
    *orders: Order,
    key: str = "FK-1",
    round_: int = 1,
    claimed: Mapping[str, str] | None = None,
    on_site: Mapping[str, str] | None = None,
    done: Mapping[str, str] | None = None,
    returned: Mapping[str, str] | None = None,
    cancelled: Collection[str] = (),
    of: World | None = None,
) -> Group:
    """A dispatched group: visits and items as the rules of dispatch make them, the items then as told.

    ``claimed={"N2": "Zhao", "N1": "Li"}``: order number → claimant, the earliest claim first; the rest stays open.
    """
    journal = Journal(
        collecting(*(orders or (order(),)), key=key, round_=round_), context(SYSTEM, now=DISPATCH, of=of)
    )
    make_ready(journal)
    named = (claimed, on_site, done, returned, dict.fromkeys(cancelled))
    states = list(values.WorkItemState)[1:]
    told = [
        (state, n, who) for state, rows in zip(states, named, strict=True) for n, who in (rows or {}).items()
    ]
    dispatched = journal.group
    for minute, (state, number, claimant) in enumerate(told):
        at = CLAIMS + timedelta(minutes=minute)
        dispatched = with_item(dispatched, number, state, claimant, claimed_at=at)
    called = [t for t in dispatched.tasks.values() if first_contact(dispatched, t.id) is not None]
    return dispatched.holding(*(replace(task, contacted=True) for task in called))


def with_item(
    group: Group,
    number: str,
    state: values.WorkItemState,
    claimant: str | None = None,
    *,
    claimed_at: datetime = CLAIMS,
    **fields: Any,
) -> Group:
    """The group with an order's item in that state, and with the receipt and the verdict which go with it."""
    item = item_of(group, number)
    changed = replace(
        item,
        state=state,
        claimant=values.MemberId(claimant) if claimant is not None else None,
        claimed_at=claimed_at if claimant is not None else None,
        done=group.revision if state is values.WorkItemState.DONE else 0,
        **fields,
    )
    return group.holding(changed, _receipted(group.orders[item.number], changed))


def _receipted(order: Order, item: WorkItem) -> Order:
    if item.state not in {values.WorkItemState.DONE, values.WorkItemState.RETURNED}:
        return order
    well = item.state is values.WorkItemState.DONE
    outcome = values.ReceiptOutcome.SUCCEEDED if well else values.ReceiptOutcome.RETURNED
    verdict = values.Verdict.SUCCEEDED if well else values.Verdict.FAILED
    ended = values.ExecutionState.DONE if well else values.ExecutionState.TERMINATED_WITH_ERROR
    kind = values.ReceiptKind.CONSTRUCTION
    receipt_id = values.ReceiptId(f"{order.number}/{order.attempt}/{kind}")
    receipt = Receipt(receipt_id, kind, order.attempt, outcome, CLAIMS, by=item.claimant)
    part = replace(order.sub_task(values.SubTaskKind.CONSTRUCTION), verdict=verdict, execution=ended)
    return replace(with_part(order, part), receipts=(*order.receipts, receipt))


def with_appointment(
    group: Group,
    *,
    task: str = "t1",
    state: values.AppointmentState = values.AppointmentState.CONFIRMED,
    booked_by: str | None = LI,
    starts_at: datetime = AFTERNOON,
) -> Group:
    """The group with an appointment in a visit, an hour from AFTERNOON on."""
    visit = task_of(group, task)
    appointment = Appointment(
        values.AppointmentId(f"{visit.id}/a{len(visit.appointments) + 1}"),
        starts_at,
        starts_at + HOUR,
        state,
        values.MemberId(booked_by) if booked_by is not None else None,
    )
    return group.holding(replace(visit, appointments=(*visit.appointments, appointment)))


def item_of(group: Group, number: str = "N1") -> WorkItem:
    """The work item of an order's present attempt."""
    return group.items[item_id(values.OrderNumber(number), group.orders[values.OrderNumber(number)].attempt)]


def task_of(group: Group, name: str = "t1") -> Task:
    """A visit by the last part of its id."""
    return group.tasks[values.TaskId(f"{group.id}/{name}")]


def decision(command: Command, group: Group, by: Actor | str = LI, **where: Any) -> Decision:
    """What the rules answer, with all that follows from it; ``where`` as for ``context``."""
    return decide.decide(command, {group.id: group}, context(by, groups=[group], **where))


def after(group: Group, *steps: tuple[Command, Actor | str], **where: Any) -> Group:
    """The group after commands which must succeed."""
    for command, by in steps:
        group = done(decision(command, group, by, **where)).group
    return group


def done(decision: Decision) -> Journal:
    """The journal of a decision which must have succeeded."""
    assert isinstance(decision, Done), decision
    return decision.journals[0]


def refused(decision: Decision) -> Refusal:
    """The refusal of a decision which must have been refused."""
    assert isinstance(decision, Refusal), decision
    return decision


def kinds(decision: Decision) -> list[values.UpdateKind]:
    """The words for what a successful decision wrote."""
    return [event.kind for event in done(decision).events]


def item(number: str = "N1", attempt: int = 1) -> values.ItemId:
    """The id of an order's work item."""
    return item_id(values.OrderNumber(number), attempt)
