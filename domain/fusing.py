"""Why an order waits: which orders belong together, and when all of them are there (D1 to D4).

Everything here is a pure function of the orders received, whatever the order of their arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.groups import Group
from domain.orders import MAX_GROUP_ORDERS, Hold, OrderPayload
from domain.values import GroupState, HoldCause, OrderNumber


def own_set(payload: OrderPayload) -> frozenset[OrderNumber]:
    """The numbers that one order says belong together, its own among them (关联工单号)."""
    return frozenset({payload.number, *(payload.fusion.related_numbers if payload.fusion else ())})


def own_count(payload: OrderPayload) -> int | None:
    """How many others one order announces (关联工单数量), null when it says nothing."""
    if payload.fusion is None:
        return None
    if payload.fusion.related_count is None and payload.fusion.related_numbers:
        return len(own_set(payload)) - 1
    return payload.fusion.related_count


def expected_numbers(group: Group) -> frozenset[OrderNumber]:
    """Every number that belongs to the round: the dispatcher's word, or the union of all lists (D1)."""
    if group.expected is not None:
        return frozenset(group.expected)
    sets = [own_set(order.payload) for order in group.live_orders()]
    return frozenset().union(*sets) - _cancelled(group)


def missing_numbers(group: Group) -> frozenset[OrderNumber]:
    """The expected numbers that were not received."""
    return expected_numbers(group) - frozenset(group.orders)


def still_missing(group: Group) -> int:
    """How many orders are missing: by numbers, or by count when that is larger."""
    by_count = announced_size(group) - len(group.orders)
    return max(len(missing_numbers(group)), by_count if group.expected is None else 0)


def announced_size(group: Group) -> int:
    """The size that the largest count announces, its own order included."""
    return 1 + max((own_count(order.payload) or 0 for order in group.live_orders()), default=0)


def counts_disagree(group: Group) -> tuple[int, ...]:
    """The different counts of members none of whom gives numbers; empty when they agree or numbers decide."""
    if group.expected is not None or _gives_numbers(group):
        return ()
    counts = {c for o in group.live_orders() if (c := own_count(o.payload)) is not None}
    return tuple(sorted(counts)) if len(counts) > 1 else ()


def is_complete(group: Group) -> bool:
    """Whether every announced order has arrived; one that was cancelled counts as arrived.

    Source: the Henan one-visit case, section b, order fusion; decision D1.
    """
    if group.expected is not None:
        return not missing_numbers(group)
    if not _gives_numbers(group):
        return not counts_disagree(group) and len(group.orders) >= announced_size(group)
    if missing_numbers(group):
        return False
    union = frozenset().union(*(own_set(order.payload) for order in group.live_orders()))
    exact = all(own_set(order.payload) == union for order in group.live_orders())
    return exact or len(group.orders) >= announced_size(group)


def hold_for(group: Group, now: datetime) -> Hold | None:
    """What holds an undispatched group: two customers, contradictory flags, contradictory counts."""
    customers = sorted({order.payload.customer.number for order in group.live_orders()})
    if len(customers) > 1:
        text = f"one key, {len(customers)} customers ({', '.join(customers)}); split the group by customer"
        return Hold(HoldCause.KEY_CONFLICT, text, now)
    if flags_conflict(group):
        text = "upstream says not fused, but names associated orders; fuse it or keep it separate"
        return Hold(HoldCause.FLAG_CONFLICT, text, now)
    counts = counts_disagree(group)
    if counts:
        text = f"members announce {' and '.join(map(str, counts))} other orders and give no numbers"
        return Hold(HoldCause.COUNT_MISMATCH, f"{text}; say which numbers to expect, or dispatch", now)
    return None


def flags_conflict(group: Group) -> bool:
    """A group of one whose order is not fused but has associated orders (D2)."""
    return not group.fused and any(
        order.payload.fusion is not None and order.payload.fusion.has_associated and order.waits
        for order in group.live_orders()
    )


