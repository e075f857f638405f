from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.backoff import pause_after


def test_the_longest_pause_doubles_with_each_try_up_to_a_quarter_of_an_hour() -> None:
    longest = [pause_after(tries, 2, 1).total_seconds() for tries in range(1, 13)]

    assert longest == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@given(
    tries=st.integers(1, 100_000),
    base=st.floats(0.01, 900),
    chance=st.floats(0, 1),
)
def test_chance_draws_any_pause_up_to_the_longest(tries: int, base: float, chance: float) -> None:
    longest, pause = pause_after(tries, base, 1), pause_after(tries, base, chance)

    assert timedelta() <= pause <= longest <= timedelta(minutes=15)
    assert abs(pause - longest * chance) < timedelta(milliseconds=1)
