"""A document is measured once, fragments included, and refused by what it costs."""

from __future__ import annotations

import time

import pytest
from graphql import (
    OperationDefinitionNode,
    build_schema,
    get_introspection_query,
    parse,
    specified_rules,
    validate,
)

from gateway.limits import BudgetRule, Cost, Measure
from resolvers.root import MAX_TOKENS
from resolvers.root import schema as served

SCHEMA = build_schema("""
  type Query { q: Query, a(x: Int): Int, page(first: Int, last: Int): QueryConnection, union: Both }
  type QueryConnection { edges: [QueryEdge] } type QueryEdge { node: Query }
  type Other { a: Int } union Both = Query | Other
""")


def problems(document: str) -> list[str]:
    return [error.message for error in validate(SCHEMA, parse(document), [BudgetRule])]


def nested(levels: int) -> str:
    return "{ q " * levels + "{ a }" + " }" * levels


def test_a_plain_document_is_let_through() -> None:
    assert problems("{ q { a } }") == []


def cost(document: str) -> Cost:
    parsed = parse(document)
    [operation] = [d for d in parsed.definitions if isinstance(d, OperationDefinitionNode)]
    return Measure(SCHEMA, parsed).cost(operation)


def test_a_deep_document_is_refused_and_told_how_deep_it_is() -> None:
    assert problems(nested(30)) == ["The operation without a name has 31 levels; at most 20. Split it."]


def many(count: int, field: str) -> str:
    return " ".join(f"x{place}: {field}" for place in range(count))


WIDE = {
    "root fields": f"{{ {many(60, 'a')} }}",
    "60 root fields": f"{{ ...F }} fragment F on Query {{ {many(60, 'a')} }}",
    "aliases": f"{{ q {{ {many(300, 'a')} }} }}",
    "fields with its fragments": "{ " + "q { ...F } " * 30 + f"}} fragment F on Query {{ {'a ' * 200} }}",
    "fields for one place": f"{{ q {{ {'a ' * 60} }} }}",
    "60 fields for one place": f"{{ q {{ {'... on Query { q { a } } ' * 20} ...F ...F }} }} "
    f"fragment F on Query {{ {'q { a } ' * 40} }}",
    "entries in its lists": f"{{ {many(30, 'page { edges { node { page(first: $n) { edges { node { a } } } } } }')} }}",
    "50400 entries": "{ x: page(first: 200) { edges { node { page(last: 200) { edges { node { a } } } } } } "
    "page(first: 200) { edges { node { page { edges { node { a } } } } } } }",
    "A number has 500 digits": f"{{ a(x: {'9' * 500}) }}",
}


@pytest.mark.parametrize(("word", "document"), WIDE.items())
def test_a_wide_document_is_refused_for_one_reason(word: str, document: str) -> None:
    [problem] = problems(document)

    assert word in problem


def test_pages_count_as_often_as_the_pages_around_them_have_entries() -> None:
    assert cost("{ page(first: 3) { edges { node { page(last: 2) { edges { node { a } } } } } } }").rows == 9
    assert cost("{ page { edges { node { a } } } }").rows == 50
    assert cost("query($n: Int) { page(first: $n) { edges { node { a } } } }").rows == 200
    assert cost("{ page(first: 99999) { edges { node { a } } } }").rows == 200
    assert (
        cost("{ ...F } fragment F on Query { ... { q { page(first: 7) { edges { cursor } } } } }").rows == 7
    )
    assert cost("{ union { ... on Query { page(first: 7) { edges { cursor } } } } }").rows == 7


def test_a_refused_document_is_looked_at_by_no_other_rule() -> None:
    document = f"{{ {many(60, 'nothing')} }}"

    started = time.perf_counter()
    found = [error.message for error in validate(SCHEMA, parse(document))]
    assert len(found) == 60

    assert len(problems(document)) == 1
    assert time.perf_counter() - started < 1


def test_what_graphiql_asks_for_is_let_through() -> None:
    core = served

    assert validate(core, parse(get_introspection_query(input_value_deprecation=True)), [BudgetRule]) == []


TANGLED = {
    "one field": "{ viewer { " + "id " * 4900 + "} }",
    "one nested field": "{ " + "viewer { member { crew { id name } } } " * 300 + "}",
    "fields of fields": "{ " + ("viewer { " + "member { id } " * 20 + "} ") * 40 + "}",
    "other arguments": "{ " + " ".join(f'x: order(number: "{n}") {{ id }}' for n in range(400)) + " }",
    "many fragments": "{ viewer { "
    + " ".join(f"...F{n}" for n in range(400))
    + " } } "
    + " ".join(f"fragment F{n} on Viewer {{ id }}" for n in range(400)),
    "fragments in a ring": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ viewer {{ id }} ...F{(n + 1) % 300} }}" for n in range(300)),
    "fragments that double": "{ ...F0 } "
    + " ".join(
        f"fragment F{n} on Query {{ x: node(id: 1) {{ id }} ...F{n + 1} ...F{n + 1} }}" for n in range(200)
    )
    + " fragment F200 on Query { viewer { id } }",
    "spreads of nothing": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ {f'...F{n + 1} ' * 20} }}" for n in range(60))
    + " fragment F60 on Query { ...Nothing }",
}


@pytest.mark.parametrize("document", TANGLED.values(), ids=TANGLED.keys())
def test_no_document_keeps_the_gateway_busy(document: str) -> None:
    core = served
    parsed = parse(document, max_tokens=2 * MAX_TOKENS)

    started = time.perf_counter()
    found = validate(core, parsed, [*specified_rules, BudgetRule])

    assert found
    assert time.perf_counter() - started < 0.5


def test_fragments_that_double_at_each_level_are_measured_in_no_time() -> None:
    levels = 60
    parts = [
        f"fragment F{i} on Query {{ q {{ ...F{i + 1} }} x: q {{ ...F{i + 1} }} }}" for i in range(levels)
    ]

    started = time.perf_counter()
    found = cost("{ ...F0 } " + " ".join(parts) + f" fragment F{levels} on Query {{ a }}")

    assert found.fields > 2**levels
    assert time.perf_counter() - started < 1


def test_a_fragment_that_spreads_itself_ends() -> None:
    found = cost("{ ...F } fragment F on Query { a ...F }")

    assert (found.fields, found.roots) == (1, 1)


def test_inline_fragments_and_unknown_fragments_are_measured() -> None:
    assert cost("{ ... on Query { a } ...Nothing }").fields == 1
