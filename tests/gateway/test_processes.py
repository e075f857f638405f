"""Who starts workers outlives them, and does not start one that fails at once again and again without a pause."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from gateway import processes
from gateway.processes import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, STEADY_SECONDS, Processes


@pytest.fixture
def two() -> Iterator[Processes]:
    """Two workers that were not started."""
    made = Processes([None, None], lambda *_: None, 1.0)  # type: ignore[list-item]  # nobody listens
    yield made
    for end in made._lifeline:  # noqa: SLF001 - nobody else closes it
        os.close(end)


def test_a_worker_that_has_just_ended_is_no_reason_to_end(two: Processes) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    two._running[pid] = 0, time.monotonic()  # noqa: SLF001 - it ends between two of our looks

    two._tell(signal.SIGTERM)  # noqa: SLF001 - what a signal to us does


def pause(of: Processes, seconds: float) -> float:
    """How long the first worker waits that ended after so many seconds."""
    before = time.monotonic()
    of._start_again(0, 1, 9, seconds)  # noqa: SLF001 - what is done about a worker that has ended
    return of._due[0] - before  # noqa: SLF001 - as above


def test_a_worker_that_ends_at_once_waits_longer_each_time_and_not_for_ever(two: Processes) -> None:
    pauses = [pause(two, 0.1) for _ in range(20)]

    assert pauses[0] == pytest.approx(FIRST_PAUSE_SECONDS, rel=0.3)
    assert pauses[3] > pauses[0] * 2
    assert LONGEST_PAUSE_SECONDS / 2 < pauses[-1] <= LONGEST_PAUSE_SECONDS * 1.3


def test_a_worker_that_has_run_for_long_is_started_again_soon(two: Processes) -> None:
    for _ in range(8):
        pause(two, 0.1)

    assert pause(two, STEADY_SECONDS + 1) == pytest.approx(FIRST_PAUSE_SECONDS, rel=0.3)


def test_the_other_worker_is_not_made_to_wait(two: Processes) -> None:
    for _ in range(8):
        pause(two, 0.1)

    assert two._due[1] <= time.monotonic()  # noqa: SLF001 - when it is started
    assert processes.LOOK_SECONDS < FIRST_PAUSE_SECONDS
