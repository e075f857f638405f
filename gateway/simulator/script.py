"""The script: for which attempts the simulated network behaves otherwise than well.

A rule is an object of JSON. ``order`` (``*`` for any characters), ``kind``, ``attempt``, ``test`` and ``field`` say
for which requests, ``times`` for how many of them; all else says what happens. The first rule that fits is taken. The
script in force is kept in the record, with how often each rule was used, so that it goes on after a new start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from domain.network import attempt_of
from domain.values import SubTaskKind
from gateway.simulator.behaviour import WHAT, Behaviour, ScriptError
from gateway.simulator.record import Record, Thing

KINDS: Final = (SubTaskKind.ACTIVATION.value, SubTaskKind.QUALITY_CHECK.value)
TESTS: Final = ("speed", "quality")
FORBIDDEN_VLAN: Final = 2999
REFUSAL: Final = {"vlan": f"vlan {FORBIDDEN_VLAN} is not allowed"}
"""What is refused though no rule says so: then a demonstration has something to repair."""


def _positive(value: Any) -> bool:
    return type(value) is int and value > 0


_FIELDS: Final = (
    lambda value: isinstance(value, Mapping),
    'an object of fields and values, such as {"vlan": 2101}',
)
WHO: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "order": (
        lambda value: isinstance(value, str) and value != "",
        'an order number, such as "HA-1" or "HA-*"',
    ),
    "kind": (lambda value: value in KINDS, " or ".join(KINDS)),
    "attempt": (_positive, "a whole number from 1"),
    "test": (lambda value: value in TESTS, " or ".join(TESTS)),
    "field": _FIELDS,
    "fields": _FIELDS,
    "times": (_positive, "a whole number from 1"),
}
"""Every field which says for which requests a rule is; ``field`` and ``fields`` are the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as rules look at it. ``test`` is empty for all but the two tests of a check."""

    key: str
    kind: str
    sent: Mapping[str, Any]
    test: str = ""

    @property
    def order(self) -> str:
        """The order's number; the whole key where it is none of the gateway's."""
        return self.key.rpartition("#")[0] if attempt_of(self.key) is not None else self.key


class Script:
    """The rules in force, over the record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules as they were given."""
        return list(self._kept()["rules"])

    def set(self, rules: Any) -> None:
        """Replace all rules and count anew. Raises ScriptError, and then the old ones stay."""
        checked(rules)
        self._record.put("script", {**self._kept(), "rules": list(rules), "used": {}})

    def resume(self, rules: Any) -> None:
        """Take the rules of a start; where the last one had the same, go on as before. Raises ScriptError."""
        checked(rules)
        if list(rules) != self._kept()["started_with"]:
            new = {"id": "rules", "rules": list(rules), "used": {}, "started_with": list(rules)}
            self._record.put("script", new)

    def behaviour(self, asked: Asked) -> Behaviour:
        """What happens to that request. Asking counts, for rules with ``times``."""
        place = next((n for n, rule in enumerate(self._kept()["rules"]) if self._fits(n, rule, asked)), None)
        rule = self._kept()["rules"][place] if place is not None else {}
        if place is not None and "times" in rule:
            self._count(place, asked)
        found = Behaviour(**{name: value for name, value in rule.items() if name in WHAT})
        if (
            found.refuse is None
            and asked.kind == SubTaskKind.ACTIVATION
            and _same(asked, "vlan", FORBIDDEN_VLAN)
        ):
            return replace(found, refuse=REFUSAL)
        return found

    def _kept(self) -> Thing:
        empty: Thing = {"id": "rules", "rules": [], "used": {}, "started_with": None}
        return self._record.things.get("script", {}).get("rules", empty)

    def _fits(self, place: int, rule: Mapping[str, Any], asked: Asked) -> bool:
        named = attempt_of(asked.key)
        return (
            self._kept()["used"].get(_counter(place, asked), 0) < rule.get("times", float("inf"))
            and fnmatchcase(asked.order, rule.get("order", "*"))
            and rule.get("kind", asked.kind) == asked.kind
            and rule.get("test", asked.test) == asked.test
            and ("attempt" not in rule or (named is not None and named[1] == rule["attempt"]))
            and all(_same(asked, name, value) for name, value in _wanted_fields(rule))
        )

    def _count(self, place: int, asked: Asked) -> None:
        kept, counter = self._kept(), _counter(place, asked)
        used = {**kept["used"], counter: kept["used"].get(counter, 0) + 1}
        self._record.put("script", {**kept, "used": used})


def _wanted_fields(rule: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return [*rule.get("field", {}).items(), *rule.get("fields", {}).items()]


def _counter(place: int, asked: Asked) -> str:
    """The two tests of a check count apart: a rule for one attempt is for both of them."""
    return f"{place}/{asked.test}"


def _same(asked: Asked, name: str, value: Any) -> bool:
    """Whether that value was sent, as itself or as text."""
    return name in asked.sent and (asked.sent[name] == value or str(asked.sent[name]) == str(value))


def checked(rules: Any) -> None:
    """Raises ScriptError naming the rule and the field."""
    if not isinstance(rules, Sequence) or isinstance(rules, str):
        raise ScriptError('a script is a list of rules, such as [{"order": "HA-*", "lost": true}]')
    for place, rule in enumerate(rules):
        if not isinstance(rule, Mapping):
            raise ScriptError(f"rules[{place}] is no object")
        for name, value in rule.items():
            _check_field(f"rules[{place}].{name}", WHO.get(name) or WHAT.get(name), value)


def _check_field(path: str, known: tuple[Callable[[Any], bool], str] | None, value: Any) -> None:
    if known is None:
        raise ScriptError(f"{path} is unknown; known are {', '.join([*WHO, *WHAT])}")
    fits, wanted = known
    if not fits(value):
        raise ScriptError(f"{path} is {value!r}; give {wanted}")
