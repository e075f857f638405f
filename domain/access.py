"""Who sees what (3.9): the viewer's scope, and the pure rules of masking and visibility.

A scope is all that a rule is given besides the row, and so the key under which executions are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain import addresses, commands, contacts, fusing, progress
from domain.groups import Group
from domain.orders import Attempt, Customer, Hold, Repair
from domain.people import MemberView, masked_phone
from domain.tasks import Task
from domain.values import CrewId, DistrictCode, HoldCause, MemberId, Role
from domain.views import GroupView, OrderView, ReceiptView, SubTaskView, TaskView
from domain.world import Crew

ERASED = "***"
"""What a non-null field reads when its value is not for the viewer."""

EVERYTHING = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN, Role.VIEWER, Role.NMS})
"""Roles which see every group; what they see of it differs."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that an answer may depend on: the role, and for a crew member who and where."""

    role: Role
    member: MemberId | None = None
    crew: CrewId | None = None
    leader: bool = False

    @property
    def dispatches(self) -> bool:
        """Whether it may what a dispatcher may."""
        return self.role in {Role.DISPATCHER, Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller. ``subject`` tells two callers of one scope apart; it is an id, never a name."""

    scope: Scope
    subject: str

    def __str__(self) -> str:
        return f"{self.scope.role.lower()}:{self.subject}"


SYSTEM = Actor(Scope(Role.ADMIN), "system")
"""The gateway itself, where time alone acts."""


_CREW = frozenset({Role.CREW})
_UPSTREAM = frozenset({Role.UPSTREAM})
_DISPATCHER = frozenset({Role.DISPATCHER, Role.ADMIN})

MAY: Mapping[type[commands.Command], frozenset[Role]] = {
    commands.IntakeOrder: _UPSTREAM,
    commands.CancelOrder: _UPSTREAM,
    commands.ReopenOrder: _UPSTREAM | _DISPATCHER,
    commands.MarkReceipt: _UPSTREAM | _DISPATCHER,
    commands.DispatchGroup: _DISPATCHER,
    commands.ResolveHold: _DISPATCHER,
    commands.MergeTasks: _DISPATCHER,
    commands.SplitTask: _DISPATCHER,
    commands.AcceptPartial: _DISPATCHER,
    commands.ClaimTask: _CREW,
    commands.ClaimWorkItem: _CREW,
    commands.ReleaseWorkItem: _CREW | _DISPATCHER,
    commands.OfferHandOver: _CREW | _DISPATCHER,
    commands.AcceptHandOver: _CREW,
    commands.BookAppointment: _CREW | _DISPATCHER,
    commands.CloseAppointment: _CREW | _DISPATCHER,
    commands.StartWork: _CREW,
    commands.SubmitReceipt: _CREW,
    commands.HoldWorkItem: _CREW | _DISPATCHER,
    commands.ReturnWorkItem: _CREW,
    commands.ReportSubTask: frozenset({Role.NMS}),
    commands.RetrySubTask: _DISPATCHER,
}
"""Which roles may give a command. Another role is answered FORBIDDEN before any rule is asked."""


ACKNOWLEDGES = _UPSTREAM
REPLAYS = _DISPATCHER
ADMINISTERS = frozenset({Role.ADMIN})
"""Of ``MarkReceipt``: upstream acknowledges, the dispatcher has sent again. Reference data is the administrator's."""

_LEDGER = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN})
"""Roles which see what went over the line, word for word."""

_OFFICE = _LEDGER | {Role.VIEWER}
"""Roles which see all that is not word for word; of it the viewer no phone and no contact name."""


def may_see_group(group: Group, scope: Scope) -> bool:
    """Whether the group exists for the viewer: a crew sees those in which it has a task."""
    if scope.role in EVERYTHING:
        return True
    return scope.crew is not None and any(task.crew == scope.crew for task in group.tasks.values())


def may_see_ledger(_row: object, scope: Scope) -> bool:
    """Whether the raw payload and the exchanges are for the viewer."""
    return scope.role in _LEDGER


def may_see_work_order(_row: object, scope: Scope) -> bool:
    """Whether a visit in a group which the viewer sees is for it as a work order; the NMS has nothing to do on site."""
    return scope.role is not Role.NMS


def may_see_people(crew: Crew, scope: Scope) -> bool:
    """Whether the members of a crew are for the viewer: a crew member knows its own crew."""
    return scope.role is not Role.CREW or scope.crew == crew.id


def may_see_member(member: MemberView, scope: Scope) -> bool:
    """Whether a member exists for the viewer, where it is asked for by its id."""
    return scope.role is not Role.CREW or scope.crew == member.crew


def may_see_receipt(receipt: ReceiptView, scope: Scope) -> bool:
    """Whether a receipt is for the viewer: a crew sees those of its own visits."""
    return scope.role in _OFFICE or _is_own_order(receipt.order, scope)


def customer(row: GroupView | OrderView, scope: Scope) -> Customer:
    """Whom it is for, as far as the viewer may know."""
    if isinstance(row, GroupView):
        group, known = row.row, row.row.customer
    else:
        group, known = row.in_group, row.row.payload.customer
    if scope.role in _LEDGER or _serves(group, known, scope):
        return known
    if scope.role is Role.NMS:
        return Customer(ERASED, ERASED)
    phone = masked_phone(known.contact_phone) if known.contact_phone is not None else None
    if scope.role is Role.VIEWER and known.contact_name is not None:
        return replace(known, contact_name=ERASED, contact_phone=phone)
    return replace(known, contact_phone=phone)


