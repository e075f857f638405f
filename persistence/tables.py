"""The tables. A group is one document (``fusion_group.body``); the columns and tables beside it are for finding.

Instants are aware and UTC on both databases. Nothing here is a rule: rows are projections of groups
(``projection``) or reference data. Keys are compared by code point on both databases, as Python compares them.
Rows of a group carry no foreign key to it: they are written in the group's own statement, which is the only
way in which either comes to be, and a key would cost a look-up for each of them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, ForeignKey, Identity, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from persistence.columns import BigId, Key, instant_column, key_column, partial_index, text_column


class FusionGroupRow(SQLModel, table=True):
    """A fusion group: its document, its revision, and what lists and timers look for."""

    __tablename__ = "fusion_group"
    __table_args__ = (
        UniqueConstraint("key", "round", name="uq_fusion_group_key_round"),
        Index("ix_fusion_group_created", "created_at", "id"),
        Index("ix_fusion_group_deadline", "deadline_at", "id"),
        Index("ix_fusion_group_state", "state", "created_at", "id"),
        partial_index("ix_fusion_group_wake", "wake_at", only="wake_at IS NOT NULL"),
        partial_index(
            "ix_fusion_group_hold", "hold_cause", "created_at", "id", only="hold_cause IS NOT NULL"
        ),
    )

    id: str = key_column(primary_key=True)
    key: str = key_column()
    round: int
    fused: bool
    revision: int
    state: str = text_column()
    hold_cause: str | None = text_column(default=None)
    jeopardy: str | None = text_column(default=None)
    visits_saved: int
    partial: bool
    deadline_at: datetime | None = instant_column(default=None)
    wake_at: datetime | None = instant_column(default=None)
    created_at: datetime = instant_column()
    closed_at: datetime | None = instant_column(default=None)
    body: str = text_column()


class OrderRow(SQLModel, table=True):
    """Where an order is, and what it is found by. ``district_code`` is that of its visit once it has one."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_group", "group_id"),
        Index("ix_orders_received", "received_at", "number"),
        Index("ix_orders_due", "due_at", "number"),
        Index("ix_orders_state", "state", "received_at", "number"),
        Index("ix_orders_district", "district_code", "received_at", "number"),
        partial_index("ix_orders_crew", "crew_id", "received_at", "number", only="crew_id IS NOT NULL"),
        partial_index(
            "ix_orders_claimant", "claimant_id", "received_at", "number", only="claimant_id IS NOT NULL"
        ),
        partial_index("ix_orders_hold", "hold_cause", "received_at", "number", only="hold_cause IS NOT NULL"),
    )

    number: str = key_column(primary_key=True)
    group_id: str = key_column()
    state: str = text_column()
    step: str = text_column()
    action: str = text_column()
    product: str = text_column()
    assurance_level: str = text_column()
    district_code: str | None = text_column(default=None)
    crew_id: str | None = text_column(default=None)
    claimant_id: str | None = text_column(default=None)
    hold_cause: str | None = text_column(default=None)
    jeopardy: str | None = text_column(default=None)
    visits: int
    due_at: datetime | None = instant_column(default=None)
    received_at: datetime = instant_column()
    closed_at: datetime | None = instant_column(default=None)
    search: str = text_column()


class TaskRow(SQLModel, table=True):
    """A visit, and what it is found by. ``seq`` is its place in the group, in the order of creation."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_group", "group_id"),
        Index("ix_tasks_created", "created_at", "id"),
        Index("ix_tasks_due", "due_at", "id"),
        Index("ix_tasks_appointment", "appointment_at", "id"),
        Index("ix_tasks_state", "state", "created_at", "id"),
        Index("ix_tasks_district", "district_code", "created_at", "id"),
        partial_index("ix_tasks_crew", "crew_id", "created_at", "id", only="crew_id IS NOT NULL"),
        partial_index("ix_tasks_hold", "hold_cause", "created_at", "id", only="hold_cause IS NOT NULL"),
    )

    id: str = key_column(primary_key=True)
    group_id: str = key_column()
    seq: int
    state: str = text_column()
    district_code: str | None = text_column(default=None)
    crew_id: str | None = text_column(default=None)
    appointment_required: bool
    appointment_at: datetime | None = instant_column(default=None)
    hold_cause: str | None = text_column(default=None)
    revisit: bool
    due_at: datetime | None = instant_column(default=None)
    created_at: datetime = instant_column()
    search: str = text_column()


class WorkItemRow(SQLModel, table=True):
    """An order's share in a visit."""

    __tablename__ = "work_items"
    __table_args__ = (
        Index("ix_work_items_group", "group_id"),
        Index("ix_work_items_task", "task_id"),
        Index("ix_work_items_order", "order_number"),
        partial_index("ix_work_items_claimant", "claimant_id", "state", only="claimant_id IS NOT NULL"),
    )

    id: str = key_column(primary_key=True)
    group_id: str = key_column()
    task_id: str = key_column()
    order_number: str = key_column()
    state: str = text_column()
    claimant_id: str | None = text_column(default=None)


