"""What only an operator can mend, in sentences which say how."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says why, and what to do."""


class DatabaseUnavailableError(DatabaseError):
    """It cannot be reached: not there, not allowed, not a database."""


class DatabaseInUseError(DatabaseError):
    """Another gateway process has the SQLite file."""


class MigrationsPendingError(DatabaseError):
    """Its tables are not those of this version."""


class TooManyConflictsError(Exception):
    """A command met a faster writer at every try. Nothing of it was written; it can be sent again."""
