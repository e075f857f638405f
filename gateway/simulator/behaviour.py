"""What the simulated network does with one request, as a rule of the script says it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

USUAL_SECONDS: Final = 0.3
JITTER_SECONDS: Final = 0.05
_CHANCE: Final = random.SystemRandom()


class ScriptError(ValueError):
    """A rule cannot be read; the message names the rule and the field."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to one request. Without any of it, all goes well after a moment.

    ``status``, ``html``, ``busy`` are answered and nothing is done, unless ``carried_out``. ``hang_seconds`` is how
    late the answer comes to a request which was carried out at once. ``degrade`` is the share which a line loses
    with each test.
    """

    delay_seconds: float | None = None
    sync: bool = False
    refuse: Mapping[str, str] | None = None
    echo: Mapping[str, Any] = field(default_factory=dict)
    busy: bool = False
    not_ready: bool = False
    status: int = 0
    html: bool = False
    carried_out: bool = False
    hang_seconds: float = 0.0
    lost: bool = False
    double: bool = False
    reorder: bool = False
    never_ends: bool = False
    wrong_signature: bool = False
    measures: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    degrade: float = 0.0

    def pause(self) -> float:
        """How many seconds until the end of what was asked for."""
        if self.delay_seconds is not None:
            return self.delay_seconds
        return USUAL_SECONDS + _CHANCE.uniform(-JITTER_SECONDS, JITTER_SECONDS)

    def kept(self) -> dict[str, Any]:
        """As JSON, for the record."""
        return asdict(self)


def _amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _each(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and all(map(fits, value.values()))


def _text(value: Any) -> bool:
    return isinstance(value, str)


_SECONDS: Final = (_amount, "a number of seconds, 0 or more")
_FLAG: Final = (lambda value: isinstance(value, bool), "true or false")
_BAD_STATUSES: Final = range(400, 600)

WHAT: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "delay_seconds": _SECONDS,
    "sync": _FLAG,
    "refuse": (_each(_text), 'an object of fields and messages, such as {"vlan": "not allowed"}'),
    "echo": (_each(lambda _: True), 'an object of fields and other values, such as {"vlan": 1}'),
    "busy": _FLAG,
    "not_ready": _FLAG,
    "status": (lambda value: type(value) is int and value in _BAD_STATUSES, "an HTTP status from 400 to 599"),
    "html": _FLAG,
    "carried_out": _FLAG,
    "hang_seconds": _SECONDS,
    "lost": _FLAG,
    "double": _FLAG,
    "reorder": _FLAG,
    "never_ends": _FLAG,
    "wrong_signature": _FLAG,
    "measures": (_each(_number), 'an object of metrics and numbers, such as {"tcpDownKbps": 87200}'),
    "words": (_each(_text), 'an object of metrics and texts, such as {"rttMs": "n/a"}'),
    "degrade": (lambda value: _amount(value) and value <= 1, "a share from 0 to 1, such as 0.04"),
}
"""Every field which says what happens: how it is checked, and what is wanted there."""
