"""Fusion groups as documents, and what they and their parts are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.columns import BigId, Instant, Key

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    _fusion_group()
    _orders()
    _tasks()
    _work_items()
    _receipts()
    _exchanges()


def _partial(name: str, target: str, columns: list[str], condition: str) -> None:
    """An index over the rows of which the condition is true, on both databases."""
    only = sa.text(condition)
    op.create_index(name, target, columns, postgresql_where=only, sqlite_where=only)


def _fusion_group() -> None:
    op.create_table(
        "fusion_group",
        sa.Column("id", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("fused", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_cause", sa.Text(), nullable=True),
        sa.Column("jeopardy", sa.Text(), nullable=True),
        sa.Column("visits_saved", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=True),
        sa.Column("wake_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "round", name="uq_fusion_group_key_round"),
    )
    op.create_index("ix_fusion_group_created", "fusion_group", ["created_at", "id"])
    op.create_index("ix_fusion_group_deadline", "fusion_group", ["deadline_at", "id"])
    _partial(
        "ix_fusion_group_hold", "fusion_group", ["hold_cause", "created_at", "id"], "hold_cause IS NOT NULL"
    )
    op.create_index("ix_fusion_group_state", "fusion_group", ["state", "created_at", "id"])
    _partial("ix_fusion_group_wake", "fusion_group", ["wake_at"], "wake_at IS NOT NULL")


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("number", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("assurance_level", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("crew_id", sa.Text(), nullable=True),
        sa.Column("claimant_id", sa.Text(), nullable=True),
        sa.Column("hold_cause", sa.Text(), nullable=True),
        sa.Column("jeopardy", sa.Text(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    _partial(
        "ix_orders_claimant", "orders", ["claimant_id", "received_at", "number"], "claimant_id IS NOT NULL"
    )
    _partial("ix_orders_crew", "orders", ["crew_id", "received_at", "number"], "crew_id IS NOT NULL")
    op.create_index("ix_orders_district", "orders", ["district_code", "received_at", "number"])
    op.create_index("ix_orders_due", "orders", ["due_at", "number"])
    op.create_index("ix_orders_group", "orders", ["group_id"])
    _partial("ix_orders_hold", "orders", ["hold_cause", "received_at", "number"], "hold_cause IS NOT NULL")
    op.create_index("ix_orders_received", "orders", ["received_at", "number"])
    op.create_index("ix_orders_state", "orders", ["state", "received_at", "number"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("crew_id", sa.Text(), nullable=True),
        sa.Column("appointment_required", sa.Boolean(), nullable=False),
        sa.Column("appointment_at", Instant(), nullable=True),
        sa.Column("hold_cause", sa.Text(), nullable=True),
        sa.Column("revisit", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tasks_appointment", "tasks", ["appointment_at", "id"])
    op.create_index("ix_tasks_created", "tasks", ["created_at", "id"])
    _partial("ix_tasks_crew", "tasks", ["crew_id", "created_at", "id"], "crew_id IS NOT NULL")
    op.create_index("ix_tasks_district", "tasks", ["district_code", "created_at", "id"])
    op.create_index("ix_tasks_due", "tasks", ["due_at", "id"])
    op.create_index("ix_tasks_group", "tasks", ["group_id"])
    _partial("ix_tasks_hold", "tasks", ["hold_cause", "created_at", "id"], "hold_cause IS NOT NULL")
    op.create_index("ix_tasks_state", "tasks", ["state", "created_at", "id"])


def _work_items() -> None:
    op.create_table(
        "work_items",
        sa.Column("id", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("task_id", Key, nullable=False),
        sa.Column("order_number", Key, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimant_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    _partial("ix_work_items_claimant", "work_items", ["claimant_id", "state"], "claimant_id IS NOT NULL")
    op.create_index("ix_work_items_group", "work_items", ["group_id"])
    op.create_index("ix_work_items_order", "work_items", ["order_number"])
    op.create_index("ix_work_items_task", "work_items", ["task_id"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", Key, nullable=False),
        sa.Column("order_number", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_receipts_at", "receipts", ["at", "id"])
    op.create_index("ix_receipts_delivery", "receipts", ["delivery", "at", "id"])
    op.create_index("ix_receipts_group", "receipts", ["group_id"])
    op.create_index("ix_receipts_order", "receipts", ["order_number"])


def _exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("order_number", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exchanges_order", "exchanges", ["order_number", "id"])
