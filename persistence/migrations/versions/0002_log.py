"""The event log with its places, first answers, and reference data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.columns import BigId, Instant, Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    _entries()
    _log()
    _answers()
    _districts()
    _crews()
    _members()
    _products()
    _reference()
    _functions()


def _partial(name: str, target: str, columns: list[str], condition: str) -> None:
    """An index over the rows of which the condition is true, on both databases."""
    only = sa.text(condition)
    op.create_index(name, target, columns, postgresql_where=only, sqlite_where=only)


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("position", BigId, nullable=True),
        sa.Column("group_id", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("order_number", Key, nullable=True),
        sa.Column("task_id", Key, nullable=True),
        sa.Column("item_id", Key, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "revision", name="uq_entries_group_revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_position", "entries", ["position"], unique=True)
    _partial("ix_entries_unplaced", "entries", ["id"], "position IS NULL")


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("client_mutation_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "mutation", "client_mutation_id"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])


def _districts() -> None:
    op.create_table(
        "districts",
        sa.Column("code", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefecture", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )


def _crews() -> None:
    op.create_table(
        "crews",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district_code", Key, nullable=False),
        sa.Column("contractor", sa.Text(), nullable=True),
        sa.Column("leader_id", Key, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code"],
            ["districts.code"],
            name="fk_crews_district",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("district_code", name="uq_crews_district"),
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("crew_id", Key, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"], name="fk_members_crew"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_members_crew", "members", ["crew_id"])


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("code", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("line_bearing", sa.Boolean(), nullable=False),
        sa.Column("line_rank", sa.Integer(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )


def _reference() -> None:
    op.create_table(
        "reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _functions() -> None:
    """PostgreSQL gives places after the commit; on SQLite, which has one writer, the id is the place."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE entries_place AS bigint")
        op.execute(PLACE_ENTRIES)
        op.execute(READ_ENTRIES)


PLACE_ENTRIES = """
CREATE FUNCTION place_entries() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- An empty look takes no lock. An entry that is committed a moment later is found by the next look.
    IF NOT EXISTS (SELECT 1 FROM entries WHERE position IS NULL) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(20261122);
    -- This statement sees what is committed now, behind the lock, so nothing is placed twice.
    UPDATE entries SET position = placed.place
    FROM (
        SELECT unplaced.id, nextval('entries_place') AS place
        FROM (SELECT e.id FROM entries e WHERE e.position IS NULL ORDER BY e.id) unplaced
    ) placed
    WHERE entries.id = placed.id;
END
$$
"""

READ_ENTRIES = """
CREATE FUNCTION read_entries(behind bigint, most integer) RETURNS SETOF entries LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place_entries();
    RETURN QUERY SELECT * FROM entries e WHERE e.position > behind ORDER BY e.position LIMIT most;
END
$$
"""
