"""The page for client developers names every word that a client may meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.values import Role, UpdateKind
from engine.wire import closing
from engine.wire.connections import Ending
from gateway import limits, work_orders
from resolvers.root import MAX_TOKENS
from schema.work_orders import ITEM_STATE, STATE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
CODES = (
    "BAD_USER_INPUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "CURSOR_EXPIRED",
    "INTERNAL_SERVER_ERROR",
    "PERSISTED_DOCUMENT_NOT_FOUND",
    "PERSISTED_DOCUMENT_REQUIRED",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    *(ending.code for ending in Ending),
)
CLOSE_CODES = (
    closing.BAD_FRAME,
    closing.UNAUTHORIZED,
    closing.OTHER_PROTOCOL,
    closing.INIT_TIMEOUT,
    closing.ID_IN_USE,
    closing.ALREADY_INITIALISED,
    closing.FAULT,
    closing.TRY_AGAIN_LATER,
    *(ending.close_code for ending in Ending),
)
LIMITS = (
    MAX_TOKENS,
    limits.MAX_DEPTH,
    limits.MAX_ALIASES,
    limits.MAX_ROOT_FIELDS,
    limits.MAX_FIELDS,
    limits.MAX_ROWS,
    limits.MAX_REPEATS,
    limits.MAX_DIGITS,
    work_orders.LARGEST_LIMIT,
    work_orders.LARGEST_OFFSET,
)
WORDS = [*UpdateKind, *Role, *CODES, *{*STATE.values(), *ITEM_STATE.values()}]


@pytest.mark.parametrize("word", [*sorted(WORDS), *map(str, CLOSE_CODES), *map(str, LIMITS)])
def test_the_page_names_it(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGE.replace(",", ""))


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "README.md"]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []
