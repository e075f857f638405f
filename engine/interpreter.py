"""Executes documents with graphql-core, field by field: any document of any schema, without a plan.

A document is parsed and validated once while it is in use. Each operation, and each update of a subscription, runs in
a context of its own.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Final, Generic, TypeVar, cast

import orjson
from graphql import (
    ASTValidationRule,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    create_source_event_stream,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.executor import Executor

from engine.operations import Answer, Request, Stage

KEPT_DOCUMENTS: Final = 500
KEPT_CHARACTERS: Final = 2_000_000
"""Of all kept documents together. What is kept of one is some fifty times its text."""

Context = TypeVar("Context")
Shown = Callable[[GraphQLError], GraphQLError]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that was looked at: with errors it is not run, and ``stage`` says how far it came."""

    document: DocumentNode | None
    errors: Sequence[GraphQLError] = ()
    stage: Stage = Stage.EXECUTED

    @property
    def operations(self) -> list[OperationDefinitionNode]:
        """The operations in it."""
        definitions = self.document.definitions if self.document is not None else ()
        return [one for one in definitions if isinstance(one, OperationDefinitionNode)]


class Interpreter(Generic[Context]):
    """An ``Executor`` over graphql-core.

    Args:
        schema: What is served.
        rules: Validation rules besides those of the specification.
        shown: What a client may see of an error.
        max_tokens: Of a document.
        cursor_of: Where a stream stands behind an event of its source, null if it cannot be taken up there.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        rules: Sequence[type[ASTValidationRule]] = (),
        shown: Shown = lambda error: error,
        max_tokens: int = 5_000,
        cursor_of: Callable[[Any], str | None] = lambda _event: None,
    ) -> None:
        self._schema = schema
        self._rules = (*specified_rules, *rules)
        self._shown = shown
        self._max_tokens = max_tokens
        self._cursor_of = cursor_of
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._characters = 0

    def operation_type(self, request: Request) -> str | None:
        """``query``, ``mutation`` or ``subscription``; null when the document does not say which."""
        found = self._operation(self._prepared(request.document), request.operation_name)
        return found.operation.value if isinstance(found, OperationDefinitionNode) else None

    async def execute(self, request: Request, context: Context) -> Answer:
        """The answer to a query or a mutation."""
        built = self._built(request, context)
        if isinstance(built, Answer):
            return built
        result = built.execute_operation()
        if isawaitable(result):
            result = await result
        return self._answer(cast("ExecutionResult", result))

    async def subscribe(
        self, request: Request, new_context: Callable[[], Context]
    ) -> Answer | AsyncIterator[Answer]:
        """The updates of a subscription, each executed with a context of its own; an Answer when there are none."""
        built = self._built(request, new_context())
        if isinstance(built, Answer):
            return built
        source: Any = create_source_event_stream(built)
        if isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            return self._refused(source.errors or (), Stage.REFUSED)
        return self._updates(built, source, new_context)

    async def _updates(
        self, built: Executor[Any], source: Any, new_context: Callable[[], Context]
    ) -> AsyncIterator[Answer]:
        try:
            async with aclosing(source) as events:
                async for event in events:
                    yield await self._update(built, event, new_context())
                    del event  # or it is held until the next one comes
        except Exception as error:  # noqa: BLE001 - whatever ends a stream, its client is told
            yield self._refused([_located(error)], Stage.REFUSED)

    async def _update(self, built: Executor[Any], event: Any, context: Context) -> Answer:
        each = built.build_per_event_executor(event)
        each.context_value = context
        result: Any = each.execute_operation(serially=False)
        if isawaitable(result):
            result = await result
        return self._answer(result, self._cursor_of(event))

    def _built(self, request: Request, context: Context) -> Executor[Any] | Answer:
        """What runs the request, or the answer why nothing does."""
        prepared = self._prepared(request.document)
        if prepared.document is None:
            return self._refused(prepared.errors, prepared.stage)
        operation = self._operation(prepared, request.operation_name)
        if isinstance(operation, GraphQLError):
            return self._refused([operation], Stage.INVALID)
        if prepared.errors:
            return self._refused(prepared.errors, prepared.stage)
        built = Executor.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(request.variables or {}),
            operation_name=request.operation_name,
        )
        return self._refused(built, Stage.INVALID) if isinstance(built, list) else built

    def _operation(self, prepared: Prepared, name: str | None) -> OperationDefinitionNode | GraphQLError:
        """The operation which is meant; an error where none is."""
        operations = prepared.operations
        if name is not None:
            named = (one for one in operations if one.name is not None and one.name.value == name)
            return next(named, GraphQLError(f"the document has no operation named {name!r}"))
        if len(operations) == 1:
            return operations[0]
        if not operations:
            return GraphQLError("the document holds fragments alone, and no operation")
        return GraphQLError(
            f"The document holds {len(operations)} operations; say which one in operationName."
        )

    def _prepared(self, text: str) -> Prepared:
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        made = self._kept[text] = self._prepare(text)
        self._characters += len(text)
        while len(self._kept) > KEPT_DOCUMENTS or (
            self._characters > KEPT_CHARACTERS and len(self._kept) > 1
        ):
            self._characters -= len(self._kept.popitem(last=False)[0])
        return made

    def _prepare(self, text: str) -> Prepared:
        if not text.strip():
            return Prepared(None, [GraphQLError("query is missing, or empty")], Stage.UNREADABLE)
        try:
            document = parse(text, max_tokens=self._max_tokens)
        except GraphQLError as error:
            return Prepared(None, [error], Stage.UNREADABLE)
        except RecursionError:
            return Prepared(None, [GraphQLError("the document is nested too deeply")], Stage.UNREADABLE)
        return Prepared(document, validate(self._schema, document, self._rules), Stage.INVALID)

    def _answer(self, result: ExecutionResult, cursor: str | None = None) -> Answer:
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [self._shown(error).formatted for error in result.errors]
        return Answer(encoded(body), cursor=cursor)

    def _refused(self, errors: Sequence[GraphQLError], stage: Stage) -> Answer:
        return Answer(encoded({"errors": [self._shown(error).formatted for error in errors]}), stage)


def encoded(body: object) -> bytes:
    """JSON. What orjson does not write, such as an integer beyond 64 bits, the standard library does."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()


def _located(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
