"""The page of the operator names every field of a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.simulator.behaviour import WHAT
from gateway.simulator.script import WHO

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.mark.parametrize("name", [*WHO, *WHAT])
def test_the_tables_of_the_page_name_every_field_of_a_rule(name: str) -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert any(f"`{name}`" in row.split("|")[1] for row in rows)
