"""Callbacks of the network management system, for whoever looks after it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import callbacks
from engine.fields import related
from schema.described import described
from schema.node import Node
from schema.refs import OrderRef


@described
@strawberry.type
class Callback(Node):
    """What the network management system (网管) called back, as it was received, and what became of it.

    A callback changes nothing by itself: at most the network is asked at once for the present state. Kept for
    30 days. For DISPATCHER and ADMIN.
    """

    source: callbacks.CallbackSource
    """Which way it came."""

    event: str
    """The name of the event; empty where none was given. Example: `serviceStateChangeEvent`."""

    event_id: str | None
    """The event's own id; null where there is none, or where the sender is unknown."""

    key: str | None
    """The key of the attempt that it names, as the network was told it; null where it names none. Example:
    `HA-ESOP-20261122-000101#A1`."""

    order: OrderRef | None = related("order_of_number", by="number")
    """The order that it names; null where there is none of that number."""

    status: callbacks.CallbackStatus
    """What became of it."""

    note: str | None
    """Why, in a sentence for people; null while it is NEW."""

    seen: int
    """How often it came: 1, and one more for each time that it came again."""

    received_at: datetime
    """When it came first."""

    seen_at: datetime
    """When it came last."""

    body: str
    """Word for word, as text, for it need not be JSON. At most 256 KiB, of a forged one 1 KiB; `note` says
    what was cut."""
