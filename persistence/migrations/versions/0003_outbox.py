"""What is still to be sent to other systems, and what succeeded before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.columns import Instant, Key
from persistence.migrations.refill import refill

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    _templates()
    refill(op.get_bind(), [_outbox(), _history()])


def _templates() -> None:
    """What a repair falls back to, per product."""
    none, no = sa.text("'{}'"), sa.false()
    op.add_column(
        "products", sa.Column("activation_template", sa.Text(), nullable=False, server_default=none)
    )
    op.add_column("products", sa.Column("check_template", sa.Text(), nullable=False, server_default=none))
    op.add_column("products", sa.Column("confirm_repairs", sa.Boolean(), nullable=False, server_default=no))


def _outbox() -> sa.Table:
    outbox = op.create_table(
        "outbox",
        sa.Column("id", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("order_number", Key, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("lane", Key, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outbox_due", "outbox", ["topic", "due_at"])
    op.create_index("ix_outbox_lane", "outbox", ["topic", "lane", "seq"])
    op.create_index("ix_outbox_group", "outbox", ["group_id"])
    return outbox


def _history() -> sa.Table:
    history = op.create_table(
        "history",
        sa.Column("id", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("order_number", Key, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("place", Key, nullable=False),
        sa.Column("standard_id", Key, nullable=True),
        sa.Column("port", Key, nullable=True),
        sa.Column("device", Key, nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_history_group", "history", ["group_id"])
    op.create_index("ix_history_order", "history", ["order_number", "kind", "at"])
    op.create_index("ix_history_place", "history", ["place", "product", "kind", "at"])
    for name, column in (("standard", "standard_id"), ("port", "port"), ("device", "device")):
        columns = [column, *(["product"] if name == "standard" else []), "kind", "at"]
        only = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_history_{name}", "history", columns, postgresql_where=only, sqlite_where=only)
    return history
