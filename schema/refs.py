"""Types that refer to each other across files, by name: each stands for the type in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.appointments import Appointment
    from schema.connections import ExchangeConnection, TaskConnection, UpdateConnection
    from schema.crews import Crew, District, Member
    from schema.groups import FirstContact, FusionGroup
    from schema.orders import Order
    from schema.receipts import Receipt
    from schema.tasks import Task, WorkItem

AppointmentRef = Annotated["Appointment", strawberry.lazy("schema.appointments")]
CrewRef = Annotated["Crew", strawberry.lazy("schema.crews")]
DistrictRef = Annotated["District", strawberry.lazy("schema.crews")]
ExchangeConnectionRef = Annotated["ExchangeConnection", strawberry.lazy("schema.connections")]
FirstContactRef = Annotated["FirstContact", strawberry.lazy("schema.groups")]
FusionGroupRef = Annotated["FusionGroup", strawberry.lazy("schema.groups")]
MemberRef = Annotated["Member", strawberry.lazy("schema.crews")]
OrderRef = Annotated["Order", strawberry.lazy("schema.orders")]
ReceiptRef = Annotated["Receipt", strawberry.lazy("schema.receipts")]
TaskConnectionRef = Annotated["TaskConnection", strawberry.lazy("schema.connections")]
TaskRef = Annotated["Task", strawberry.lazy("schema.tasks")]
UpdateConnectionRef = Annotated["UpdateConnection", strawberry.lazy("schema.connections")]
WorkItemRef = Annotated["WorkItem", strawberry.lazy("schema.tasks")]
