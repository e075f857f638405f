"""When the crew meets the customer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import values
from engine.fields import related
from schema.described import described
from schema.node import Node
from schema.refs import AppointmentRef, MemberRef, TaskRef


@described
@strawberry.type
class Appointment(Node):
    """When the crew meets the customer of a visit.

    A visit has at most one that is CONFIRMED or IN_PROGRESS.
    """

    state: values.AppointmentState
    """How it stands."""

    task: TaskRef
    """The visit."""

    starts_at: datetime
    """When the window begins."""

    ends_at: datetime
    """When the window ends, at most four hours later."""

    booked_by: MemberRef | None = related("member_in_group", by="booked_by")
    """Who booked it; null when a dispatcher did."""

    note: str | None
    """What was agreed besides the time."""

    reschedule_reason: values.RescheduleReason | None
    """Why it replaced another one; null for a first appointment."""

    replaces: AppointmentRef | None
    """The appointment which this one replaced."""

    reschedule_count: int
    """How many appointments of this visit it replaced in a row; 0 for a first one."""
