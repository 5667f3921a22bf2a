"""Migrations lead to the declared tables, at once or not at all, and never without a copy."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from storage.db import Database
from storage.migrate import SCRIPTS, migrate, newest
from storage.tables import Table
from tests.journaled import asked

ADD_COLUMN = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("setting") as setting:
        setting.add_column(sa.Column("note", sa.String, nullable=False, server_default="none"))
"""


@pytest.fixture
async def desk(tmp_path: Path) -> Path:
    """A database of the newest version with a setting in it."""
    database = Database.open(tmp_path)
    await database.write(lambda connection: connection.execute("INSERT INTO setting VALUES ('a', 'b', 1, NULL)"))
    await database.close()
    return database.path


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The migrations of a later program: one more than today's first."""
    copied = tmp_path / "later%20program"
    shutil.copytree(SCRIPTS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (copied / "versions").glob("[0-9]*.py"):
        if script.name[:4] != "0001":
            script.unlink()
    (copied / "versions" / "0002_note.py").write_text(ADD_COLUMN)
    return copied


def test_the_migrated_schema_is_the_declared_one(desk: Path) -> None:
    engine = create_engine(f"sqlite:///{desk}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_unnamed_and_partial_parts_of_the_schema_are_the_declared_ones_too(desk: Path) -> None:
    """What alembic does not compare: keys, references, and the conditions of indexes."""
    migrated = create_engine(f"sqlite:///{desk}")
    declared = create_engine("sqlite://")
    with migrated.connect() as one, declared.connect() as two:
        Table.metadata.create_all(two)
        for table in Table.metadata.tables:
            for ask in ("get_pk_constraint", "get_foreign_keys", "get_indexes", "get_unique_constraints"):
                found, wanted = (getattr(inspect(each), ask)(table) for each in (one, two))
                assert _sorted(found) == _sorted(wanted), (table, ask)
    migrated.dispose()
    declared.dispose()


def _sorted(found: object) -> object:
    return sorted(json.dumps(part, default=str) for part in found) if isinstance(found, list) else found


def test_the_schema_version_is_the_number_of_the_last_revision(desk: Path) -> None:
    assert asked(desk, "PRAGMA user_version") == [newest()]
    assert asked(desk, "SELECT version_num FROM alembic_version") == [f"{newest():04}"]


def test_a_new_database_needs_no_copy(desk: Path) -> None:
    assert not (desk.parent / "backups").exists()


def test_an_older_database_is_copied_and_then_migrated(desk: Path, scripts: Path) -> None:
    migrate(desk, 1, scripts)
    assert asked(desk, "SELECT name, value, note FROM setting") == [("a", "b", "none")]
    assert asked(desk, "PRAGMA user_version") == [2]
    copy = desk.parent / "backups" / "desk-schema-1.db"
    assert asked(copy, "SELECT name, value FROM setting") == [("a", "b")]
    assert asked(copy, "PRAGMA user_version") == [1]


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(desk: Path, scripts: Path) -> None:
    script = scripts / "versions" / "0002_note.py"
    script.write_text(ADD_COLUMN + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
    before = asked(desk, "SELECT sql FROM sqlite_master ORDER BY name")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(desk, 1, scripts)
    assert asked(desk, "SELECT sql FROM sqlite_master ORDER BY name") == before
    assert asked(desk, "PRAGMA user_version") == [1]
    with closing(sqlite3.connect(desk)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
