"""接单: who claims, handles, answers and receipts. One item has one claimant, whatever the race (3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.access import may_see_group
from domain.commands import (
    AcceptHandOver,
    ClaimTask,
    ClaimWorkItem,
    OfferHandOver,
    ReleaseWorkItem,
    group_of,
    number_of,
)
from domain.decisions import Decision, Done, Groups, Refs, group_with
from domain.groups import Group
from domain.journal import Context, Journal
from domain.progress import hold_of
from domain.refusals import (
    AlreadyClaimed,
    NoOffer,
    NotClaimable,
    NotClaimant,
    NotFound,
    NotInCrew,
    NotReleasable,
    Refusal,
)
from domain.tasks import HELD_BY_CLAIMANT, Task, WorkItem
from domain.values import ItemId, MemberId, UpdateKind, WorkItemState

UNKNOWN_ITEM = "there is no such work item"
UNKNOWN_TASK = "there is no such task"


def visible_item(item: ItemId, groups: Groups, context: Context) -> tuple[Group, WorkItem] | None:
    """The item and its group, as far as they exist for the caller."""
    group = group_with(groups, number_of(item))
    if group is None or item not in group.items or not may_see_group(group, context.actor.scope):
        return None
    return group, group.items[item]


def claim_work_item(command: ClaimWorkItem, groups: Groups, context: Context) -> Decision:
    """Claim one item. The same person again changes nothing."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    refusal = _why_not_claimable(group, item, context)
    if refusal is not None:
        return refusal
    journal = Journal(group, context)
    _claim(journal, item)
    return Done((journal,), Refs((group.id,), item=item.id))


def claim_task(command: ClaimTask, groups: Groups, context: Context) -> Decision:
    """Claim every free item of a visit at once; when none is free, and all are the caller's, nothing changes."""
    group = groups.get(group_of(command.task))
    if group is None or command.task not in group.tasks or not may_see_group(group, context.actor.scope):
        return NotFound(UNKNOWN_TASK)
    items = group.items_of(command.task)
    refusals = {item.id: _why_not_claimable(group, item, context) for item in items}
    theirs = [item for item in items if refusals[item.id] is None]
    if not any(item.state is WorkItemState.OPEN for item in theirs):
        refusal = _whole_refusal(refusals.values(), mine=bool(theirs))
        if refusal is not None:
            return refusal
    journal = Journal(group, context)
    for item in theirs:
        _claim(journal, item)
    return Done((journal,), Refs((group.id,), task=command.task, items=tuple(item.id for item in theirs)))


def _whole_refusal(refusals: Iterable[Refusal | None], *, mine: bool) -> Refusal | None:
    """Of several reasons the one that helps most: another crew's, a name to call, or what holds the task."""
    found = [refusal for refusal in refusals if refusal is not None]
    telling = [refusal for refusal in found if not isinstance(refusal, NotClaimable)]
    if mine:
        return telling[0] if telling else None
    return next(iter(telling or found), NotClaimable("the task has no item to claim"))


def _claim(journal: Journal, item: WorkItem) -> None:
    member = journal.context.actor.scope.member
    if item.claimant == member:
        return
    claimed = replace(
        item,
        state=WorkItemState.CLAIMED,
        claimant=member,
        claimed_at=journal.now,
        offered_to=None,
        version=item.version + 1,
    )
    journal.write(UpdateKind.ITEM_CLAIMED, claimed, item=item.id, claimant=member)


def _why_not_claimable(group: Group, item: WorkItem, context: Context) -> Refusal | None:
    scope, task = context.actor.scope, group.tasks[item.task]
    if task.crew is not None and task.crew != scope.crew:
        return NotInCrew("the task belongs to the crew of another district", task.crew)
    if item.state in HELD_BY_CLAIMANT:
        if item.claimant == scope.member:
            return None
        claimed_at = item.claimed_at or item.created_at
        return AlreadyClaimed(
            "somebody else has claimed it; call them", item.claimant or MemberId(""), claimed_at
        )
    if not item.open:
        return NotClaimable(f"the item is {item.state}")
    if task.hold is not None or task.crew is None:
        why = f"{task.hold.cause}: {task.hold.message}" if task.hold is not None else "it has no crew"
        return NotClaimable(f"the task is held ({why}); a dispatcher can resolve it")
    hold = hold_of(group, group.orders[item.number])
    if hold is not None:
        return NotClaimable(f"the order is held ({hold.cause}: {hold.message})")
    return None


