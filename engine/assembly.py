"""A plan as straight Python: one function for each object of an answer, which makes it of a row without a loop.

The functions know what goes well. Where a row is not as its type says, or anything raises, they raise, and graphql-core
tells what the answer is then. Nothing of a document gets into the source but its response names, as literals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import is_iterable

from engine.fields import Attribute, Computed, Related
from engine.memo import Anchor, Lasting, Remembered
from engine.plan import Arguments, Choice, Irregular, Plan, Root, Selection, Step, Typename

Complete = Callable[[Any, Any], Any]
"""What an answer shows of a value, in a run."""


NOTHING_LASTS: Final = Lasting({})


class Link:
    """A relation in a plan: where its value goes, who finds it, and what is shown of it."""

    __slots__ = ("complete", "loader", "name")
    complete: Complete

    def __init__(self, name: str, loader: str) -> None:
        self.name = name
        self.loader = loader


@dataclass(frozen=True, slots=True)
class Shown:
    """A root field, and the function that shows its value."""

    root: Root
    complete: Complete


@dataclass(frozen=True, slots=True)
class Assembly:
    """A plan that can be run."""

    shape: Mapping[str, str | None]
    roots: Sequence[Shown]


def assembled(plan: Plan, lasting: Lasting = NOTHING_LASTS) -> Assembly:
    """The plan with its functions."""
    writer = _Writer(lasting)
    names = [writer.completion(root.of.type, root.below) for root in plan.roots]
    made = writer.made()
    return Assembly(plan.shape, [Shown(root, made[n]) for root, n in zip(plan.roots, names, strict=True)])


class _Branches:
    """A choice: each type that is met gets a function of its own."""

    def __init__(self, choice: Choice, lasting: Lasting) -> None:
        self._choice = choice
        self._lasting = lasting
        self._known: dict[str, Complete] = {}

    def __call__(self, row: Any, run: Any) -> Any:
        choice = self._choice
        name = choice.type.resolve_type(row, choice.info, choice.type) if choice.type.resolve_type else None
        known = self._known.get(name) if isinstance(name, str) else None
        return (known or self._branch(name))(row, run)

    def _branch(self, name: object) -> Complete:
        schema = self._choice.info.schema
        type_ = schema.get_type(name) if isinstance(name, str) else None
        if not isinstance(type_, GraphQLObjectType) or not schema.is_sub_type(self._choice.type, type_):
            raise Irregular
        writer = _Writer(self._lasting)
        function = writer.remembered(self._choice.selection(type_))
        made: Complete = writer.made()[function]
        self._known[type_.name] = made
        return made


class _Writer:
    """Writes functions that call each other, and makes them all at once."""

    def __init__(self, lasting: Lasting) -> None:
        self._lasting = lasting
        self._known: dict[str, Any] = {"Irregular": Irregular, "listed": _listed}
        self._lines: list[str] = []
        self._lasts: dict[str, tuple[str, Anchor]] = {}

    def made(self) -> Mapping[str, Any]:
        """The functions by name."""
        code = compile("\n".join(self._lines), "<plan>", "exec")
        exec(code, self._known)  # noqa: S102 - our own source; see the module's docstring
        for name, (function, anchor) in self._lasts.items():
            self._known[name] = Remembered(self._known[function], anchor)
        return self._known

    def completion(self, type_: GraphQLOutputType, below: Selection | Choice | None) -> str:
        """The name of a function (value, run) → what is shown of a value of that type."""
        shown = self._value(type_, below, "v")
        return self._define("v", [f"return {shown}"])

    def remembered(self, selection: Selection) -> str:
        """As ``selection``, of what was shown before where that lasts."""
        function, anchor = self.selection(selection), self._lasting.anchor_of(selection)
        if anchor is None:
            return function
        name = self._bind(None)  # until there is the function
        self._lasts[name] = function, anchor
        return name

    def selection(self, selection: Selection) -> str:
        """The name of a function (row, run) → the object that is shown of a row."""
        reads = any(isinstance(step.source, Attribute) for step in selection.steps)
        body = [f"if row is None{'' if reads else ' or isinstance(row, Exception)'}: raise Irregular"]
        if selection.type.is_type_of is not None:
            is_one, info = self._bind(selection.type.is_type_of), self._bind(selection.info)
            body.append(f"if not {is_one}(row, {info}): raise Irregular")
        shown: list[str] = []
        links: list[str] = []
        for place, step in enumerate(selection.steps):
            if isinstance(step.source, Related):
                links += self._link(step, step.source, f"v{place}")
                shown.append(f"{step.name!r}: None")
            elif isinstance(step.source, Typename):
                shown.append(f"{step.name!r}: {step.source.name!r}")
            else:
                body.append(f"v{place} = {self._found(step, step.source)}")
                shown.append(f"{step.name!r}: {self._value(step.type, step.below, f'v{place}')}")
        return self._define("row", [*body, f"out = {{{', '.join(shown)}}}", *links, "return out"])

    def _found(self, step: Step, source: Attribute | Computed) -> str:
        if isinstance(source, Attribute):
            return f"row.{source.name}"
        function, given = self._given(source.rule, step.arguments)
        return f"{function}(row, run.scope{given})"

    def _link(self, step: Step, source: Related, found: str) -> Iterator[str]:
        """The lines that ask for a relation, or answer it at once for whom it is hidden."""
        link, (key, given) = Link(step.name, source.loader), self._given(source.key, step.arguments)
        name = self._bind(link)
        self._lines.append(f"{name}.complete = {self.completion(step.type, step.below)}")
        nullable = not isinstance(step.type, GraphQLNonNull)
        margin = ""
        if source.when is not None:
            yield f"if {self._bind(source.when)}(row, run.scope):"
            margin = " "
        yield f"{margin}{found} = {key}(row{given})"
        yield f"{margin}if {found} is not None: run.pending.append(({name}, {found}, out))"
        if not nullable:
            yield f"{margin}else: raise Irregular"
        if source.when is not None and (source.otherwise is not None or not nullable):
            value = f"{self._bind(source.otherwise)}()" if source.otherwise is not None else "None"
            yield f"else: out[{step.name!r}] = {name}.complete({value}, run)"

    def _given(self, function: Callable[..., Any], arguments: Arguments | None) -> tuple[str, str]:
        """A function's name, and what stands behind its first arguments in a call."""
        if arguments is None:
            return self._bind(function), ""
        if arguments.constant is not None:
            return self._bind(partial(function, **arguments.constant)), ""
        return self._bind(function), f", **run.given({self._bind(arguments)})"

    def _value(self, type_: GraphQLOutputType, below: Selection | Choice | None, x: str) -> str:
        """An expression for what is shown of the value of a variable."""
        if isinstance(type_, GraphQLNonNull):
            return self._solid(type_.of_type, below, x)
        return f"(None if {x} is None else {self._solid(type_, below, x)})"

    def _solid(self, type_: Any, below: Selection | Choice | None, x: str) -> str:
        """As ``_value``, for a type that has no null: null raises."""
        if isinstance(type_, GraphQLList):
            item = f"{x}_"
            return f"[{self._value(type_.of_type, below, item)} for {item} in listed({x})]"
        if isinstance(below, Selection):
            return f"{self.remembered(below)}({x}, run)"
        if isinstance(below, Choice):
            return f"{self._bind(_Branches(below, self._lasting))}({x}, run)"
        if isinstance(type_, GraphQLEnumType):
            return f"{self._bind(_names_of(type_))}[{x}]"
        plain = _PLAIN.get(type_.name, "{leaf}({x})") if type_ in _BUILT_IN else "{leaf}({x})"
        return f"({plain.format(x=x, leaf=self._bind(_leaf(type_)))})"

    def _define(self, parameter: str, body: Iterable[str]) -> str:
        name = f"f{len(self._known)}"
        self._known[name] = None  # taken, until it is made
        self._lines += [f"def {name}({parameter}, run):", *(f" {line}" for line in body)]
        return name

    def _bind(self, value: Any) -> str:
        name = f"n{len(self._known)}"
        self._known[name] = value
        return name


