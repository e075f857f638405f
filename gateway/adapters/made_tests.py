"""What two service tests of a check say together: their figures, their echo, and whether they could be made at all.

``state`` is a free word in TMF653: one that is not known here goes on. The verdict is not taken from it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.commands import Measured
from domain.network import Finished, NetworkRequest
from domain.values import ReportOutcome
from gateway.adapters.characteristics import fields_of, value_of

ENDED: Final = frozenset(
    {"completed", "complete", "done", "finished", "passed", "pass", "succeeded", "success"}
)
FAILED: Final = frozenset({"failed", "fail"})
UNMADE: Final = frozenset(
    {"cancelled", "canceled", "rejected", "aborted", "terminated", "error", "terminatedwitherror"}
)
"""Words of a test that has figures, of one that may have, and of one that has none."""
DOWN: Final = frozenset({"suspend", "terminate", "deactivate"})
"""Actions after which nothing is to answer any more."""
_OURS: Final = frozenset({"externalId", "expected"})
_LOCKED: Final = frozenset({"locked", "shutdown"})
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MadeTest:
    """One test as the system shows it; ``said`` is its state in the system's own writing."""

    id: str
    said: str
    body: Mapping[str, Any]

    @property
    def state(self) -> str:
        """Its state in one writing."""
        return re.sub(r"[\s-]", "", self.said).lower()

    @property
    def fields(self) -> dict[str, Any]:
        """Its characteristics."""
        return fields_of(self.body.get("characteristic"))

    @property
    def unmade(self) -> bool:
        """Whether it came to nothing. TR-143 calls that ``Error_…``, as a state or beside it."""
        nothing = self.state in FAILED and not self.body.get("testMeasure")
        return nothing or self.state in UNMADE or self.state.startswith("error_") or self._error is not None

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come."""
        return self.unmade or self.state in ENDED or self.state in FAILED

    @property
    def why(self) -> str:
        """Why it came to nothing."""
        said = self._error or self.body.get("description") or self.body.get("reason")
        return f"test {self.id} is {self.state}" + (f": {said}" if said else "")

    @property
    def _error(self) -> str | None:
        told = {name.lower(): value for name, value in {**self.body, **self.fields}.items()}
        state = told.get("diagnosticsstate")
        return state if isinstance(state, str) and state.lower().startswith("error_") else None


def result_of(request: NetworkRequest, tests: Mapping[str, MadeTest], remote: Mapping[str, str]) -> Finished:
    """The result of tests which are over."""
    words = ", ".join(f"{name}: {test.said}" for name, test in tests.items())
    done = Finished(ReportOutcome.SUCCEEDED, remote, complete=True, nms_verdict=words)
    unmade = "; ".join(test.why for test in tests.values() if test.unmade)
    if unmade:
        return _settles_nothing(done, unmade)
    try:
        measures = tuple(figure for test in tests.values() for figure in measures_of(test.body))
    except ValueError as error:
        return _settles_nothing(done, str(error))
    done = replace(done, echoed=_echo(request.data, tests) or None, measures=measures)
    return _down(done, tests) if request.action in DOWN else done


def _settles_nothing(done: Finished, why: str) -> Finished:
    return replace(done, outcome=ReportOutcome.NOT_READY, complete=False, failure=why)


def _echo(sent: Mapping[str, Any], tests: Mapping[str, MadeTest]) -> dict[str, Any]:
    """What came back of the data; where one test has it otherwise, that one is shown."""
    found: dict[str, Any] = {}
    for test in tests.values():
        for name, value in fields_of(test.body.get("characteristic"), sent).items():
            if name in sent and name not in _OURS and found.get(name, sent[name]) == sent[name]:
                found[name] = value
    return found


def _down(done: Finished, tests: Mapping[str, MadeTest]) -> Finished:
    """The check of a service that is to be down: nothing answers there any more, or it is locked (D14)."""
    reachable = [figure.value for figure in done.measures if figure.metric == "reachable"]
    if any(reachable):
        return replace(done, outcome=ReportOutcome.FAILED, failure="the service still answers")
    if reachable or any(_locked(test) for test in tests.values()):
        return done
    return _settles_nothing(done, "the test does not say whether the service is reachable")


def _locked(test: MadeTest) -> bool:
    state = test.fields.get("administrativeState", test.body.get("administrativeState"))
    return isinstance(state, str) and state.lower() in _LOCKED


def measures_of(test: Mapping[str, Any]) -> list[Measured]:
    """The figures of a test. Raises ValueError naming the metric whose figure is none."""
    listed = test.get("testMeasure")
    if listed is not None and not isinstance(listed, list):
        raise ValueError(f"testMeasure is {str(listed)[:50]!r}, which is no list")
    return list(_figures(listed or []))


def _figures(listed: list[Any]) -> Iterator[Measured]:
    for place, one in enumerate(listed):
        name = one.get("metricName") if isinstance(one, Mapping) else None
        if not isinstance(name, str) or not name:
            raise ValueError(f"testMeasure[{place}]: it has no metricName")
        value = _number(value_of(one))
        if value is None:
            raise ValueError(f"testMeasure[{place}]: {name} is {value_of(one)!r:.80}, which is no number")
        unit = one.get("unitOfMeasure")
        yield Measured(name, value, unit if isinstance(unit, str) and unit else "1")


def _number(value: Any) -> float | None:
    """A figure, which some systems write as text."""
    is_written = isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None
    if not is_written and not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
