"""What is to be reached, as figures of the measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """One row: a figure of one kind of work, and what it may cost."""

    title: str
    work: str
    figures: Sequence[str]
    """Which are added."""

    unit: str
    most: float
    """Infinite where it is shown and not judged."""

    scale: float = 1.0
    ahead: float | None = None
    """How many times less than the best peer it has to be."""

    def of(self, figures: Figures) -> float | None:
        """The figure in its unit."""
        found = [figures.get(name) for name in self.figures]
        if any(each is None for each in found):
            return None
        return float(sum(each for each in found if each is not None)) * self.scale


MS: Final = 1e-3
GOALS: Final = (
    Goal("Delivery, 1,000 subscribers of one group, CPU", "delivery", ["cpu_us"], "µs", 11, ahead=12),
    Goal(
        "Update with one subscriber, mutation to socket, CPU", "update", ["cpu_us_an_update"], "ms", 1.0, MS
    ),
    Goal("One group, CPU", "group", ["cpu_us"], "ms", 0.2, MS, ahead=3),
    Goal("Page of 50 groups, CPU of server and PostgreSQL", "page", ["cpu_us", "database_us"], "ms", 1.2, MS),
    Goal("Claim, CPU", "claim", ["cpu_us"], "ms", 0.47, MS),
    Goal("Idle subscription, memory", "idle", ["kib"], "KiB", 25),
    Goal("Connect and subscribe, CPU", "idle", ["cpu_us"], "ms", 0.5, MS),
    Goal("Worst pause, 1,000 subscribers of 1,000 groups", "pause", ["worst_ms"], "ms", 50),
)
TOLD: Final = (
    *GOALS,
    Goal("Idle subscription, each to a group of its own, memory", "idle apart", ["kib"], "KiB", inf),
    Goal("Connect and subscribe, each to a group of its own, CPU", "idle apart", ["cpu_us"], "ms", inf, MS),
    Goal("One group, CPU of PostgreSQL", "group", ["database_us"], "ms", inf, MS),
    Goal("Claim, CPU of PostgreSQL", "claim", ["database_us"], "ms", inf, MS),
    Goal("Receipt of a claimed item, CPU", "receipt", ["cpu_us"], "ms", inf, MS),
    Goal("Receipt of a claimed item, CPU of PostgreSQL", "receipt", ["database_us"], "ms", inf, MS),
    Goal("Order taken in, one of 99 in a request, CPU", "intake", ["cpu_us"], "ms", inf, MS),
    Goal(
        "Order taken in, one of 99 in a request, CPU of PostgreSQL", "intake", ["database_us"], "ms", inf, MS
    ),
    Goal("Order taken in, one of 3 in a request, CPU", "intake of one group", ["cpu_us"], "ms", inf, MS),
)
"""All that is shown; the goals first."""

LATEST_MS: Final = 250.0
"""99 of 100 of the 5,000 have each update by then."""

FLAT: Final = 1.25
"""What is read and written among 200,000 groups costs at most so many times what it costs among 2,000."""
