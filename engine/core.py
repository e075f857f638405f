"""What is left to graphql-core: operations without a plan, and fields of which something went wrong.

What an error is called, where it stands and which nulls it leaves is told by the one executor that defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLNonNull,
    SelectionSetNode,
)
from graphql.execution.executor import Executor

from engine.assembly import Shown
from engine.documents import Operation

Given = Mapping[str, Any] | None
"""The variables as the client sent them."""


def executor(
    operation: Operation, given: Given, context: object, **options: Any
) -> Executor[Any] | list[GraphQLError]:
    """What executes an operation field by field; errors where its variables cannot be read."""
    fragments = [one for one in operation.document.definitions if isinstance(one, FragmentDefinitionNode)]
    document = DocumentNode(definitions=(operation.node, *fragments))
    return Executor.build(
        operation.schema,
        document,
        context_value=context,
        raw_variable_values=dict(given or {}),
        **options,
    )


async def executed(built: Executor[Any] | list[GraphQLError]) -> ExecutionResult:
    """The result of an operation."""
    if isinstance(built, list):
        return ExecutionResult(None, built)
    result = built.execute_operation()
    return cast("ExecutionResult", await result if isawaitable(result) else result)


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """A root field with the value that its resolver gave, or the exception that it raised."""

    shown: Shown
    value: Any
    waits: bool
    """Whether the resolver was waited for."""

    @property
    def must_be(self) -> bool:
        """Whether the whole answer is null without it."""
        return isinstance(self.shown.root.of.type, GraphQLNonNull)

    def again(self) -> Any:
        """What the resolver did, without doing it."""
        return self._later() if self.waits else self._now()

    def _now(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    async def _later(self) -> Any:
        return self._now()


async def told(
    operation: Operation, given: Given, context: object, resolved: Sequence[Resolved]
) -> ExecutionResult:
    """The result of some root fields, whose resolvers have been called and are not called again."""
    known = {one.shown.root.name: one for one in resolved}

    def remembering(following: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        return (
            known[info.path.key].again() if info.path.prev is None else following(source, info, **arguments)
        )

    selections = tuple(node for one in resolved for node in one.shown.root.nodes)
    some = copy(operation)
    some.node = replace(operation.node, selection_set=SelectionSetNode(selections=selections))
    return await executed(executor(some, given, context, middleware=[remembering]))
