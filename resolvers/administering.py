"""How reference data is changed: decided in one world, written only in that world, decided again if it changed.

So two administrators at once lose nothing of each other, and a change that is asked for again under its
clientMutationId gets its first answer.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from domain import access
from domain.ports import Saved, Terms, WorldChangedError
from domain.refusals import NotFound, Refusal
from domain.values import CrewId
from domain.world import World
from resolvers.commands import check_texts, repeat_of, require
from resolvers.context import Context, context_of
from resolvers.refreshing import refresh
from schema.ids import NoSuchThingError

T = TypeVar("T")

MOST_TRIES: Final = 50
LONGEST_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Administered:
    """What was saved, by own ids, how many visits moved with it, and the world after it."""

    ids: tuple[str, ...]
    world: World
    tasks_moved: int = 0


async def administer(
    info: Any,
    input: Any,
    decide: Callable[[World], T | Refusal],
    save: Callable[[T, Terms], Awaitable[Saved | Refusal]],
    moved: Callable[[T, World], frozenset[CrewId]] | None = None,
) -> Administered | Refusal:
    """The change that an administrator asks for, with what follows from it for the groups concerned.

    Args:
        info: Of the mutation.
        input: Of the mutation.
        decide: What is to be saved in a world, or why nothing is.
        save: Saves it on those terms.
        moved: Which crews change their district by it.
    """
    context = context_of(info)
    require(context, access.ADMINISTERS, info.field_name)
    check_texts(input)
    repeat = repeat_of(info, input)
    administration = context.services.administration

    async def once() -> Administered | Refusal:
        # The world first: an answer that comes after this look also changes the world, and so refuses what follows.
        world = await _world_now(context)
        if repeat is not None and (first := await administration.first_answer(repeat)) is not None:
            return Administered(first.saved, await _world_now(context), first.tasks_moved)
        wanted = _decided(decide, world)
        if isinstance(wanted, Refusal):
            return wanted
        saved = await save(wanted, Terms(world.version, repeat))
        if isinstance(saved, Refusal):
            return saved
        tasks_moved = await refresh(
            context, saved, moved(wanted, world) if moved is not None else frozenset()
        )
        if repeat is not None and tasks_moved:
            await administration.note(repeat, tasks_moved)
        return Administered(saved.ids, await _world_now(context), tasks_moved)

    for attempt in range(MOST_TRIES):
        try:
            return await once()
        except WorldChangedError:
            await asyncio.sleep(random.random() * min(0.001 * 2**attempt, LONGEST_PAUSE_SECONDS))  # noqa: S311 - jitter
    raise WorldChangedError(f"{info.field_name} met a faster change of the world {MOST_TRIES} times")


def _decided(decide: Callable[[World], T | Refusal], world: World) -> T | Refusal:
    try:
        return decide(world)
    except NoSuchThingError as wrong:
        return NotFound(str(wrong))


async def _world_now(context: Context) -> World:
    context.forget()
    return await context.world()
