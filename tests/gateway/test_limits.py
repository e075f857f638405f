"""A document is measured once, fragments included, and refused by what it costs."""

from __future__ import annotations

import time

import pytest
from graphql import build_schema, parse, validate

from gateway.limits import BudgetRule, costs

WIDE = "q { " + "a " * 100 + "} "
SCHEMA = build_schema("type Query { q: Query, a: Int }")


def problems(document: str) -> list[str]:
    return [error.message for error in validate(SCHEMA, parse(document), [BudgetRule])]


def nested(levels: int) -> str:
    return "{ q " * levels + "{ a }" + " }" * levels


def test_a_plain_document_is_let_through() -> None:
    assert problems("{ q { a } }") == []


def test_a_deep_document_is_refused_and_told_how_deep_it_is() -> None:
    assert problems(nested(30)) == ["The operation without a name has 31 levels deep; at most 20. Split it."]


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ("{ " + " ".join(f"x{i}: a" for i in range(60)) + " }", "root fields"),
        ("{ q { " + " ".join(f"x{i}: a" for i in range(300)) + " } }", "aliases"),
        (
            "{ q { " + " ".join(f"q {{ {' '.join(['a'] * 100)} }}" for _ in range(60)) + " } }",
            "fields with its fragments",
        ),
    ],
)
def test_a_wide_document_is_refused(document: str, word: str) -> None:
    assert any(word in problem for problem in problems(document))


def test_fragments_that_double_at_each_level_are_measured_in_no_time() -> None:
    levels = 60
    parts = [
        f"fragment F{i} on Query {{ q {{ ...F{i + 1} }} x: q {{ ...F{i + 1} }} }}" for i in range(levels)
    ]
    document = parse("{ ...F0 } " + " ".join(parts) + f" fragment F{levels} on Query {{ a }}")

    started = time.perf_counter()
    [(cost, _)] = costs(document).values()

    assert cost.fields > 2**levels
    assert time.perf_counter() - started < 1


def test_a_fragment_that_spreads_itself_ends() -> None:
    [(cost, roots)] = costs(parse("{ ...F } fragment F on Query { a ...F }")).values()

    assert (cost.fields, roots) == (1, 1)


def test_inline_fragments_and_unknown_fragments_are_measured() -> None:
    [(cost, _)] = costs(parse("{ ... on Query { a } ...Nothing }")).values()

    assert cost.fields == 1
