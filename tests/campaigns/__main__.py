"""``python -m tests.campaigns faults``: bounded campaigns that say how they go, and end with a verdict and a status."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence

from tests.campaigns import faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one campaign; 0 when all held, 1 when something did not."""
    parser = argparse.ArgumentParser("python -m tests.campaigns", description=__doc__)
    parser.add_argument("campaign", choices=["faults"])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long, without start and reckoning")
    parser.add_argument("--seed", type=int, help="that of an earlier run, to hurt the same again")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    return asyncio.run(faults.campaign(given.minutes, seed))


if __name__ == "__main__":
    sys.exit(main())
