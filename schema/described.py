"""Descriptions where the reader of the code looks for them: docstrings become the SDL's descriptions.

A class's docstring describes its type, a string below a field describes the field, the docstring of a
function its field, and the ``Args:`` of that docstring the arguments. One text serves the developer and the
client.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import fill
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

T = TypeVar("T", bound=type)

WIDTH = 100
_ARGUMENT = re.compile(r"^ {4}(\w+): (.+(?:\n {6,}.+)*)", re.MULTILINE)


def described(cls: T) -> T:
    """The strawberry type with its docstrings as descriptions.

    Goes above ``@strawberry.type`` and its kin.
    """
    definition = get_object_definition(cls, strict=True)
    written: dict[str, str] = {}
    for base in reversed([c for c in cls.__mro__ if get_object_definition(c) is not None]):
        written |= _fields_of(base.__module__).get(base.__qualname__, {})
    definition.description = _folded(inspect.getdoc(cls) or "")
    for field in definition.fields:
        if field.python_name in written:
            field.description = _folded(written[field.python_name])
        elif field.description is None and field.base_resolver is not None:
            field.description = _summary(field.base_resolver.wrapped_func.__doc__)
        _describe_arguments(field)
    return cls


def described_enum(enum: T, values: Mapping[str, str]) -> None:
    """Put the texts of an enumeration's values into its definition; the type's text is its docstring."""
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set by strawberry.enum
    definition.description = _folded(inspect.getdoc(enum) or "")
    for value in definition.values:
        value.description = values[value.name]


def _describe_arguments(field: StrawberryField) -> None:
    if field.base_resolver is None:
        return
    written = dict(_arguments_in(inspect.getdoc(field.base_resolver.wrapped_func) or ""))
    for argument in field.arguments:
        argument.description = argument.description or written.get(argument.python_name)


def _summary(docstring: str | None) -> str | None:
    """What a docstring says before its sections."""
    if docstring is None:
        return None
    return _folded(re.split(r"\n\n(?:Args|Returns|Raises|Yields):\n", inspect.cleandoc(docstring))[0])


def _folded(text: str) -> str:
    """The text with its paragraphs folded anew: where the source folds them is the source's business."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(fill(paragraph, WIDTH, break_on_hyphens=False) for paragraph in paragraphs)


def _arguments_in(docstring: str) -> Iterable[tuple[str, str]]:
    _, _, section = docstring.partition("\nArgs:\n")
    section = re.split(r"\n\n\S", section)[0]
    return [(name, " ".join(text.split())) for name, text in _ARGUMENT.findall(section)]


@lru_cache(maxsize=64)
def _fields_of(module: str) -> dict[str, dict[str, str]]:
    """Class → field → the string below it, for a whole module."""
    path = sys.modules[module].__file__
    tree = ast.parse(Path(path).read_text("utf-8") if path is not None else "")
    return {node.name: dict(_strings_in(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _strings_in(node: ast.ClassDef) -> Iterable[tuple[str, str]]:
    for statement, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text: Any = getattr(below.value, "value", None) if isinstance(below, ast.Expr) else None
            if isinstance(text, str):
                yield statement.target.id, inspect.cleandoc(text)
