"""Writer processes of the tests, which can be frozen in the middle of their work."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from persistence.database import Database

DEADLINE_SECONDS = 60


@asynccontextmanager
async def writer(database: Database, *arguments: str) -> AsyncIterator[Process]:
    """A ``tests.contracts.writer`` over the same database; killed at the end if it is still there."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.contracts.writer", url, *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def says(process: Process, text: str) -> None:
    """Wait until the process says exactly this."""
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_SECONDS):
        assert (await process.stdout.readline()).decode().strip() == text


def stop(process: Process) -> None:
    """Freeze it."""
    process.send_signal(signal.SIGSTOP)


def go_on(process: Process) -> None:
    """Let it go on, and past the point where it waits."""
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.send_signal(signal.SIGCONT)


async def ends_well(process: Process) -> None:
    """Wait until the process has done its work."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        assert await process.wait() == 0
