"""What can be followed. Access is looked at when a feed begins, and again at each update."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from functools import partial
from typing import Any

import strawberry

from domain import access, feeds
from domain.groups import Group
from domain.ports import Change, Cursor, Wanted
from domain.values import CrewId, GroupId, Role
from resolvers.context import Context, context_of
from resolvers.errors import forbidden, not_found
from resolvers.feeds import Feed
from resolvers.pages import row
from resolvers.places import position_behind
from schema.described import described
from schema.filters import UpdateFilter
from schema.ids import NoSuchThingError, own_id
from schema.updates import ReceiptUpdate, Update

Info = strawberry.Info[Any, None]
RECEIPT_FOLLOWERS = frozenset({Role.UPSTREAM, Role.DISPATCHER, Role.ADMIN})


@described
@strawberry.type
class Subscription:
    """What can be followed: each update once and in order, then live; with a cursor from where the client was."""

    @strawberry.subscription
    async def group_updates(
        self, info: Info, key: str, round: int | None = None, after: Cursor | None = None
    ) -> AsyncGenerator[Update, None]:
        """Everything that happens to one fused group.

        Without `after` the first update has kind SNAPSHOT and carries the present state; with `after` every
        later update arrives once and in order; then the stream goes on live. A key that is unknown or
        hidden is NOT_FOUND. A later round is not followed.

        Args:
            key: 融合工单主键; of an order that fuses with none, its number.
            round: Which round; the latest when absent.
            after: The cursor of the last update handled; CURSOR_EXPIRED if of another log.
        """
        context = context_of(info)
        group = (await context.services.reads.groups_of_keys([(key, round)])).get((key, round))
        if group is None or not access.may_see_group(group, context.scope):
            raise not_found(f"there is no group {key!r} that you may see")
        log = context.services.log
        new = after is None
        place = await log.position_of(group.id, group.revision) if new else await position_behind(log, after)
        topic, wants = ("group", group.id), feeds.visible(context.scope)
        return await _feed(context, place, topic, wants, group=group if new else None, of=group.id, new=new)

    @strawberry.subscription
    async def crew_updates(
        self, info: Info, crew_id: strawberry.ID, after: Cursor | None = None
    ) -> AsyncGenerator[Update, None]:
        """The groups in which one crew has a visit: what the app of a crew member follows.

        Without `after` the first update is a SNAPSHOT that carries the cursor alone. A crew that is
        unknown, and for a crew member every other crew, is NOT_FOUND.

        Args:
            crew_id: `Crew.id`.
            after: The cursor of the last update handled; CURSOR_EXPIRED if of another log.
        """
        context = context_of(info)
        crew = _crew(crew_id)
        known = (await context.world()).crews.get(crew)
        if known is None or not access.may_see_people(known, context.scope):
            raise not_found("there is no such crew that you may follow")
        place = await _place(context, after)
        return await _feed(
            context, place, ("crew", crew), feeds.of_crew(crew, context.scope), new=after is None
        )

    @strawberry.subscription
    async def updates(
        self, info: Info, filter: UpdateFilter | None = None, after: Cursor | None = None
    ) -> AsyncGenerator[Update, None]:
        """What a dashboard follows: what the filter lets through of what the caller may see, in the order of the log.

        Without `after` the first update is a SNAPSHOT that carries the cursor alone: read what is there,
        then go on.

        Args:
            filter: Which updates; all that the caller may see when absent.
            after: The cursor of the last update handled; CURSOR_EXPIRED if of another log.
        """
        context = context_of(info)
        chosen = (filter or UpdateFilter()).wanted()
        place = await _place(context, after)
        return await _feed(
            context, place, ("updates", chosen), feeds.wanted(chosen, context.scope), new=after is None
        )

    @strawberry.subscription
    async def receipts(self, info: Info, after: Cursor | None = None) -> AsyncGenerator[ReceiptUpdate, None]:
        """What the upstream system follows: receipts as they become final, and again as they are replayed.

        For UPSTREAM, DISPATCHER and ADMIN; another role is FORBIDDEN. Without `after`: from now on.

        Args:
            after: The cursor of the last receipt handled; CURSOR_EXPIRED if of another log.
        """
        context = context_of(info)
        if context.scope.role not in RECEIPT_FOLLOWERS:
            raise forbidden("the feed of receipts", context.scope.role)
        return await _receipts(context, await _place(context, after))


def _crew(id: strawberry.ID) -> CrewId:
    try:
        return own_id("Crew", CrewId, id)
    except NoSuchThingError as wrong:
        raise not_found(str(wrong)) from None


async def _place(context: Context, after: Cursor | None) -> int:
    """The place behind which a feed begins; without a cursor the present end of the log. Raises CursorExpiredError."""
    log = context.services.log
    return await log.head() if after is None else await position_behind(log, after)


async def _feed(
    context: Context,
    place: int,
    topic: Hashable,
    wants: Wanted,
    *,
    new: bool,
    of: GroupId | None = None,
    group: Group | None = None,
) -> Any:
    """A feed of updates, of one group or of all; a new one begins with a snapshot."""
    services = context.services
    epoch = await services.log.epoch()
    first = feeds.snapshot(Cursor(epoch, place), services.clock(), str(context.actor), group) if new else None
    return Feed(
        hub=services.hub,
        topic=topic,
        start=place,
        wants=wants,
        row_of=partial(_update, epoch),
        group=of,
        first=first,
    )


async def _receipts(context: Context, place: int) -> Any:
    row_of = partial(_receipt, await context.services.log.epoch())
    return Feed(
        hub=context.services.hub, topic="receipts", start=place, wants=feeds.final_receipts, row_of=row_of
    )


def _update(epoch: str, change: Change) -> feeds.UpdateView:
    return feeds.update_of(epoch, change.entry, change.group)


def _receipt(epoch: str, change: Change) -> feeds.ReceiptUpdateView:
    receipt = feeds.receipt_of(change.entry, change.group)
    return feeds.ReceiptUpdateView(Cursor(epoch, change.entry.position), row(receipt))