_BUILT_IN: Final = (GraphQLString, GraphQLID, GraphQLInt, GraphQLFloat, GraphQLBoolean)
_PLAIN: Final[Mapping[str, str]] = {
    "String": "{x} if {x}.__class__ is str else {leaf}({x})",
    "ID": "{x} if {x}.__class__ is str else {leaf}({x})",
    "Int": "{x} if {x}.__class__ is int and -2147483648 <= {x} <= 2147483647 else {leaf}({x})",
    "Float": "{x} if {x}.__class__ is float and {x} - {x} == 0.0 else {leaf}({x})",
    "Boolean": "{x} if {x} is True or {x} is False else {leaf}({x})",
}
"""Values which the scalars of the specification show as they are."""


@lru_cache(maxsize=512)
def _leaf(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """What is shown of a value of a scalar."""
    serialize = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None or isinstance(value, Exception):
            raise Irregular
        shown = serialize(value)
        if shown is None or shown is Undefined:
            raise Irregular
        return shown

    return complete


@lru_cache(maxsize=512)
def _names_of(type_: GraphQLEnumType) -> Mapping[Any, str]:
    """Value → its name in the schema; of strawberry's enumerations the members have names as well."""
    values = {of.value: name for name, of in type_.values.items()}
    members: Iterable[Any] = getattr(type_, "wrapped_cls", ())
    return values | {member: type_.coerce_output_value(member) for member in members}


def _listed(value: Any) -> Iterable[Any]:
    if value.__class__ is list or value.__class__ is tuple or is_iterable(value):
        return value
    raise Irregular
