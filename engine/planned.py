"""Executes documents by plans, and what has no plan by graphql-core.

The answers are graphql-core's own; a test holds the two against each other over a whole schema.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any, Final, Generic, TypeVar

from graphql import (
    ASTValidationRule,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    create_source_event_stream,
    located_error,
)
from graphql.execution.values import VariableValues

from engine import core
from engine.assembly import NOTHING_LASTS
from engine.channels import Channels
from engine.documents import Documents, Operation
from engine.encode import answered, refused
from engine.fields import OperationContext
from engine.memo import Lasting, Memo
from engine.operations import Answer, Request, Stage
from engine.run import Run, called
from engine.sources import Placed, Source
from engine.updates import Updates

Context = TypeVar("Context", bound=OperationContext)
Shown = Callable[[GraphQLError], GraphQLError]
CONFLATE: Final = "conflate"
"""The extension by which a client asks for the newest update alone of those of one thing that wait for it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that can be executed, any number of times."""

    operation: Operation
    variables: VariableValues
    given: core.Given


class PlannedExecutor(Generic[Context]):
    """An ``Executor``. One object a process.

    Args:
        schema: What is served.
        rules: Validation rules besides those of the specification.
        shown: What a client may see of an error.
        max_tokens: Of a document.
        cursor_of: Where a stream stands behind an event of its source, null if it cannot be taken up there.
        lasting: The rows of queries of which what was shown once is kept.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        rules: Sequence[type[ASTValidationRule]] = (),
        shown: Shown = lambda error: error,
        max_tokens: int = 5_000,
        cursor_of: Callable[[Any], str | None] = lambda _event: None,
        lasting: Lasting = NOTHING_LASTS,
    ) -> None:
        self._documents = Documents(schema, rules, max_tokens, lasting)
        self.memo = Memo()
        self._shown = shown
        self._cursor_of = cursor_of
        self.channels = Channels()

    def operation_type(self, request: Request) -> str | None:
        """``query``, ``mutation`` or ``subscription``; null when the document does not say which."""
        operation = self._documents.read(request.document).meant(request.operation_name)
        return operation.kind if isinstance(operation, Operation) else None

    async def execute(self, request: Request, context: Context) -> Answer:
        """The answer to a query or a mutation."""
        ready = self.ready(request)
        return ready if isinstance(ready, Answer) else await self.answer(ready, context)

    async def subscribe(
        self, request: Request, new_context: Callable[[], Context]
    ) -> Answer | AsyncIterator[Answer]:
        """The updates of a subscription, each executed with a context of its own; an Answer when there are none."""
        ready = self.ready(request)
        if isinstance(ready, Answer):
            return ready
        conflate = (request.extensions or {}).get(CONFLATE, False)
        if not isinstance(conflate, bool):
            return self._refused(
                [GraphQLError(f"extensions.{CONFLATE} must be true or false")], Stage.INVALID
            )
        context = new_context()
        source = await self.events(ready, context)
        if isinstance(source, Answer):
            return source
        if not isinstance(source, Source):
            return self._updates(ready, source, new_context)
        return Updates(
            source,
            partial(self._update, ready, new_context),
            self._fault,
            self.channels,
            self._shared_by(ready, source, context),
            conflate=conflate,
        )

    def ready(self, request: Request) -> Ready | Answer:
        """The operation that a request means, or the answer why there is none."""
        document = self._documents.read(request.document)
        if document.stage is Stage.UNREADABLE:
            return self._refused(document.errors, document.stage)
        operation = document.meant(request.operation_name)
        if isinstance(operation, GraphQLError):
            return self._refused([operation], Stage.INVALID)
        if document.errors:
            return self._refused(document.errors, document.stage)
        variables = operation.variables(request.variables)
        if isinstance(variables, list):
            return self._refused(variables, Stage.INVALID)
        return Ready(operation, variables, request.variables)

    async def answer(self, ready: Ready, context: Context, event: Any = None) -> Answer:
        """What an operation answers to a caller; a subscription, to one event of its source."""
        assembly = ready.operation.plan(ready.variables)
        if assembly is None:
            built = core.executor(ready.operation, ready.given, context, root_value=event)
            result = await core.executed(built)
            data, errors = result.data, result.errors or []
        else:
            memo = self.memo if ready.operation.kind == "query" else None
            run = Run(ready.operation, assembly, ready.variables, ready.given, context, memo=memo)
            data, errors = await run.result(event)
        shown = [self._shown(error) for error in errors] if errors else ()
        return Answer(answered(data, shown), cursor=self._cursor_of(event) if event is not None else None)

    async def events(self, ready: Ready, context: Context) -> AsyncIterator[Any] | Source | Answer:
        """The source of a subscription, or the answer why there is none."""
        assembly = ready.operation.plan(ready.variables)
        root = assembly.roots[0].root if assembly is not None and assembly.roots else None
        if root is None or root.subscribe is None:
            return await self._core_events(ready, context)
        try:
            found = called(root, root.subscribe, None, ready.variables, context)
            source = await found if isawaitable(found) else found
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
            return self._refused([located_error(error, root.nodes, [root.name])], Stage.REFUSED)
        return source if isinstance(source, AsyncIterable) else await self._core_events(ready, context)  # type: ignore[return-value]  # it can be iterated

    async def _core_events(self, ready: Ready, context: Context) -> AsyncIterator[Any] | Answer:
        built = core.executor(ready.operation, ready.given, context)
        if isinstance(built, list):
            return self._refused(built, Stage.INVALID)
        found: Any = create_source_event_stream(built)
        source = await found if isawaitable(found) else found
        if isinstance(source, ExecutionResult):
            return self._refused(source.errors or (), Stage.REFUSED)
        return source  # type: ignore[no-any-return]  # graphql-core has made sure that it can be iterated

    async def _update(self, ready: Ready, new_context: Callable[[], Context], placed: Placed) -> Answer:
        context = new_context()
        if placed.since is not None:
            context.forget(placed.since)
        return await self.answer(ready, context, placed.event)

    @staticmethod
    def _shared_by(ready: Ready, source: Source, context: Context) -> Hashable:
        """All that the answers to a source's events depend on. Without a plan nobody knows what that is."""
        if ready.operation.plan(ready.variables) is None:
            return object()
        return ready.operation, ready.operation.selected_by(ready.given), context.scope, source.topic

    def _fault(self, error: Exception) -> Answer:
        return self._refused([_told(error)], Stage.REFUSED)

    async def _updates(
        self, ready: Ready, source: Any, new_context: Callable[[], Context]
    ) -> AsyncIterator[Answer]:
        try:
            async with aclosing(source) as events:
                async for event in events:
                    yield await self.answer(ready, new_context(), event)
                    del event  # or it is held until the next one comes
        except Exception as error:  # noqa: BLE001 - whatever ends a stream, its client is told
            yield self._fault(error)

    def _refused(self, errors: Sequence[GraphQLError], stage: Stage) -> Answer:
        return Answer(refused([self._shown(error) for error in errors]), stage)


def _told(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
