"""What a line measures: the figures of a good one, what the script says otherwise, and one that gets worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.simulator.script import Behaviour

UNITS: Final = {"Kbps": "kbit/s", "Ms": "ms", "Percent": "%", "Dbm": "dBm"}
_GOOD: Final = {
    "rttMs": 8.0,
    "jitterMs": 1.2,
    "lossPercent": 0.0,
    "tcpEfficiencyPercent": 99.8,
    "bufferDelayPercent": 12.0,
    "opticalRxPowerDbm": -19.5,
    "pingOk": 1.0,
    "dnsOk": 1.0,
    "publicAddressOk": 1.0,
    "dialUpOk": 1.0,
    "testCallOk": 1.0,
    "registeredOk": 1.0,
    "pictureOnlineOk": 1.0,
    "storageOk": 1.0,
}
_SHARE: Final = 0.949
"""What TCP brings of a rate, at most, on Ethernet: 1460/1538."""
_SPEEDS: Final = ("tcpDownKbps", "tcpUpKbps")


def rate_kbps(fields: Mapping[str, Any]) -> float:
    """The subscribed rate of a service, 100 Mbit/s where none is named."""
    for name, factor in (("subscribedRateKbps", 1), ("subscribedRateMbps", 1000), ("downstreamKbps", 1)):
        value = fields.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value) * factor
    return 100_000.0


def measured(
    test: str, rate: float, behaviour: Behaviour, *, live: bool, before: int
) -> list[dict[str, Any]]:
    """The measures of a speed or quality test; ``before`` is how many tests that line has had."""
    worse = max(1 - behaviour.degrade * before, 0.0)
    figures: dict[str, Any] = {"reachable": 1.0 if live else 0.0}
    if live:
        own = {name: round(rate * _SHARE * worse) for name in _SPEEDS} if test == "speed" else dict(_GOOD)
        if test == "quality" and behaviour.degrade:
            own |= {
                "lossPercent": round(100 * (1 - worse) / 2, 3),
                "opticalRxPowerDbm": _GOOD["opticalRxPowerDbm"],
            }
        figures |= own
        said = {**behaviour.measures, **behaviour.words}
        figures |= {name: value for name, value in said.items() if (name in _SPEEDS) == (test == "speed")}
    return [
        {"metricName": name, "value": {"value": value}, "unitOfMeasure": _unit(name)}
        for name, value in figures.items()
    ]


def _unit(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "1")