def release_work_item(command: ReleaseWorkItem, groups: Groups, context: Context) -> Decision:
    """Give an item back to the crew: its claimant, the leader, or a dispatcher."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    leads = leads_visit(group.tasks[item.task], context)
    if not leads and item.claimant != context.actor.scope.member:
        return NotClaimant(
            "only its claimant, the crew's leader or a dispatcher releases an item", item.claimant
        )
    if item.state not in HELD_BY_CLAIMANT:
        return NotReleasable(f"the item is {item.state}; only a claimed one is released")
    if item.state is WorkItemState.ON_SITE and not leads:
        return NotReleasable("the crew is on site; ask the crew's leader or a dispatcher")
    journal = Journal(group, context)
    journal.write(UpdateKind.ITEM_RELEASED, freed(item), item=item.id, claimant=item.claimant)
    return Done((journal,), Refs((group.id,), item=item.id))


def freed(item: WorkItem) -> WorkItem:
    """The item without a claimant."""
    return replace(
        item,
        state=WorkItemState.OPEN,
        claimant=None,
        claimed_at=None,
        offered_to=None,
        version=item.version + 1,
    )


def leads_visit(task: Task, context: Context) -> bool:
    """Whether the caller may override: a dispatcher, or the leader of the visit's crew."""
    scope = context.actor.scope
    return scope.dispatches or (scope.leader and scope.crew is not None and scope.crew == task.crew)


def offer_hand_over(command: OfferHandOver, groups: Groups, context: Context) -> Decision:
    """Offer an item to another member of the crew; leader and dispatcher may hand it over at once."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    task, scope = group.tasks[item.task], context.actor.scope
    leads = leads_visit(task, context)
    if item.claimant != scope.member and not leads:
        return NotClaimant(
            "only its claimant, the crew's leader or a dispatcher offers an item", item.claimant
        )
    if command.force and not leads:
        return NotReleasable("only the crew's leader or a dispatcher hands over by force; offer it instead")
    if item.state not in HELD_BY_CLAIMANT:
        return NotReleasable(f"the item is {item.state}; only a claimed one is handed over")
    if command.to == item.claimant:
        return NotReleasable("it is theirs already; name another member")
    to = context.world.members.get(command.to)
    if to is None or not to.active or to.crew != task.crew:
        return NotInCrew("the item can only go to an active member of the visit's crew", task.crew)
    journal = Journal(group, context)
    if command.force:
        _hand_over(journal, item, command.to)
    elif item.offered_to != command.to:
        offered = replace(item, offered_to=command.to, version=item.version + 1)
        journal.write(
            UpdateKind.HAND_OVER_OFFERED, offered, item=item.id, claimant=item.claimant, to=command.to
        )
    return Done((journal,), Refs((group.id,), item=item.id, handed_over=command.force))


def accept_hand_over(command: AcceptHandOver, groups: Groups, context: Context) -> Decision:
    """Take what was offered to the caller."""
    found = visible_item(command.item, groups, context)
    if found is None:
        return NotFound(UNKNOWN_ITEM)
    group, item = found
    member = context.actor.scope.member
    if member is None or item.offered_to != member or context.actor.scope.crew != group.tasks[item.task].crew:
        return NoOffer("nothing is offered to you; ask the claimant to offer it")
    journal = Journal(group, context)
    _hand_over(journal, item, member)
    return Done((journal,), Refs((group.id,), item=item.id))


def _hand_over(journal: Journal, item: WorkItem, to: MemberId) -> None:
    """The new claimant answers for it from now on.

    An item ON_SITE stays so: the visit is past its point of no return, whoever goes on with it, and a receipt
    needs no second arrival.
    """
    handed = replace(item, claimant=to, claimed_at=journal.now, offered_to=None, version=item.version + 1)
    journal.write(UpdateKind.ITEM_HANDED_OVER, handed, item=item.id, was=item.claimant, now=to)