def warnings_of(group: Group, payload: OrderPayload) -> tuple[str, ...]:
    """What upstream should know about an accepted order whose list or count differs from the group's."""
    if not group.fused or not _gives_numbers(group):
        return ()
    found = []
    union = frozenset().union(*(own_set(order.payload) for order in group.live_orders()))
    if own_set(payload) != union:
        others = ", ".join(sorted(union - own_set(payload)))
        found.append(f"fusion.relatedNumbers: other members also name {others}; the union decides")
    if (count := own_count(payload)) is not None and count != len(union) - 1:
        found.append(f"fusion.relatedCount: {count} announced, the numbers make it {len(union) - 1}")
    return tuple(found)


def round_for(payload: OrderPayload, rounds: Iterable[Group]) -> Group | None:
    """The round that takes a fused order; null opens the next one (D3).

    A round not yet dispatched takes every order of its key. A dispatched one takes its late orders: those it
    expects, those whose list meets its set, and one without a list while the last round misses members. So does
    one whose every order was cancelled: who names a cancelled order need not wait for it again.
    """
    candidates = sorted((r for r in rounds if r.fused), key=lambda r: r.round)
    roomy = [r for r in candidates if len(r.orders) < MAX_GROUP_ORDERS]
    collecting = [r for r in roomy if r.dispatched_at is None and not _abandoned(r)]
    if collecting:
        return collecting[0]
    return _late_in(payload, candidates, roomy)


def _late_in(payload: OrderPayload, rounds: Sequence[Group], roomy: Sequence[Group]) -> Group | None:
    for group in reversed(roomy):
        if own_set(payload) & (expected_numbers(group) | frozenset(group.orders)):
            return group
    last = rounds[-1] if rounds else None
    listless = payload.fusion is None or not payload.fusion.related_numbers
    if last is not None and listless and last in roomy and _misses_by_count(last):
        return last
    return None


def _misses_by_count(group: Group) -> bool:
    """Whether counts announce more orders than came; the dispatcher's word on the numbers silences them."""
    if group.expected is not None or _abandoned(group):
        return False
    return len(group.orders) < announced_size(group)


def explain(group: Group, state: GroupState) -> str:
    """One sentence on what the group waits for, or what became of it."""
    if state is GroupState.HELD and group.hold is not None:
        return f"held ({group.hold.cause}): {group.hold.message}"
    if state is GroupState.COLLECTING:
        return _waiting_sentence(group)
    received, expected = len(group.orders), len(group.orders) + still_missing(group)
    if group.partial_dispatch or received < expected:
        return f"{received} of {expected} received, dispatched without {_names_of_missing(group)}"
    if state is GroupState.CANCELLED:
        return "cancelled by upstream"
    return f"all {expected} received, dispatched in {_count(len(group.tasks), 'visit')}"


def _waiting_sentence(group: Group) -> str:
    received, missing = len(group.orders), still_missing(group)
    until = (
        f" until {group.deadline_at:%Y-%m-%d %H:%M} UTC, then dispatched without it"
        if group.deadline_at
        else ""
    )
    return f"{received} of {received + missing} received, waiting for {_names_of_missing(group)}{until}"


def _names_of_missing(group: Group) -> str:
    named = sorted(missing_numbers(group))
    unnamed = still_missing(group) - len(named)
    more = [f"{unnamed} more" if named else _count(unnamed, "order")] if unnamed > 0 else []
    return ", ".join([*named, *more]) or "nothing"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _gives_numbers(group: Group) -> bool:
    return any(len(own_set(order.payload)) > 1 for order in group.live_orders())


def _cancelled(group: Group) -> frozenset[OrderNumber]:
    return frozenset(number for number, order in group.orders.items() if order.cancelled)


def _abandoned(group: Group) -> bool:
    """Whether every order of a round was cancelled, or moved elsewhere: it waits for nothing any more."""
    return all(order.cancelled for order in group.orders.values())
