"""TMF702 Resource Activation and Configuration v4: resources which are unlocked, locked (suspended) or shut down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.simulator.inventory import Shape

BASE: Final = "/tmf-api/ResourceActivationAndConfiguration/v4"

_FOLLOWS: Final[Mapping[str, Mapping[str, str]]] = {
    "unlocked": {"resourceStatus": "available", "usageState": "active", "operationalState": "enable"},
    "locked": {"resourceStatus": "suspended", "usageState": "idle", "operationalState": "disable"},
    "shutdown": {"resourceStatus": "available", "usageState": "idle", "operationalState": "disable"},
}


def _others(wanted: Mapping[str, str]) -> Mapping[str, str]:
    """What else is true of a resource in its new administrative state."""
    return _FOLLOWS.get(wanted.get("administrativeState", ""), {})


RESOURCES: Final = Shape(
    api="resource",
    word="Resource",
    listed="resourceCharacteristic",
    states={
        "administrativeState": frozenset({"locked", "unlocked", "shutdown"}),
        "operationalState": frozenset({"enable", "disable"}),
        "resourceStatus": frozenset({"standby", "alarm", "available", "reserved", "unknown", "suspended"}),
        "usageState": frozenset({"idle", "active", "busy"}),
    },
    reserved={"administrativeState": "locked", "resourceStatus": "reserved", "usageState": "idle"},
    follows=_others,
)
