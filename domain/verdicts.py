"""What an attempt is worth, found by ourselves from the echo and the measures (5.2, 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

from domain.catalogue import Threshold
from domain.commands import Measured, ReportSubTask
from domain.journal import Journal
from domain.orders import Attempt, Measure, Order
from domain.values import ReportOutcome, SubTaskKind, Verdict

ECHO_MISMATCH: Final = "ECHO_MISMATCH"

_KBITS: Mapping[str, float] = {"kbit/s": 1, "Mbit/s": 1000, "Gbit/s": 1_000_000}
_RATES: Mapping[str, float] = {"subscribedRateKbps": 1, "subscribedRateMbps": 1000}
"""Fields of "first data" which may hold the subscribed rate, in kbit/s each."""

_ON_SITE: Final = frozenset({"lossPercent", "tcpEfficiencyPercent", "opticalRxPowerDbm", "crcErrors"})
"""Metrics which are mended at the line itself: optical power, loss, CRC."""


class Cause(Enum):
    """Where a failed check is mended (5.3)."""

    DATA = "DATA"
    ON_SITE = "ON_SITE"


def cause_of(attempt: Attempt) -> Cause:
    """ON_SITE when what missed its limit is the line itself, else DATA: the rate profile, or the test."""
    missed = {measure.metric for measure in attempt.measures if not measure.passed}
    return Cause.ON_SITE if missed & _ON_SITE else Cause.DATA


def verdict_of(attempt: Attempt, report: ReportSubTask, limits: Iterable[Threshold]) -> Verdict | None:
    """Null while it goes on. ``attempt`` holds what the report said, its measures beside their limits."""
    if report.outcome is ReportOutcome.ACCEPTED:
        return None
    if report.outcome is ReportOutcome.NOT_READY:
        return Verdict.INCONCLUSIVE
    if report.outcome is ReportOutcome.FAILED:
        return Verdict.FAILED
    decisive = {limit.metric for limit in limits if limit.mandatory}
    if attempt.failure == ECHO_MISMATCH:
        return Verdict.INCONCLUSIVE
    if any(not measure.passed and measure.metric in decisive for measure in attempt.measures):
        return Verdict.FAILED
    return Verdict.INCONCLUSIVE if missing(attempt, report, limits) else Verdict.SUCCEEDED


def missing(attempt: Attempt, report: ReportSubTask, limits: Iterable[Threshold]) -> list[str]:
    """Mandatory metrics which a complete report does not hold, by name."""
    if not report.complete or report.outcome is not ReportOutcome.SUCCEEDED:
        return []
    measured = {measure.metric for measure in attempt.measures}
    return sorted(limit.metric for limit in limits if limit.mandatory and limit.metric not in measured)


def why(attempt: Attempt, report: ReportSubTask, limits: Iterable[Threshold]) -> str | None:
    """The failure in words: the network's own, else the metric which is out or missing."""
    if report.outcome is not ReportOutcome.SUCCEEDED or report.failure:
        return report.failure
    decisive = {limit.metric for limit in limits if limit.mandatory}
    out = [_out(m) for m in attempt.measures if not m.passed and m.metric in decisive]
    absent = missing(attempt, report, limits)
    if absent and not out:
        return f"no figure for {', '.join(absent)}"
    return "; ".join(out) or None


def _out(measure: Measure) -> str:
    limit = (
        f"below {measure.lower:g}"
        if measure.lower is not None and measure.value < measure.lower
        else f"above {measure.upper:g}"
    )
    return f"{measure.metric} {measure.value:g} {measure.unit} is {limit}"


def limits_of(journal: Journal, order: Order, kind: SubTaskKind) -> tuple[Threshold, ...]:
    """The limits of a check of a live service; one that is to be down, or gone, keeps to none."""
    product = journal.context.world.products.get(order.payload.product)
    measured = kind is SubTaskKind.QUALITY_CHECK and not order.unrefusable
    return product.thresholds if product is not None and measured else ()


def judged(measured: Measured, limits: tuple[Threshold, ...], rate: float | None) -> Measure:
    """A figure beside the limits of its metric, in its own unit. ``rate`` is the subscribed one in kbit/s."""
    limit = next((t for t in limits if t.metric == measured.metric), None)
    lower, upper = _bounds(limit, measured.unit, rate) if limit is not None else (None, None)
    passed = (lower is None or measured.value >= lower) and (upper is None or measured.value <= upper)
    return Measure(measured.metric, measured.value, measured.unit, lower, upper, passed)


def _bounds(limit: Threshold, unit: str, rate: float | None) -> tuple[float | None, float | None]:
    if limit.of_subscribed_rate:
        factor = rate / _KBITS.get(unit, 1) if rate is not None else None
    else:
        factor = _KBITS.get(limit.unit, 1) / _KBITS.get(unit, 1)
    if factor is None:
        return None, None
    return (
        limit.lower * factor if limit.lower is not None else None,
        limit.upper * factor if limit.upper is not None else None,
    )


def subscribed_rate(order: Order) -> float | None:
    """The rate that the customer pays for, in kbit/s, from "first data"."""
    data = order.payload.activation_data
    for name, kbits in _RATES.items():
        rate = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(rate, (int, float)) and not isinstance(rate, bool):
            return float(rate) * kbits
    return None


def echo_differs(sent: Any, echoed: Any) -> bool:
    """Whether the network answered with other data than it was sent; no echo says nothing."""
    if echoed is None or not isinstance(sent, Mapping):
        return False
    if not isinstance(echoed, Mapping):
        return True
    return any(echoed.get(name, value) != value for name, value in sent.items())
