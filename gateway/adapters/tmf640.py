"""TMF640 Service Activation and Configuration v4: a service is active, inactive (suspended) or terminated."""

from __future__ import annotations

from typing import Final

from gateway.adapters.inventory import Dialect

TMF640: Final = Dialect(
    collection="service",
    characteristics="serviceCharacteristic",
    type_name="Service",
    product="serviceType",
    wanted={
        "activation": {"state": "active"},
        "resume": {"state": "active"},
        "suspend": {"state": "inactive"},  # v4 has no word for suspended
        "terminate": {"state": "terminated"},
        "deactivate": {"state": "terminated"},
    },
)
EVENTS: Final = ("ServiceCreateEvent", "ServiceStateChangeEvent", "MonitorStateChangeEvent")
