"""What time alone does to a group, and a dispatcher who will not wait: jeopardy, deadline, end of a hold (D4)."""

from __future__ import annotations

from datetime import timedelta

from domain.commands import DispatchGroup, Wake
from domain.decisions import Decision, Done, Groups, Refs
from domain.fusing import explain
from domain.gathering import make_ready, pass_deadline, waiting_orders
from domain.groups import CRITICAL_SHARE, WARNING_SHARE
from domain.holds import release_order
from domain.journal import Context, Journal
from domain.orders import Jeopardy
from domain.progress import group_state
from domain.refusals import NotCollecting, NotFound
from domain.values import GroupState, JeopardyLevel, UpdateKind


def wake(command: Wake, groups: Groups, context: Context) -> Decision:
    """Do what is due by now, once; nothing when nothing is."""
    group = groups.get(command.group)
    if group is None:
        return NotFound(f"group {command.group} is unknown")
    journal = Journal(group, context)
    _end_holds(journal)
    since, deadline = group.waiting_since, group.deadline_at
    if group.dispatched_at is None and waiting_orders(group) and since is not None and deadline is not None:
        _warn(journal, context.now - since, deadline - since)
        if deadline <= context.now:
            pass_deadline(journal)
    return Done((journal,), Refs((group.id,)))


def _end_holds(journal: Journal) -> None:
    for order in list(journal.group.orders.values()):
        if order.hold is not None and order.hold.until is not None and order.hold.until <= journal.now:
            release_order(journal, order)


def _warn(journal: Journal, waited: timedelta, patience: timedelta) -> None:
    level = _level(waited, patience)
    present = journal.group.jeopardy
    if level is not None and (present is None or present.level is not level):
        risk = Jeopardy(level, explain(journal.group, group_state(journal.group)), journal.now)
        journal.write(UpdateKind.JEOPARDY, facts={"jeopardy": risk}, level=level)


def _level(waited: timedelta, patience: timedelta) -> JeopardyLevel | None:
    if waited >= patience * CRITICAL_SHARE:
        return JeopardyLevel.CRITICAL
    return JeopardyLevel.WARNING if waited >= patience * WARNING_SHARE else None


def dispatch_group(command: DispatchGroup, groups: Groups, context: Context) -> Decision:
    """Dispatch a collecting group without waiting for the rest."""
    rounds = {group.round: group for group in groups.values() if group.key == command.key}
    group = (
        rounds.get(command.round) if command.round is not None else rounds[max(rounds)] if rounds else None
    )
    if group is None:
        return NotFound(
            f"there is no group {command.key}" + (f" round {command.round}" if command.round else "")
        )
    state = group_state(group)
    if state is not GroupState.COLLECTING:
        remedy = "; resolve its hold" if state is GroupState.HELD else ""
        return NotCollecting(f"group {group.key} is {state}, not COLLECTING{remedy}")
    journal = Journal(group, context)
    make_ready(journal, partial=True)
    return Done((journal,), Refs((group.id,)))
