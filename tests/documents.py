"""Random documents over a schema: fields, aliases, arguments, variables, conditions, fragments of every kind.

They are valid by construction: a response name other than the field's own says which field of which type it is of, and
with which arguments, so that whatever meets under one name can be merged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

Pool = Callable[[str, str], Sequence[Any]]
"""Values for an argument or an input field, by its name and the name of its type."""
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_COMPOSITE = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)


@dataclass
class Written:
    """A document and the values of its variables. It may be refused if it is too long, or asks with a bad value."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    may_be_refused: bool = False


@dataclass
class Author:
    """Writes one document after the other."""

    schema: GraphQLSchema
    chance: Random
    pool: Pool
    deepest: int = 6
    _fragments: dict[str, tuple[str, int, str]] = field(default_factory=dict, init=False)
    _declared: list[str] = field(default_factory=list, init=False)
    _values: dict[str, Any] = field(default_factory=dict, init=False)

    def document(self, kind: str, *roots: str) -> Written:
        """A query, mutation or subscription that asks for these root fields; without any, for some."""
        self._fragments, self._declared, self._values = {}, [], {}
        type_ = {
            "query": self.schema.query_type,
            "mutation": self.schema.mutation_type,
            "subscription": self.schema.subscription_type,
        }[kind]
        assert type_ is not None
        names = roots or self.chance.sample([*type_.fields], self.chance.choice([1, 1, 1, 2, 3]))
        body = " ".join(self._field(type_, name, self.deepest, named=True, always=True) for name in names)
        if kind == "query" and self._maybe(0.1):
            body += " __typename"
        head = f"({', '.join(self._declared)})" if self._declared else ""
        fragments = " ".join(text for _, _, text in self._fragments.values())
        return Written(f"{kind} Q{head} {{ {body} }} {fragments}", dict(self._values), may_be_refused=True)

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _selection(self, type_: Composite, deep: int, *, named: bool) -> str:
        """What stands between the braces; with ``named`` each response name tells its type."""
        most = 6 if deep > 3 else 3
        parts = [self._part(type_, deep, named=named) for _ in range(self.chance.randint(1, most))]
        parts = [part for part in parts if part]
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def _part(self, type_: Composite, deep: int, *, named: bool) -> str:
        if self._maybe(0.05):
            return "__typename" if self._maybe(0.5) else "kind_: __typename"
        if isinstance(type_, GraphQLUnionType) or self._maybe(0.15):
            return self._inline(type_, deep, named=named)
        if self._maybe(0.12):
            return self._spread(self.chance.choice(self._meeting(type_)), deep)
        names = [name for name, of in type_.fields.items() if deep > 0 or not _is_composite(of)]
        return self._field(type_, self.chance.choice(names), deep, named=named) if names else ""

    def _field(
        self,
        type_: GraphQLObjectType | GraphQLInterfaceType,
        name: str,
        deep: int,
        *,
        named: bool,
        always: bool = False,
    ) -> str:
        of = type_.fields[name]
        given = self._arguments(of)
        condition = "" if always else self._condition()
        digest = sha1(f"{type_.name}.{name}{given}".encode(), usedforsecurity=False).hexdigest()[:6]
        alias = f"{name}_{digest}: " if given or named or self._maybe(0.1) else ""
        below = get_named_type(of.type)
        inner = self._selection(below, deep - 1, named=named) if isinstance(below, _COMPOSITE) else ""
        return f"{alias}{name}{given}{condition} {inner}"

    def _inline(self, type_: Composite, deep: int, *, named: bool) -> str:
        if not isinstance(type_, GraphQLUnionType) and self._maybe(0.3):
            return f"...{self._condition()} {self._selection(type_, deep, named=named)}"
        on = self.chance.choice(self._meeting(type_))
        return f"... on {on.name}{self._condition()} {self._selection(on, deep, named=True)}"

    def _spread(self, on: Composite, deep: int) -> str:
        known = [name for name, (of, low, _) in self._fragments.items() if of == on.name and low <= deep]
        if known and self._maybe(0.6):
            return f"...{self.chance.choice(known)}{self._condition()}"
        name = f"F{len(self._fragments)}"
        self._fragments[name] = ("", deep, "")  # taken, and not spread in itself
        text = f"fragment {name} on {on.name} {self._selection(on, min(deep, 2), named=True)}"
        self._fragments[name] = (on.name, min(deep, 2), text)
        return f"...{name}{self._condition()}"

    def _meeting(self, type_: Composite) -> list[Composite]:
        """The types on which a fragment may stand here."""
        if isinstance(type_, GraphQLObjectType):
            return [type_, *type_.interfaces]
        return [*self.schema.get_possible_types(type_)]

    def _condition(self) -> str:
        if not self._maybe(0.06):
            return ""
        word, value = self.chance.choice(["skip", "include"]), self._maybe(0.5)
        if self._maybe(0.5):
            return f" @{word}(if: {json.dumps(value)})"
        return f" @{word}(if: {self._variable('Boolean!', value)})"

    def _arguments(self, of: GraphQLField) -> str:
        given = [
            f"{name}: {self._argument(name, argument)}"
            for name, argument in of.args.items()
            if is_required_argument(argument) or self._maybe(0.9 if name == "first" else 0.3)
        ]
        return f"({', '.join(given)})" if given else ""

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        value = self._value(name, argument.type)
        if self._maybe(0.6):
            return _literal(value, argument.type)
        if value is None and self._maybe(0.5):
            declared = f"$v{len(self._declared)}"  # declared, and not sent
            self._declared.append(f"{declared}: {argument.type}")
            return declared
        return self._variable(str(argument.type), value)

    def _variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self._declared)}"
        self._declared.append(f"${name}: {type_}")
        self._values[name] = value
        return f"${name}"

    def _value(self, name: str, type_: GraphQLInputType, deep: int = 3) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._solid(name, type_.of_type, deep)
        return None if self._maybe(0.1) else self._solid(name, type_, deep)

    def _solid(self, name: str, type_: Any, deep: int) -> Any:
        if isinstance(type_, GraphQLList):
            return [self._value(name, type_.of_type, deep) for _ in range(self.chance.choice([0, 1, 2, 3]))]
        if isinstance(type_, GraphQLEnumType):
            return self.chance.choice([*type_.values])
        if isinstance(type_, GraphQLInputObjectType):
            return dict(self._inputs(type_, deep))
        return self.chance.choice(self.pool(name, type_.name))

    def _inputs(self, type_: GraphQLInputObjectType, deep: int) -> Iterable[tuple[str, Any]]:
        for name, of in type_.fields.items():
            if is_required_input_field(of) or (deep > 0 and self._maybe(0.3)):
                yield name, self._value(name, of.type, deep - 1)


def _is_composite(of: GraphQLField) -> bool:
    return isinstance(get_named_type(of.type), _COMPOSITE)


def _literal(value: Any, type_: GraphQLInputType) -> str:
    """A value as a document has it: names of enumerations and of fields without quotes."""
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(value, list):
        of = bare.of_type if isinstance(bare, GraphQLList) else bare
        return f"[{', '.join(_literal(item, of) for item in value)}]"
    if isinstance(value, dict):
        fields: dict[str, GraphQLInputField] = getattr(bare, "fields", {})
        inner = (f"{k}: {_literal(v, fields[k].type if k in fields else bare)}" for k, v in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(bare, GraphQLEnumType) and value is not None:
        return str(value)
    return json.dumps(value, ensure_ascii=False)
