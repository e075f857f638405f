"""The page of settings says what the code says."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import settings_table

ROOT = Path(__file__).parents[2]


def test_the_table_of_the_page_is_that_of_the_code() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
