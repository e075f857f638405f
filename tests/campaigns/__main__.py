"""Bounded campaigns that say how they go, and end with a verdict and a status: ``python -m tests.campaigns faults``."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence

from tests.campaigns import faults, soak


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one campaign; 0 when all held, 1 when something did not."""
    parser = argparse.ArgumentParser("python -m tests.campaigns", description=__doc__)
    parser.add_argument("campaign", choices=["faults", "soak"])
    parser.add_argument(
        "--minutes", type=float, help="how long, without start and reckoning; 5, of a soak 10"
    )
    parser.add_argument("--seed", type=int, help="that of an earlier run of faults, to hurt the same again")
    given = parser.parse_args(arguments)
    if given.campaign == "soak":
        return asyncio.run(soak.campaign(given.minutes or 10.0))
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    return asyncio.run(faults.campaign(given.minutes or 5.0, seed))


if __name__ == "__main__":
    sys.exit(main())
