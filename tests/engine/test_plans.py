"""Plans over a schema that knows no trade: rows of any value, and which documents have which plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from engine.operations import Answer, Request
from engine.planned import PlannedExecutor, Ready
from tests.documents import Author, Written
from tests.engine.toys import SCHEMA, Colour, Context
from tests.judge import Judge, judging

VALUES: Mapping[str, Sequence[Any]] = {"Int": [0, 1, 2, -1, 7], "String": ["a", ""], "Boolean": [True, False]}
DOCUMENTS = 150


def pool(_name: str, type_name: str) -> Sequence[Any]:
    return VALUES[type_name]


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    return judging(SCHEMA, monkeypatch)


@pytest.mark.parametrize("scope", ["insider", "stranger"])
@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.3])
async def test_rows_of_any_value_are_answered_as_graphql_core_does(
    judge: Judge, scope: str, wrong: float
) -> None:
    author = Author(SCHEMA, Random(f"{scope}{wrong}"), pool, deepest=4)

    for _ in range(DOCUMENTS):
        await judge.compare(author.document("query"), lambda: Context(wrong, scope))

    assert judge.counts["without"] > 0
    assert judge.counts["with errors"] > 0


async def asked(document: str, context: Context, **variables: Any) -> dict[str, Any]:
    executor: PlannedExecutor[Context] = PlannedExecutor(SCHEMA)
    answer: dict[str, Any] = orjson.loads(
        (await executor.execute(Request(document, variables), context)).body
    )
    return answer


async def test_all_relations_of_a_level_are_loaded_in_one_call() -> None:
    context = Context(0)

    answer = await asked(
        """{ a: thing(seed: 1) { label peers(first: 1) { text ... on Thing { label } ... on Other { text } } }
        b: thing(seed: 2) { label secret { label } again: label } }""",
        context,
    )

    first, second = context.loads
    assert first == {"label": ["1", "2"], "peers": [("1", 1)], "thing": ["2"]}
    assert set(second) == {"label"}
    assert answer["data"]["b"] == {"label": "label 2", "secret": {"label": "label 2t"}, "again": "label 2"}


ODD: list[object] = [
    None,
    True,
    0,
    2**31,
    -(2**31) - 1,
    2**70,
    1.0,
    0.5,
    -0.0,
    float("nan"),
    float("inf"),
    "1",
    "GREEN",
    "g",
    b"1",
]
ODD += [Colour.GREEN, ValueError("as a value"), [], [2**31, "2"], (1, None), {"a": 1}, object]


@pytest.mark.parametrize("value", ODD, ids=repr)
async def test_an_odd_value_is_shown_as_graphql_core_shows_it(judge: Judge, value: object) -> None:
    attributes = ("number", "share", "flag", "text", "colour", "list_number", "plain")
    context = Context(0, given=SimpleNamespace(**dict.fromkeys(attributes, value)))

    for name in ("number", "share", "flag", "text", "colour", "listNumber", "plain { __typename }"):
        await judge.compare(Written(f"{{ given {{ {name} }} }}"), lambda: context)


@pytest.mark.parametrize("document", ["{ thing { keyless { text } } }", "{ thing { named { name } } }"])
async def test_a_relation_without_a_key_or_with_a_failure_for_a_value_is_wrong(
    judge: Judge, document: str
) -> None:
    await judge.compare(Written(document), lambda: Context(0))

    assert judge.counts == {"with errors": 1}


async def test_a_mutation_writes_one_after_the_other_and_ends_where_one_fails_that_has_to_be() -> None:
    context = Context(0)

    answer = await asked(
        "mutation { a: write(seed: 1) { text } b: write(seed: -1) { text } c: write(seed: 3) { text } }",
        context,
    )

    assert context.written == [1, -1]
    assert (answer["data"], [error["path"] for error in answer["errors"]]) == (None, [["b"]])


async def test_what_is_wrong_in_the_answer_to_a_mutation_writes_nothing_twice() -> None:
    context = Context(0, "stranger")

    answer = await asked("mutation { a: write(seed: 1) { text solid { text } } }", context)

    assert context.written == [1]
    assert answer["errors"][0]["message"] == "Cannot return null for non-nullable field Thing.solid."


def ready(executor: PlannedExecutor[Context], document: str, **variables: Any) -> Ready:
    found = executor.ready(Request(document, variables))
    assert not isinstance(found, Answer), found
    return found


def test_an_operation_has_a_plan_for_each_set_of_its_conditions_and_keeps_the_last_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor: PlannedExecutor[Context] = PlannedExecutor(SCHEMA)
    document = """query($a: Boolean!, $b: Boolean = true, $n: Int) {
      thing(seed: $n) { text @skip(if: $a) ...F } } fragment F on Thing { flag @include(if: $b) }"""

    def plan(**variables: Any) -> Any:
        found = ready(executor, document, **variables)
        return found.operation.plan(found.variables)

    one = plan(a=True, n=1)
    assert plan(a=True, b=True, n=2) is one
    assert plan(a=False) is not one
    assert plan(a=True, b=False) is not one

    monkeypatch.setattr("engine.documents.KEPT_PLANS", 2)
    assert plan(a=True) is one
    plan(a=False, b=False)
    plan(a=False, b=True)
    assert plan(a=True) is not one


async def test_a_condition_that_cannot_be_read_is_told_by_graphql_core() -> None:
    document = "query($a: Boolean = true) { thing { text @skip(if: $a) } }"

    answer = await asked(document, Context(0), a=None)

    assert answer["data"] is None
    assert "if" in answer["errors"][0]["message"]
