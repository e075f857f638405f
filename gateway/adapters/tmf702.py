"""TMF702 Resource Activation and Configuration v4: a resource is unlocked, locked (suspended) or shut down.

``administrativeState`` is what is ordered and must be seen; the other states are ordered with it and must not say
otherwise where the system shows them. A resource that was shut down is locked once its last user has gone (X.731).
"""

from __future__ import annotations

from typing import Final

from gateway.adapters.dialect import Dialect

_ACTIVE: Final = {"administrativeState": ("unlocked",), "usageState": ("active", "busy")}
_ENDED: Final = {"administrativeState": ("shutdown", "locked"), "resourceStatus": ("available", "standby")}

TMF702: Final = Dialect(
    collection="resource",
    characteristics="resourceCharacteristic",
    type_name="Resource",
    product="category",
    wanted={
        "activation": _ACTIVE,
        "resume": _ACTIVE,
        "suspend": {"administrativeState": ("locked",), "resourceStatus": ("suspended",)},
        "terminate": _ENDED,
        "deactivate": _ENDED,
    },
)
EVENTS: Final = ("ResourceCreateEvent", "ResourceStateChangeEvent", "MonitorStateChangeEvent")
