"""TMF702 Resource Activation and Configuration v4: a resource is unlocked, locked (suspended) or shut down."""

from __future__ import annotations

from typing import Final

from gateway.adapters.inventory import Dialect

TMF702: Final = Dialect(
    collection="resource",
    characteristics="resourceCharacteristic",
    type_name="Resource",
    product="category",
    wanted={
        "activation": {"administrativeState": "unlocked"},
        "resume": {"administrativeState": "unlocked"},
        "suspend": {"administrativeState": "locked"},
        "terminate": {"administrativeState": "shutdown"},
        "deactivate": {"administrativeState": "shutdown"},
    },
)
EVENTS: Final = ("ResourceCreateEvent", "ResourceStateChangeEvent", "MonitorStateChangeEvent")
