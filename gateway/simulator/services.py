"""TMF640 Service Activation and Configuration v4: services which are active, inactive (suspended) or terminated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.simulator.inventory import Shape

BASE: Final = "/tmf-api/ServiceActivationAndConfiguration/v4"


def _nothing(_wanted: Mapping[str, str]) -> Mapping[str, str]:
    return {}


SERVICES: Final = Shape(
    api="service",
    word="Service",
    listed="serviceCharacteristic",
    states={
        "state": frozenset({"feasibilityChecked", "designed", "reserved", "inactive", "active", "terminated"})
    },
    reserved={"state": "reserved"},
    follows=_nothing,
)
