"""The script among the examples does what it shows."""

from __future__ import annotations

from pathlib import Path

from gateway.simulator.app import rules_of
from gateway.simulator.script import checked

EXAMPLE = Path(__file__).parents[2] / "examples" / "nms-script.json"


def test_the_example_is_a_script() -> None:
    rules = rules_of(EXAMPLE)

    checked(rules)

    assert len(rules) > 5
