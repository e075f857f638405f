"""What a field is, said once: an attribute of its row, a relation, or a computation.

A plain annotation is an attribute. The other two are the words of this file. Each makes an ordinary strawberry
field, so that strawberry can execute it, and leaves a ``Kind`` in the field's metadata, so that another executor
can plan it: both read the same declaration.

What they ask of the context of an operation is ``scope`` (who looks) and ``loaders`` (name → what has ``load``).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

import strawberry
from graphql import GraphQLField

KIND = "engine.kind"
"""The key of a field's kind in its metadata."""
DEFINITION = "strawberry-definition"
"""Under which strawberry leaves its own field with graphql-core's."""

Rule = Callable[..., Any]
"""A pure function of a row, the scope that looks at it, and the field's arguments."""


Wanted = Mapping[str, Collection[Hashable]]
"""Loader's name → the keys that it is asked for."""

Found = Mapping[str, Mapping[Any, Any]]
"""Loader's name → key → what belongs to it."""


class Loader(Protocol):
    """Answers keys. What is asked in one turn of the event loop is read in one go."""

    def load(self, key: Any) -> Awaitable[Any]:
        """What belongs to the key, null where there is nothing."""
        ...


class OperationContext(Protocol):
    """What the fields need from the context of an operation."""

    @property
    def scope(self) -> Any:
        """Who looks; all that an answer may depend on besides the row."""
        ...

    @property
    def moment(self) -> Hashable:
        """What the answers that are at hand depend on besides row and scope, such as a version; null if not known."""
        ...

    @property
    def loaders(self) -> Mapping[str, Loader]:
        """The loaders of this operation by name."""
        ...

    async def load(self, wanted: Wanted) -> Found:
        """What all these loaders answer to all these keys, in one go."""
        ...

    def forget(self, since: float | None = None) -> None:
        """What was read is read anew from now on, or was seen after ``since`` (``time.monotonic``)."""
        ...


@dataclass(frozen=True, slots=True)
class Related:
    """A relation: the loader's name, the key of a row, and who may follow it.

    ``otherwise`` is the answer for whom ``when`` says no.
    """

    loader: str
    key: Callable[..., Hashable | None]
    when: Rule | None = None
    otherwise: Callable[[], Any] | None = None

    def hidden(self, row: Any, scope: Any) -> bool:
        """Whether the relation is not for this viewer."""
        return self.when is not None and not self.when(row, scope)


@dataclass(frozen=True, slots=True)
class Computed:
    """A computation of the row and the scope alone."""

    rule: Rule


Kind = Related | Computed


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the row: what a plain annotation is."""

    name: str


def related(
    loader: str,
    *,
    by: str | Callable[..., Hashable | None] = "id",
    when: Rule | None = None,
    otherwise: Callable[[], Any] | None = None,
) -> Any:
    """A field whose value a loader finds by a key of the row.

    Args:
        loader: The loader's name in the context.
        by: The attribute of the row which is the key, or a function of the row and of the field's arguments
            that makes it; its parameters after the row become the arguments. A null key is answered with null.
            A key is one hashable value: a relation to many belongs to a loader that answers with a list.
        when: Who may follow the relation, by row and scope; everybody when absent.
        otherwise: Makes the answer for whom it is hidden; null when absent.

    Returns:
        The field, for the class body of a strawberry type.
    """
    key = attrgetter(by) if isinstance(by, str) else by
    kind = Related(loader, key, when, otherwise)

    def resolve(root: Any, info: strawberry.Info[OperationContext, None], **arguments: Any) -> Any:
        if kind.hidden(root, info.context.scope):
            return otherwise() if otherwise is not None else None
        found = key(root, **arguments)
        return None if found is None else info.context.loaders[loader].load(found)

    return strawberry.field(resolver=_signed(resolve, by, given=1), metadata={KIND: kind})


def computed(rule: Rule) -> Any:
    """A field whose value a pure rule makes of the row and the scope.

    The rule's parameters after these two become the field's arguments.
    """

    def resolve(root: Any, info: strawberry.Info[OperationContext, None], **arguments: Any) -> Any:
        return rule(root, info.context.scope, **arguments)

    return strawberry.field(resolver=_signed(resolve, rule, given=2), metadata={KIND: Computed(rule)})


def kind_of(field: Any) -> Kind | None:
    """The kind of a strawberry field, null for an attribute and for a root field."""
    kind: Kind | None = field.metadata.get(KIND)
    return kind


def source_of(of: GraphQLField) -> Kind | Attribute | None:
    """Where the value of a field comes from, null where its own resolver alone knows."""
    field = of.extensions.get(DEFINITION)
    if field is None or field.extensions:
        return None
    kind = kind_of(field)
    if kind is None and field.is_basic_field and field.default_resolver is getattr:
        return Attribute(field.python_name)
    return kind


def _signed(resolve: Callable[..., Any], source: object, *, given: int) -> Callable[..., Any]:
    """The resolver with the signature that strawberry reads: the row, the info, and the source's arguments.

    ``given`` is how many of the source's first parameters are no arguments.
    """
    own = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("info", inspect.Parameter.KEYWORD_ONLY, annotation=strawberry.Info),
    ]
    further: list[inspect.Parameter] = []
    if inspect.isfunction(source):
        resolve.__module__, resolve.__doc__ = source.__module__, source.__doc__
        further = list(inspect.signature(source).parameters.values())[given:]
    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in further]
    resolve.__dict__["__signature__"] = inspect.Signature([*own, *named])
    return resolve
