"""Documents become bytes and a stage, each update runs anew, and a bounded number of documents is kept."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import graphql
import orjson
import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema

from engine.encode import encoded
from engine.operations import Answer, Request, Stage
from engine.planned import PlannedExecutor, Ready
from engine.sources import Placed

SDL = """
  type Query { context: Int, plus(a: Int!): Int, fails: Int, must: Int! }
  type Mutation { context: Int }
  type Subscription { counted(to: Int!, fail: String): Int, refused: Int, broken: Int }
"""


async def counted(_root: Any, _info: Any, to: int, fail: str | None = None) -> AsyncIterator[int]:
    for number in range(to):
        yield number
    if fail is not None:
        raise ValueError(fail)


async def refused(_root: Any, _info: Any) -> AsyncIterator[int]:
    raise GraphQLError("not for you", extensions={"code": "FORBIDDEN"})


def fails(_root: Any, _info: Any) -> int:
    raise ValueError("a secret")


@pytest.fixture
def schema() -> GraphQLSchema:
    built = build_schema(SDL)
    query, subscription = built.query_type, built.subscription_type
    assert query is not None
    assert subscription is not None
    query.fields["context"].resolve = lambda _root, info: info.context.number
    query.fields["plus"].resolve = lambda _root, _info, a: a + 1
    query.fields["fails"].resolve = query.fields["must"].resolve = fails
    subscription.fields["counted"].subscribe = counted
    subscription.fields["counted"].resolve = lambda _root, info, **_: info.context.number
    subscription.fields["refused"].subscribe = refused
    return built


class Context:
    """A context that knows its number and loads nothing."""

    scope = None
    moment = None
    loaders: Mapping[str, Any] = {}

    def __init__(self, number: int = 7) -> None:
        self.number = number
        self.since: float | None = None

    async def load(self, wanted: Any) -> Any:
        raise NotImplementedError(wanted)

    def forget(self, since: float | None = None) -> None:
        """There is nothing to forget."""
        self.since = since


@pytest.fixture
def executor(schema: GraphQLSchema) -> PlannedExecutor[Context]:
    return PlannedExecutor(schema, shown=shown, max_tokens=100, cursor_of=lambda event: f"c{event}")


def shown(error: GraphQLError) -> GraphQLError:
    """An error without what it was caused by."""
    return GraphQLError("masked", path=error.path) if error.original_error is not None else error


async def asked(executor: PlannedExecutor[Context], document: str, **more: Any) -> tuple[Any, Stage]:
    answer = await executor.execute(Request(document, **more), Context())
    return orjson.loads(answer.body), answer.stage


async def test_an_answer_has_data_and_was_executed(executor: PlannedExecutor[Context]) -> None:
    document = "query($a: Int!) { context plus(a: $a) }"

    assert await asked(executor, document, variables={"a": 1}) == (
        {"data": {"context": 7, "plus": 2}},
        Stage.EXECUTED,
    )


async def test_an_error_of_a_field_is_shown_as_it_may_be_and_nulls_what_it_must(
    executor: PlannedExecutor[Context],
) -> None:
    beside, _ = await asked(executor, "{ context fails }")
    whole, stage = await asked(executor, "{ context must }")

    assert beside == {
        "data": {"context": 7, "fails": None},
        "errors": [{"message": "masked", "path": ["fails"]}],
    }
    assert (whole["data"], stage) == (None, Stage.EXECUTED)


STAGES = {
    "": Stage.UNREADABLE,
    "{": Stage.UNREADABLE,
    "{ " + "context " * 200 + "}": Stage.UNREADABLE,
    "{ nothing }": Stage.INVALID,
    "{ plus }": Stage.INVALID,
    "query($a: Int!) { plus(a: $a) }": Stage.INVALID,
    "query A { context } query B { context }": Stage.INVALID,
    "fragment F on Query { context }": Stage.INVALID,
}


@pytest.mark.parametrize(("document", "stage"), STAGES.items())
async def test_what_does_not_run_has_errors_alone_and_says_how_far_it_came(
    executor: PlannedExecutor[Context], document: str, stage: Stage
) -> None:
    body, found = await asked(executor, document)

    assert (list(body), found) == (["errors"], stage)
    assert orjson.loads((await _subscribed(executor, document)).body) == body


async def _subscribed(executor: PlannedExecutor[Context], document: str) -> Answer:
    found = await executor.subscribe(Request(document), Context)
    assert isinstance(found, Answer)
    return found


def test_the_kind_of_an_operation_is_known_where_one_is_meant(executor: PlannedExecutor[Context]) -> None:
    several = "query A { context } mutation B { context }"

    assert executor.operation_type(Request(several, operation_name="B")) == "mutation"
    assert executor.operation_type(Request("subscription { counted(to: 1) }")) == "subscription"
    for unclear in (Request(several), Request(several, operation_name="C"), Request("{"), Request("")):
        assert executor.operation_type(unclear) is None


async def followed(executor: PlannedExecutor[Context], document: str) -> list[Answer]:
    contexts = itertools.count()
    stream = await executor.subscribe(Request(document), lambda: Context(next(contexts)))
    assert not isinstance(stream, Answer)
    return [answer async for answer in stream]


async def test_each_update_has_a_context_of_its_own_and_its_cursor(
    executor: PlannedExecutor[Context],
) -> None:
    answers = await followed(executor, "subscription { counted(to: 3) }")

    assert [orjson.loads(answer.body)["data"]["counted"] for answer in answers] == [1, 2, 3]
    assert [answer.cursor for answer in answers] == ["c0", "c1", "c2"]


async def test_a_source_that_fails_is_the_last_answer(executor: PlannedExecutor[Context]) -> None:
    first, last = await followed(executor, 'subscription { counted(to: 1, fail: "a secret") }')

    assert (first.stage, last.stage) == (Stage.EXECUTED, Stage.REFUSED)
    assert orjson.loads(last.body) == {"errors": [{"message": "masked"}]}


async def test_a_subscription_that_is_refused_has_no_stream(executor: PlannedExecutor[Context]) -> None:
    answer = await _subscribed(executor, "subscription { broken }")

    assert answer.stage is Stage.REFUSED
    assert list(orjson.loads(answer.body)) == ["errors"]


async def test_a_document_is_parsed_once_while_it_is_kept(
    executor: PlannedExecutor[Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def parse(text: str, **options: Any) -> Any:
        parsed.append(text)
        return graphql.parse(text, **options)

    monkeypatch.setattr("engine.documents.parse", parse)
    monkeypatch.setattr("engine.documents.KEPT_DOCUMENTS", 2)
    for document in (
        "{ a: context }",
        "{ b: context }",
        "{ a: context }",
        "{ c: context }",
        "{ a: context }",
    ):
        await asked(executor, document)
    assert len(parsed) == 3

    monkeypatch.setattr("engine.documents.KEPT_CHARACTERS", 30)
    for _ in range(3):
        await asked(executor, "{ d: context }")
        await asked(executor, "{ c: context }")
    assert len(parsed) == 5

    monkeypatch.setattr("engine.documents.KEPT_CHARACTERS", 20)
    await asked(executor, "{ e: context }")
    await asked(executor, "{ c: context }")
    assert len(parsed) == 7


def test_what_orjson_does_not_write_is_written_all_the_same() -> None:
    assert orjson.loads(encoded({"a": 10**20 - 1}).replace(b"9" * 20, b"1")) == {"a": 1}
    assert encoded({"a": "\ud800"}) == b'{"a": "\\ud800"}'


async def test_an_update_shows_what_was_there_when_its_event_was_found(
    executor: PlannedExecutor[Context],
) -> None:
    ready, context = executor.ready(Request("subscription { counted(to: 1) }")), Context(3)
    assert isinstance(ready, Ready)

    answer = await executor._update(ready, lambda: context, Placed(1, 1, since=5.0))  # noqa: SLF001 - what a channel calls

    assert orjson.loads(answer.body) == {"data": {"counted": 3}}
    assert context.since == 5.0
