"""Writing down what came of an errand though the database is away: forgotten, it would be run once more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from domain.access import Actor
from domain.commands import Command
from domain.ports import Outcome, Store

PAUSE_SECONDS = 1.0
"""Before it is written again."""


async def write_down(
    store: Store,
    command: Command,
    actor: Actor,
    *,
    until: datetime,
    clock: Callable[[], datetime],
    log: logging.Logger,
) -> Outcome:
    """The outcome of the command, tried again until the lease of the errand ends; then what went wrong is raised."""
    while True:
        try:
            return await store.execute(command, actor)
        except Exception as error:
            if clock() + timedelta(seconds=PAUSE_SECONDS) >= until:
                raise
            cause = f"{type(error).__name__}: {error}"
            known = {"command": type(command).__name__, "cause": cause, "pause_seconds": PAUSE_SECONDS}
            log.warning("what came of an errand cannot be written down", extra=known)
            await asyncio.sleep(PAUSE_SECONDS)
