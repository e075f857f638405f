"""One execution of a plan: values of root fields are assembled, and what they relate to is loaded level by level.

All relations of a level are asked for in one call. A value that belongs to several places of a level is assembled
once and stands in all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from inspect import isawaitable
from typing import Any

from graphql import GraphQLError, located_error
from graphql.execution.values import VariableValues

from engine import core
from engine.assembly import Assembly, Link, Shown
from engine.core import Given, Resolved
from engine.documents import Operation
from engine.fields import OperationContext
from engine.memo import Key, Memo
from engine.plan import Arguments, Root

Result = tuple[dict[str, Any] | None, list[GraphQLError]]
"""Data and errors."""


def called(
    root: Root, function: Any, event: Any, variables: VariableValues, context: OperationContext
) -> Any:
    """What a resolver of a root field gives, or promises. Raises what it raises."""
    info = root.info._replace(context=context, variable_values=variables.coerced)  # type: ignore[arg-type]  # what strawberry hands on
    arguments = root.arguments.core(variables) if root.arguments is not None else {}
    return function(event, info, **arguments)


class Levels:
    """What the functions of a plan need while they run, and what they leave to be loaded."""

    __slots__ = ("_context", "_given", "_variables", "fresh", "memo", "moment", "pending", "scope")

    def __init__(
        self, context: OperationContext, variables: VariableValues, memo: Memo | None = None
    ) -> None:
        self.scope = context.scope
        self.memo = memo
        self.moment = context.moment if memo is not None else None
        self.fresh: list[tuple[Key, object, dict[str, Any]]] = []
        self.pending: list[tuple[Link, Hashable, dict[str, Any]]] = []
        self._context = context
        self._variables = variables
        self._given: dict[Arguments, dict[str, Any]] = {}

    def given(self, arguments: Arguments) -> dict[str, Any]:
        """The arguments of a field in this operation."""
        known = self._given.get(arguments)
        if known is None:
            known = self._given[arguments] = arguments.python(self._variables)
        return known

    def remember(self) -> None:
        """Keep what was shown for the first time, now that nothing is missing in it."""
        if self.memo is not None:
            for key, anchor, shown in self.fresh:
                self.memo.keep(key, anchor, shown)

    async def settle(self) -> None:
        """Load what is pending, level by level, until nothing is."""
        while self.pending:
            level, self.pending = self.pending, []
            wanted: dict[str, dict[Hashable, None]] = {}
            for link, key, _ in level:
                wanted.setdefault(link.loader, {})[key] = None
            found = await self._context.load(wanted)
            shown: dict[tuple[Link, Hashable], Any] = {}
            for link, key, out in level:
                place = (link, key)
                if place not in shown:
                    value = found[link.loader][key]
                    if isinstance(value, Exception):
                        raise value
                    shown[place] = link.complete(value, self)
                out[link.name] = shown[place]


class Run:
    """An operation under way, for one caller."""

    def __init__(
        self,
        operation: Operation,
        assembly: Assembly,
        variables: VariableValues,
        given: Given,
        context: OperationContext,
        *,
        memo: Memo | None = None,
    ) -> None:
        self._memo = memo
        self._operation = operation
        self._assembly = assembly
        self._variables = variables
        self._given = given
        self._context = context
        self._data: dict[str, Any] | None = dict(assembly.shape)
        self._errors: list[GraphQLError] = []

    async def result(self, event: Any = None) -> Result:
        """What the operation answers; a subscription, to one event."""
        roots = self._assembly.roots
        if self._operation.kind == "mutation":
            for one in roots:
                if self._data is not None:
                    await self._show([await self._resolved(one, event)])
        elif len(roots) == 1:
            await self._show([await self._resolved(roots[0], event)])
        else:
            await self._show(await asyncio.gather(*(self._resolved(one, event) for one in roots)))
        return self._data, self._errors

    async def _resolved(self, one: Shown, event: Any) -> Resolved:
        """What the resolver of a root field gives, or the exception that it raises."""
        waits = False
        try:
            value = called(one.root, one.root.resolve, event, self._variables, self._context)
            if waits := isawaitable(value):
                value = await value
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
            value = error
        return Resolved(one, value, waits=waits)

    async def _show(self, resolved: Sequence[Resolved]) -> None:
        """Put what is shown of these values into the answer; what is wrong, graphql-core tells."""
        failed = [one for one in resolved if isinstance(one.value, Exception)]
        nothing = any(one.must_be for one in failed)
        if nothing and len(resolved) > 1:  # of the other fields' errors some have no place then
            await self._tell(resolved)
            return
        try:
            shown = await self._assembled([one for one in resolved if one not in failed])
        except Exception:  # noqa: BLE001 - it is found again, and told with its place
            await self._tell(resolved)
            return
        for one in failed:
            self._errors.append(located_error(one.value, one.shown.root.nodes, [one.shown.root.name]))
        self._take(None if nothing else shown)

    async def _assembled(self, resolved: Sequence[Resolved]) -> dict[str, Any]:
        levels = Levels(self._context, self._variables, self._memo)
        shown = {one.shown.root.name: one.shown.complete(one.value, levels) for one in resolved}
        if levels.pending:
            await levels.settle()
        levels.remember()
        return shown

    async def _tell(self, resolved: Sequence[Resolved]) -> None:
        """Let graphql-core answer for these fields.

        It starts afresh: which of two errors is told, where the one leaves no place for the other, is a matter of time.
        """
        self._context.forget()
        told = await core.told(self._operation, self._given, self._context, resolved)
        self._errors += told.errors or ()
        self._take(told.data)

    def _take(self, data: Mapping[str, Any] | None) -> None:
        self._data = {**self._data, **data} if self._data is not None and data is not None else None
