"""The script: for which attempts the simulated network behaves otherwise than well.

A rule is an object of JSON. ``order`` (with ``*`` for any characters), ``kind``, ``attempt`` and ``fields`` say for
which attempts, ``times`` for how many of them; all else says what happens. The first rule that fits is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Final

from domain.network import attempt_of
from domain.values import SubTaskKind


class ScriptError(ValueError):
    """A rule cannot be read; the message names the rule and the field."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to one request. Without any of it, all goes well after ``delay_seconds``."""

    delay_seconds: float = 0.3
    sync: bool = False
    refuse: Mapping[str, str] = field(default_factory=dict)
    echo: Mapping[str, Any] = field(default_factory=dict)
    busy: bool = False
    not_ready: bool = False
    status: int = 0
    html: bool = False
    hang_seconds: float = 0.0
    lost: bool = False
    double: bool = False
    reorder: bool = False
    never_ends: bool = False
    wrong_signature: bool = False
    measures: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    degrade: float = 0.0


@dataclass(slots=True)
class Rule:
    """For which attempts, and what. ``left`` counts down, null is without end."""

    order: str = "*"
    kind: SubTaskKind | None = None
    attempt: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    left: int | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)

    def fits(self, key: str, sent: Mapping[str, Any]) -> bool:
        """Whether it is for this attempt with these data."""
        named = attempt_of(key)
        if named is None or self.left == 0:
            return False
        number, _, kind = named[0].rpartition("/")
        return (
            fnmatchcase(number, self.order)
            and (self.kind is None or kind == self.kind)
            and (self.attempt is None or named[1] == self.attempt)
            and all(sent.get(name) == value for name, value in self.fields.items())
        )


FORBIDDEN_VLAN: Final = Rule(
    kind=SubTaskKind.ACTIVATION,
    fields={"vlan": 2999},
    behaviour=Behaviour(refuse={"vlan": "vlan 2999 is not allowed"}),
)
"""What any script ends with, so that a demonstration has something to repair."""

_Kinds = Mapping[str, type | tuple[type, ...]]
_WHO: Final[_Kinds] = {"order": str, "kind": str, "attempt": int, "fields": dict, "times": int}
_BY_TYPE: Final[_Kinds] = {"float": (int, float), "bool": bool, "int": int}
_WHAT: Final[_Kinds] = {f.name: _BY_TYPE.get(str(f.type), dict) for f in fields(Behaviour)}


class Script:
    """The rules in force."""

    def __init__(self, rules: Any = ()) -> None:
        self.given: Sequence[Any] = ()
        self._rules: list[Rule] = []
        self.set(rules)

    def set(self, rules: Any) -> None:
        """Replace all rules. Raises ScriptError, and then the old ones stay."""
        if not isinstance(rules, (list, tuple)):
            raise ScriptError(
                'a script is a list of rules, such as [{"order": "N*", "refuse": {"vlan": "no"}}]'
            )
        self._rules = [_rule(place, one) for place, one in enumerate(rules)]
        self.given = list(rules)

    def behaviour(self, key: str, sent: Mapping[str, Any]) -> Behaviour:
        """What happens to a request with that key and those data."""
        for rule in (*self._rules, FORBIDDEN_VLAN):
            if rule.fits(key, sent):
                rule.left = rule.left - 1 if rule.left is not None else None
                return rule.behaviour
        return Behaviour()


def _rule(place: int, given: Any) -> Rule:
    if not isinstance(given, Mapping):
        raise ScriptError(f"rule {place} is no object")
    for name, value in given.items():
        wanted = _WHO.get(name) or _WHAT.get(name)
        if wanted is None:
            known = ", ".join([*_WHO, *_WHAT])
            raise ScriptError(f"rule {place}: {name} is unknown; known are {known}")
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise ScriptError(f"rule {place}: {name} is {value!r}, which is of another type")
    kind = given.get("kind")
    if kind is not None and kind not in {SubTaskKind.ACTIVATION, SubTaskKind.QUALITY_CHECK}:
        raise ScriptError(f"rule {place}: kind is {kind!r}; give ACTIVATION or QUALITY_CHECK")
    return Rule(
        order=given.get("order", "*"),
        kind=SubTaskKind(kind) if kind is not None else None,
        attempt=given.get("attempt"),
        fields=given.get("fields", {}),
        left=given.get("times"),
        behaviour=Behaviour(**{name: value for name, value in given.items() if name in _WHAT}),
    )
