"""A gateway's persistence over a fresh database, once on SQLite and once on PostgreSQL."""

from tests.contracts.conftest import one, other

__all__ = ["one", "other"]
