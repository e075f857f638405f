"""A judge who asks two executors the same: the plans of the engine, and graphql-core."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from json import dumps
from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema

from engine import core
from engine.assembly import NOTHING_LASTS
from engine.encode import answered
from engine.memo import Lasting
from engine.operations import Answer, Request
from engine.planned import PlannedExecutor
from tests.documents import Written


@dataclass
class Judge:
    """Holds answers against each other, and counts how often something was wrong in them.

    ``retold`` names the fields which plans have left to graphql-core: only those of which something is wrong.
    """

    schema: GraphQLSchema
    lasting: Lasting = NOTHING_LASTS
    counts: Counter[str] = field(default_factory=Counter)
    retold: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._planned: PlannedExecutor[Any] = PlannedExecutor(self.schema, lasting=self.lasting)

    @property
    def remembered(self) -> int:
        """How many rows the plans remember."""
        return len(self._planned.memo)

    async def compare(self, written: Written, new_context: Callable[[], Any], event: Any = None) -> None:
        """Fail if the two differ in a byte of the data or of an error."""
        ready = self._planned.ready(Request(written.text, written.variables))
        if isinstance(ready, Answer):
            assert written.may_be_refused, (ready.body, written.text)
            self.counts["refused"] += 1
            return
        built = core.executor(ready.operation, ready.given, new_context(), root_value=event)
        expected = await core.executed(built)
        await quiet()
        assert ready.operation.plan(ready.variables) is not None, written.text
        for _ in range(2):  # the second time by what is remembered of the first
            answer = await self._planned.answer(ready, new_context(), event)
            await quiet()
            self._hold(answer.body, answered(expected.data, expected.errors or ()), written.text)
        assert expected.errors or not self.retold, f"nothing is wrong with {written.text}"
        self.retold.clear()
        self.counts["with errors" if expected.errors else "without"] += 1

    def _hold(self, answer: bytes, expected: bytes, text: str) -> None:
        """Of errors which leave no place for each other graphql-core tells those that come in time: one at least."""
        if told(answer) != told(expected):
            assert in_time(answer) == in_time(expected), text
            self.counts["a matter of time"] += 1


def judging(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch, lasting: Lasting = NOTHING_LASTS
) -> Judge:
    """A judge who hears of each field that is left to graphql-core."""
    judge, tell = Judge(schema, lasting), core.told

    async def aloud(operation: Any, given: Any, context: Any, resolved: Any) -> Any:
        judge.retold += [one.shown.root.name for one in resolved]
        return await tell(operation, given, context, resolved)

    monkeypatch.setattr(core, "told", aloud)
    return judge


async def quiet() -> None:
    """Wait for reads which somebody has begun and nobody needs any more."""
    await asyncio.sleep(0)
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def told(body: bytes) -> tuple[str, list[str]]:
    """An answer's data, keys in their order; and its errors, which may come in any order."""
    answer = orjson.loads(body)
    return dumps(answer["data"]), sorted(dumps(error) for error in answer.get("errors", ()))


def in_time(body: bytes) -> tuple[str, set[str]]:
    """An answer's data; its errors, those whose place is there, and of the others the null that took their place."""
    answer = orjson.loads(body)
    found = set()
    for error in answer.get("errors", ()):
        null = _null_above(answer["data"], error["path"]) if "path" in error else None
        found.add(dumps(error) if null is None or null == error["path"] else f"something below {null}")
    return dumps(answer["data"]), found


def _null_above(data: Any, path: list[str | int]) -> list[str | int]:
    """The way to the first null on the way of a path."""
    for depth, step in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[step]
    return path
