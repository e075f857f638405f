"""TMF640 Service Activation and Configuration v4: a service is active, inactive (suspended) or terminated."""

from __future__ import annotations

from typing import Final

from gateway.adapters.dialect import Dialect

_ACTIVE: Final = {"state": ("active",)}
_ENDED: Final = {"state": ("terminated",)}

TMF640: Final = Dialect(
    collection="service",
    characteristics="serviceCharacteristic",
    type_name="Service",
    product="serviceType",
    wanted={
        "activation": _ACTIVE,
        "resume": _ACTIVE,
        "suspend": {"state": ("inactive", "suspended")},  # v4 has no word for suspended, v5 has
        "terminate": _ENDED,
        "deactivate": _ENDED,
    },
)
EVENTS: Final = ("ServiceCreateEvent", "ServiceStateChangeEvent", "MonitorStateChangeEvent")
