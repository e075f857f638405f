"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.columns import BigId, Instant, Key

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    ${upgrades if upgrades else "pass"}
