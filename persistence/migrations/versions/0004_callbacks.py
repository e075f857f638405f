"""What the network management system called back, as it was received."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.columns import BigId, Instant, Key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "callbacks",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("order_number", Key, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "event_id", "digest", name="uq_callbacks_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_callbacks_received", "callbacks", ["received_at"])
    op.create_index("ix_callbacks_status", "callbacks", ["status", "id"])
    named = sa.text("order_number IS NOT NULL")
    op.create_index(
        "ix_callbacks_order",
        "callbacks",
        ["order_number", "id"],
        postgresql_where=named,
        sqlite_where=named,
    )