class ReceiptRow(SQLModel, table=True):
    """A line of the ledger of receipts."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index("ix_receipts_group", "group_id"),
        Index("ix_receipts_order", "order_number"),
        Index("ix_receipts_at", "at", "id"),
        Index("ix_receipts_delivery", "delivery", "at", "id"),
    )

    id: str = key_column(primary_key=True)
    order_number: str = key_column()
    group_id: str = key_column()
    kind: str = text_column()
    attempt: int
    outcome: str = text_column()
    delivery: str = text_column()
    at: datetime = instant_column()


class ExchangeRow(SQLModel, table=True):
    """One thing that went over the line to or from upstream; ``group_id`` is its group at that moment.

    ``body`` is JSON text, as received.
    """

    __tablename__ = "exchanges"
    __table_args__ = (Index("ix_exchanges_order", "order_number", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, sa_column=Column(BigId, Identity(), primary_key=True))
    order_number: str = key_column()
    group_id: str = key_column()
    direction: str = text_column()
    kind: str = text_column()
    status: str = text_column()
    body: str = text_column()
    at: datetime = instant_column()


class OutboxRow(SQLModel, table=True):
    """What is still to be sent to another system: there for as long as its group says that it is open.

    ``lane`` keeps the receipts of one order in the order of ``seq``. The last four columns are the workers' own:
    who holds it until when, how often it was taken, and their note (JSON text).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "topic", "due_at"),
        Index("ix_outbox_lane", "topic", "lane", "seq"),
        Index("ix_outbox_group", "group_id"),
    )

    id: str = key_column(primary_key=True)
    group_id: str = key_column()
    order_number: str = key_column()
    topic: str = text_column()
    lane: str = key_column()
    seq: int
    urgent: bool
    due_at: datetime = instant_column()
    leased_until: datetime | None = instant_column(default=None)
    holder: str | None = text_column(default=None)
    tries: int
    progress: str = text_column()


class HistoryRow(SQLModel, table=True):
    """An attempt that succeeded, with its data, and by what a later repair finds it (D11).

    ``place`` is the address within its district, ``port`` and ``device`` where the line is connected.
    """

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_group", "group_id"),
        Index("ix_history_order", "order_number", "kind", "at"),
        Index("ix_history_place", "place", "product", "kind", "at"),
        partial_index(
            "ix_history_standard", "standard_id", "product", "kind", "at", only="standard_id IS NOT NULL"
        ),
        partial_index("ix_history_port", "port", "kind", "at", only="port IS NOT NULL"),
        partial_index("ix_history_device", "device", "kind", "at", only="device IS NOT NULL"),
    )

    id: str = key_column(primary_key=True)
    group_id: str = key_column()
    order_number: str = key_column()
    attempt: int
    kind: str = text_column()
    product: str = text_column()
    place: str = key_column()
    standard_id: str | None = key_column(default=None)
    port: str | None = key_column(default=None)
    device: str | None = key_column(default=None)
    service: str | None = text_column(default=None)
    data: str = text_column()
    at: datetime = instant_column()


