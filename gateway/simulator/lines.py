"""What a line measures: the figures of a good one, what the script says otherwise, and one that gets worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.simulator.behaviour import Behaviour
from gateway.simulator.record import now

SHARE: Final = 0.949
"""What TCP brings of a rate, at most, on Ethernet: 1460/1538."""
USUAL_KBPS: Final = 100_000.0
_RATES: Final = {"subscribedRateKbps": 1, "subscribedRateMbps": 1000, "downstreamKbps": 1}
_UNITS: Final = {"Kbps": "kbit/s", "Ms": "ms", "Percent": "%", "Dbm": "dBm"}
_GOOD: Final = {
    "rttMs": 8.0,
    "jitterMs": 1.2,
    "lossPercent": 0.0,
    "tcpEfficiencyPercent": 99.8,
    "bufferDelayPercent": 12.0,
    "opticalRxPowerDbm": -19.5,
    "pingOk": 1,
    "dnsOk": 1,
    "publicAddressOk": 1,
    "dialUpOk": 1,
    "testCallOk": 1,
    "registeredOk": 1,
    "pictureOnlineOk": 1,
    "storageOk": 1,
}
_LOST_DBM: Final = 50.0
"""So much light would be gone from a line that has lost all of its quality."""


def rate_kbps(*sources: Mapping[str, Any]) -> float:
    """The subscribed rate, of the first source that names one; 100 Mbit/s where none does."""
    for fields in sources:
        for name, factor in _RATES.items():
            try:
                return float(fields[name]) * factor
            except (KeyError, TypeError, ValueError):
                continue
    return USUAL_KBPS


def measured(
    part: str, rate: float, behaviour: Behaviour, *, live: bool, before: int
) -> list[dict[str, Any]]:
    """The measures of a test. ``before`` is how many of its kind that line has had.

    The speed test measures throughput, the quality test all else; one that is neither measures everything.
    """
    said: dict[str, Any] = {**behaviour.measures, **behaviour.words}
    figures: dict[str, Any] = {"reachable": 1 if live else 0}
    if live:
        figures |= _figures(rate, max(1 - behaviour.degrade * before, 0.0))
        figures |= said
    figures |= {name: value for name, value in said.items() if name == "reachable"}
    return [_measure(name, value) for name, value in figures.items() if _belongs(name, part)]


def _figures(rate: float, health: float) -> dict[str, Any]:
    """What a line measures whose health is 1 when it is good, and 0 when it is gone."""
    throughput = round(rate * SHARE * health)
    return {
        "tcpDownKbps": throughput,
        "tcpUpKbps": throughput,
        **_GOOD,
        "lossPercent": round(50 * (1 - health), 3),
        "opticalRxPowerDbm": round(_GOOD["opticalRxPowerDbm"] - _LOST_DBM * (1 - health), 2),
    }


def _belongs(metric: str, part: str) -> bool:
    """Whether a test of that part measures it."""
    return not part or (part == "speed") == metric.endswith("Kbps")


def _measure(name: str, value: Any) -> dict[str, Any]:
    unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "1")
    return {"metricName": name, "value": {"value": value}, "unitOfMeasure": unit, "captureDateTime": now()}
