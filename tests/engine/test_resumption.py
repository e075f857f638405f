"""A subscription goes on behind a cursor, whatever its client wrote in the place of the argument."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from engine.operations import Request
from engine.resumption import VARIABLE, Resumption

SCHEMA = build_schema("""
  scalar Cursor
  type Query { a: Int }
  type Subscription { updates(after: Cursor, kind: String): Int, beats: Int, nested: Nested }
  type Nested { updates(after: Cursor): Int }
""")
RESUMPTION = Resumption(SCHEMA)

CHANGED = {
    "subscription { updates }": "subscription($lastEventId: Cursor) { updates(after: $lastEventId) }",
    "subscription S { updates }": "subscription S($lastEventId: Cursor) { updates(after: $lastEventId) }",
    'subscription { u: updates(after: "old", kind: "x") }': (
        'subscription($lastEventId: Cursor) { u: updates(after: $lastEventId, kind: "x") }'
    ),
    "subscription($k: String) { updates(kind: $k) }": (
        "subscription($lastEventId: Cursor, $k: String) { updates(after: $lastEventId, kind: $k) }"
    ),
    "subscription { ... on Subscription { updates } }": (
        "subscription($lastEventId: Cursor) { ... on Subscription { updates(after: $lastEventId) } }"
    ),
    "subscription { ...F } fragment F on Subscription { updates }": (
        "subscription($lastEventId: Cursor) { ...F } fragment F on Subscription { updates(after: $lastEventId) }"
    ),
    "subscription @skip(if: false) { updates }": (
        "subscription($lastEventId: Cursor) @skip(if: false) { updates(after: $lastEventId) }"
    ),
    '# 长\nsubscription { updates(after: """old""") }': (
        "# 长\nsubscription($lastEventId: Cursor) { updates(after: $lastEventId) }"
    ),
    '"what it is for" subscription { updates }': (
        '"what it is for" subscription($lastEventId: Cursor) { updates(after: $lastEventId) }'
    ),
}


@pytest.mark.parametrize(("document", "expected"), CHANGED.items())
def test_the_argument_becomes_a_variable_that_holds_the_cursor(document: str, expected: str) -> None:
    found = RESUMPTION.behind(Request(document, {"k": 1}, None, {"e": 1}), "c7")

    assert found == Request(expected, {"k": 1, VARIABLE: "c7"}, None, {"e": 1})
    rules_broken = [e.message for e in validate(SCHEMA, parse(expected))]
    assert rules_broken in ([], ["Directive '@skip' may not be used on subscription."])


def test_a_variable_that_is_there_is_used() -> None:
    document = "subscription($from: Cursor) { updates(after: $from) }"

    found = RESUMPTION.behind(Request(document, {"from": "old"}), "c7")

    assert found == Request(document, {"from": "c7"})


def test_the_named_operation_is_meant() -> None:
    document = "subscription A { beats } subscription B { updates }"

    assert RESUMPTION.behind(Request(document, None, "A"), "c7") == Request(document, None, "A")
    assert "B($lastEventId" in RESUMPTION.behind(Request(document, None, "B"), "c7").document


UNCHANGED = [
    "{ a }",
    "subscription { beats }",
    "subscription { nested { updates } }",
    "subscription { nothing }",
    "subscription { updates beats }",
    "subscription { ...F } fragment F on Subscription { ...F }",
    "subscription { ...Nothing }",
    "subscription {",
    "",
]


@pytest.mark.parametrize("document", UNCHANGED)
def test_what_has_no_place_for_a_cursor_stays_as_it_is(document: str) -> None:
    assert RESUMPTION.behind(Request(document), "c7") == Request(document)


def test_a_long_document_goes_on_as_well() -> None:
    document = "subscription { updates } " + "# " + "x" * 50_000

    assert RESUMPTION.behind(Request(document), "c7").variables == {VARIABLE: "c7"}