class CallbackRow(SQLModel, table=True):
    """A callback of the network management system, as it was received, and what became of it.

    ``digest`` is of the body: an event's id is the other side's, and two events may come under one. ``event_id`` is
    null where there was none, and where the sender is unknown. ``leased_until`` is of who looks at a new one.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        UniqueConstraint("source", "event_id", "digest", name="uq_callbacks_event"),
        Index("ix_callbacks_received", "received_at"),
        Index("ix_callbacks_status", "status", "id"),
        partial_index("ix_callbacks_order", "order_number", "id", only="order_number IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, Identity(), primary_key=True))
    source: str = text_column()
    event: str = text_column()
    event_id: str | None = text_column(default=None)
    digest: str = text_column()
    key: str | None = text_column(default=None)
    order_number: str | None = key_column(default=None)
    status: str = text_column()
    note: str | None = text_column(default=None)
    seen: int
    received_at: datetime = instant_column()
    seen_at: datetime = instant_column()
    leased_until: datetime | None = instant_column(default=None)
    body: str = text_column()


class EntryRow(SQLModel, table=True):
    """A line of the event log. ``position`` is given after the commit; on SQLite it is the id."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("group_id", "revision", name="uq_entries_group_revision"),
        Index("ix_entries_position", "position", unique=True),
        partial_index("ix_entries_unplaced", "id", only="position IS NULL"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, Identity(), primary_key=True))
    position: int | None = Field(default=None, sa_type=BigId)
    group_id: str = key_column()
    revision: int
    kind: str = text_column()
    at: datetime = instant_column()
    actor: str = text_column()
    order_number: str | None = key_column(default=None)
    task_id: str | None = key_column(default=None)
    item_id: str | None = key_column(default=None)
    detail: str = text_column()


class LogRow(SQLModel, table=True):
    """The log itself: one row. ``epoch`` is new after a restore."""

    __tablename__ = "log"

    id: int = Field(primary_key=True)
    epoch: str = text_column()


class AnswerRow(SQLModel, table=True):
    """The first answer to a clientMutationId, kept for seven days; ``refs`` names what it showed.

    ``client_mutation_id`` holds the SHA-256 of what the client sent, which may be of any length.
    """

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_at", "at"),)

    caller: str = text_column(primary_key=True)
    mutation: str = text_column(primary_key=True)
    client_mutation_id: str = text_column(primary_key=True)
    digest: str = text_column()
    refs: str = text_column()
    at: datetime = instant_column()


class DistrictRow(SQLModel, table=True):
    """区县."""

    __tablename__ = "districts"

    code: str = key_column(primary_key=True)
    name: str = text_column()
    prefecture: str = text_column()
    aliases: list[str] = Field(default_factory=list, sa_type=JSON)


def _district_of_crew() -> Column[str]:
    """Checked at the commit, so that two crews can change places."""
    known = ForeignKey("districts.code", name="fk_crews_district", deferrable=True, initially="DEFERRED")
    return Column("district_code", Key, known, nullable=False)


class CrewRow(SQLModel, table=True):
    """集客施工班组: a district has at most one."""

    __tablename__ = "crews"
    __table_args__ = (UniqueConstraint("district_code", name="uq_crews_district"),)

    id: str = key_column(primary_key=True)
    name: str = text_column()
    district_code: str = Field(sa_column=_district_of_crew())
    contractor: str | None = text_column(default=None)
    leader_id: str | None = key_column(default=None)


def _crew_of_member() -> Column[str]:
    return Column("crew_id", Key, ForeignKey("crews.id", name="fk_members_crew"), nullable=False)


class MemberRow(SQLModel, table=True):
    """A person of a crew."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_crew", "crew_id"),)

    id: str = key_column(primary_key=True)
    name: str = text_column()
    phone: str = text_column()
    crew_id: str = Field(sa_column=_crew_of_member())
    active: bool
    skills: list[str] = Field(default_factory=list, sa_type=JSON)


class ProductRow(SQLModel, table=True):
    """业务类型. ``rules``, ``thresholds`` and the templates are JSON documents, as the catalogue has them."""

    __tablename__ = "products"

    code: str = key_column(primary_key=True)
    name: str = text_column()
    name_zh: str = text_column()
    line_bearing: bool
    line_rank: int | None = None
    rules: str = text_column()
    thresholds: str = text_column()
    activation_template: str = text_column()
    check_template: str = text_column()
    confirm_repairs: bool


class ReferenceRow(SQLModel, table=True):
    """One row: ``version`` grows with each change of districts, crews, members and products."""

    __tablename__ = "reference"

    id: int = Field(primary_key=True)
    version: int
