"""What a view is: a row with more around it, whose attributes are the row's where it says nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar


class View:
    """What it does not define itself is its row's."""

    __slots__ = ()
    row: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


V = TypeVar("V", bound=type[View])


def shows(row: type, path: str = "row") -> Callable[[V], V]:
    """Give a view the attributes of its row which it does not define: properties, which are found at once."""

    def shown(view: V) -> V:
        computed = (name for name, value in vars(row).items() if isinstance(value, property))
        for name in (*(field.name for field in fields(row)), *computed):
            if not hasattr(view, name):
                setattr(view, name, property(attrgetter(f"{path}.{name}")))
        return view

    return shown
