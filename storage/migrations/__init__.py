"""Alembic's migrations of `desk.db`, run by `storage.migrate`; file names begin with the schema version."""
