"""What one command writes: for each group its rows, its lines of the log, and what went over the line upstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.commands import Command, IntakeOrder, MarkReceipt
from domain.decisions import Done, Refs
from domain.groups import Group
from domain.journal import Event, Journal
from domain.orders import Order, Receipt
from domain.ports import RepeatKey
from domain.values import ExchangeDirection, GroupId, OrderNumber
from persistence.changes import changes
from persistence.documents import dump_receipt, dump_refs, json_text, payload_text, text_digest
from persistence.projection import Row, group_row


@dataclass(frozen=True, slots=True)
class Step:
    """A command, what the rules decided, and the name under which its answer is kept."""

    command: Command
    decision: Done
    at: datetime
    repeat: RepeatKey | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Everything that is written of one group.

    ``read`` is the revision which must still be there, 0 of a new group; ``after`` is the group that is there then.
    A row of ``new`` must not be there yet, in any group; one of ``changed`` is put in the place of its namesake;
    ``gone`` are keys of rows that left.
    """

    read: int
    after: Group
    group: Row
    new: Mapping[str, Sequence[Row]]
    changed: Mapping[str, Sequence[Row]]
    gone: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Writes:
    """All that is written together, if the world is still of the version it was decided in."""

    groups: Sequence[Write]
    world: int
    answers: Sequence[Row] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.groups and not self.answers


@dataclass(frozen=True, slots=True)
class _Chapter:
    """What one step did to one group. ``known`` are the orders of all its groups as they were before it."""

    journal: Journal
    step: Step
    known: Mapping[OrderNumber, Order]


def writes_of(steps: Sequence[Step], world: int) -> Writes:
    """The rows of what was decided in one world, step after step, in the order of the groups' ids.

    Each step began with what the one before it left. A journal without events has no rows.
    """
    stories: dict[GroupId, list[_Chapter]] = {}
    for step in steps:
        journals = [journal for journal in step.decision.journals if journal.events]
        known = _orders(journals)
        for journal in journals:
            stories.setdefault(journal.group.id, []).append(_Chapter(journal, step, known))
    known = _orders(story[0].journal for story in stories.values())
    written = [_write(stories[id_], known) for id_ in sorted(stories)]
    return Writes(written, world, [answer for step in steps if (answer := _answer(step)) is not None])


def _orders(journals: Iterable[Journal]) -> Mapping[OrderNumber, Order]:
    """Every order of the groups as they were."""
    return {order.number: order for journal in journals for order in journal.before.orders.values()}


def _write(story: Sequence[_Chapter], known: Mapping[OrderNumber, Order]) -> Write:
    """``known`` are the orders of all groups that are written, as they were, for those that move between groups."""
    before, after = story[0].journal.before, story[-1].journal.group
    differences = changes(before, after)
    changed = {name: found.changed for name, found in differences.items()}
    orders = changed.pop("orders")
    return Write(
        read=before.revision,
        after=after,
        group=group_row(after),
        new={
            "orders": [row for row in orders if row["number"] not in known],
            "entries": [_entry_row(own.journal, event) for own in story for event in own.journal.events],
            "exchanges": [row for own in story for row in _exchanges(own)],
        },
        changed={"orders": [row for row in orders if row["number"] in known], **changed},
        gone={name: found.gone for name, found in differences.items()},
    )


def _exchanges(chapter: _Chapter) -> list[Row]:
    journal, command = chapter.journal, chapter.step.command
    return [
        *_dispatched(journal, command, chapter.step.decision.refs),
        *_replied(journal, chapter.known),
        *_tried(journal, command),
    ]


def _entry_row(journal: Journal, event: Event) -> Row:
    """An event as a line of the log: ids, states and numbers, no personal data."""
    return {
        "group_id": journal.group.id,
        "revision": event.revision,
        "kind": event.kind.value,
        "at": journal.now,
        "actor": str(journal.context.actor),
        "order_number": event.order,
        "task_id": event.task,
        "item_id": event.item,
        "detail": json_text(event.detail or {}),
    }


def _dispatched(journal: Journal, command: Command, refs: Refs) -> list[Row]:
    """派发: an order that came in, as it was received."""
    if not isinstance(command, IntakeOrder) or command.payload.number not in journal.group.orders:
        return []
    row = {
        "order_number": command.payload.number,
        "group_id": journal.group.id,
        "direction": ExchangeDirection.DISPATCH.value,
        "kind": "ORDER",
        "status": "AMENDED" if refs.amended else "ACCEPTED",
        "body": payload_text(command.raw),
        "at": journal.now,
    }
    return [row]


def _replied(journal: Journal, known: Mapping[OrderNumber, Order]) -> list[Row]:
    """回复: each receipt that became final."""
    return [
        _reply(journal, order, receipt)
        for order in journal.group.orders.values()
        for receipt in order.receipts
        if order.number not in known or receipt.id not in {r.id for r in known[order.number].receipts}
    ]


def _reply(journal: Journal, order: Order, receipt: Receipt) -> Row:
    return {
        "order_number": order.number,
        "group_id": journal.group.id,
        "direction": ExchangeDirection.REPLY.value,
        "kind": f"{receipt.kind}_RECEIPT",
        "status": receipt.delivery.value,
        "body": dump_receipt(receipt),
        "at": journal.now,
    }


def _tried(journal: Journal, command: Command) -> list[Row]:
    """回复: one sending of a receipt, word for word, and what came of it."""
    if not isinstance(command, MarkReceipt) or command.tried is None:
        return []
    receipt = next(r for r in journal.group.orders[command.number].receipts if r.id == command.receipt)
    row = {
        "order_number": command.number,
        "group_id": journal.group.id,
        "direction": ExchangeDirection.REPLY.value,
        "kind": f"{receipt.kind}_RECEIPT",
        "status": command.tried.status,
        "body": payload_text(command.tried.body),
        "at": journal.now,
    }
    return [row]


def _answer(step: Step) -> Row | None:
    repeat, refs = step.repeat, step.decision.refs
    if repeat is None:
        return None
    return {
        "caller": repeat.caller,
        "mutation": repeat.mutation,
        "client_mutation_id": text_digest(repeat.client_mutation_id),
        "digest": repeat.digest,
        "refs": dump_refs(refs),
        "at": step.at,
    }
