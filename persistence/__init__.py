"""The store: tables, migrations, the event log, reads."""