@dataclass(frozen=True, slots=True)
class Address:
    """An installation address as it is shown."""

    text: str
    canonical: str
    standard_id: str | None
    district_code: DistrictCode | None


def address(row: OrderView | TaskView, scope: Scope) -> Address:
    """Where it is, as far as the viewer may know; the district is no secret."""
    if isinstance(row, OrderView):
        given, own = row.row.payload.address, _is_own_order(row, scope)
        code = row.row.place.district_code
    else:
        given, own = row.row.address, _is_own_task(row.row, scope)
        code = row.row.district_code
    if scope.role in _OFFICE or own:
        return Address(given.text, row.row.place.canonical, given.standard_id, code)
    return Address(ERASED, ERASED, None, code)


def phone(member: MemberView, scope: Scope) -> str:
    """联系电话 of a member: open to its crew and to all who share a group with it, else masked."""
    if scope.role in _LEDGER:
        return member.row.phone
    if scope.role is Role.CREW and (member.shared or scope.crew == member.crew):
        return member.row.phone
    return masked_phone(member.row.phone)


def red_list(order: OrderView, scope: Scope) -> bool | None:
    """红名单: null for plain crew members and for the NMS."""
    return order.row.payload.red_list if _may_see_protection(order.in_group, scope) else None


def post_pay(order: OrderView, scope: Scope) -> bool | None:
    """后付费: null for plain crew members and for the NMS."""
    return order.row.payload.post_pay if _may_see_protection(order.in_group, scope) else None


def receipts(order: OrderView, scope: Scope) -> list[ReceiptView]:
    """回单 of an order, newest first; none for whom they are not."""
    return [receipt for receipt in order.receipts if may_see_receipt(receipt, scope)]


def attempts(part: SubTaskView, scope: Scope, last: int | None = 20) -> list[Attempt] | None:
    """What went to the network and came back, oldest first; null for who may not see it.

    Upstream is told results alone. Of a crew the leader sees it, the claimant of the order and the first contact
    of its visit.

    Args:
        part: The sub-task.
        scope: Who looks.
        last: How many of the newest attempts; 20 when absent.
    """
    if not _may_see_attempts(part, scope):
        return None
    count = 20 if last is None else max(last, 0)
    return list(part.row.attempts[-count:]) if count else []


def possible_same_address(task: TaskView, scope: Scope) -> list[TaskView]:
    """Visits of the group which may be to the same door, for ``mergeTasks``: of one district, and none begun."""
    if scope.role not in {Role.DISPATCHER, Role.ADMIN, Role.VIEWER} or not _is_mergeable(
        task.in_group, task.row
    ):
        return []
    return [
        TaskView(task.in_group, other)
        for other in task.in_group.tasks.values()
        if other.id != task.row.id
        and (other.district_code, other.customer) == (task.row.district_code, task.row.customer)
        and addresses.similar(other.place.canonical, task.row.place.canonical)
        and _is_mergeable(task.in_group, other)
    ]


def hold_message(hold: Hold, scope: Scope) -> str:
    """Why it waits; a conflict of customers names them, so not to the NMS."""
    return ERASED if scope.role is Role.NMS and hold.cause is HoldCause.KEY_CONFLICT else hold.message


def explanation(group: GroupView, scope: Scope) -> str:
    """One sentence on what the group waits for, or what became of it."""
    if group.row.hold is not None and hold_message(group.row.hold, scope) == ERASED:
        return f"held ({group.row.hold.cause})"
    return fusing.explain(group.row, group.state)


def _serves(group: Group, known: Customer, scope: Scope) -> bool:
    """Whether a visit to this customer is the viewer's own: leader of its crew, claimant, first contact."""
    visits = (task for task in group.tasks.values() if task.customer == known.number)
    return any(_is_led(task, scope) or _works_in(group, task, scope) for task in visits)


def _works_in(group: Group, task: Task, scope: Scope) -> bool:
    """Whether the viewer claims an item of the visit, and so may be its first contact."""
    return scope.member is not None and any(i.claimant == scope.member for i in group.items_of(task.id))


def _is_own_task(task: Task, scope: Scope) -> bool:
    return scope.role is Role.CREW and scope.crew is not None and task.crew == scope.crew


def _is_led(task: Task, scope: Scope) -> bool:
    return scope.leader and _is_own_task(task, scope)


def _is_own_order(order: OrderView, scope: Scope) -> bool:
    item = order.in_group.item_of(order.row)
    return item is not None and _is_own_task(order.in_group.tasks[item.task], scope)


def _may_see_protection(group: Group, scope: Scope) -> bool:
    if scope.role is not Role.CREW:
        return scope.role in _OFFICE
    return any(_is_led(task, scope) or _works_in(group, task, scope) for task in group.tasks.values())


def proposed_repairs(part: SubTaskView, scope: Scope) -> list[Repair] | None:
    """Repairs which wait for a dispatcher's word; for whom the attempts are."""
    return list(part.row.proposal) if _may_see_attempts(part, scope) else None


def _may_see_attempts(part: SubTaskView, scope: Scope) -> bool:
    if scope.role is not Role.CREW:
        return scope.role is not Role.UPSTREAM
    group = part.in_group
    item = group.item_of(part.of_order)
    if item is None:
        return False
    if _is_led(group.tasks[item.task], scope) or (
        item.claimant is not None and item.claimant == scope.member
    ):
        return True
    contact = contacts.first_contact(group, item.task)
    return contact is not None and contact.member == scope.member


def _is_mergeable(group: Group, task: Task) -> bool:
    return progress.task_open(group, task) and not progress.task_begun(group, task)
