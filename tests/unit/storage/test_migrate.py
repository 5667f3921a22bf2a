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

NEXT = newest() + 1
ADD_COLUMN = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT:04}"
down_revision = "{NEXT - 1:04}"


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
    """The migrations of a later program: one more than today's."""
    copied = tmp_path / "later%20program"
    shutil.copytree(SCRIPTS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / f"{NEXT:04}_note.py").write_text(ADD_COLUMN)
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
    migrate(desk, NEXT - 1, scripts)
    assert asked(desk, "SELECT name, value, note FROM setting") == [("a", "b", "none")]
    assert asked(desk, "PRAGMA user_version") == [NEXT]
    copy = desk.parent / "backups" / f"desk-schema-{NEXT - 1}.db"
    assert asked(copy, "SELECT name, value FROM setting") == [("a", "b")]
    assert asked(copy, "PRAGMA user_version") == [NEXT - 1]


def test_trades_of_the_first_release_are_kept_and_left_in_one_part(tmp_path: Path) -> None:
    """A database of revision 0001, as it was made by that release."""
    first = tmp_path / "first"
    shutil.copytree(SCRIPTS, first, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    path = tmp_path / "old.db"
    migrate(path, 0, first)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO run VALUES (1, 0, 1, 'h', 'v', 'c', 'SIM', 'u')")
        connection.execute("INSERT INTO step VALUES (1, 1, 0, '{}', '[]')")
        connection.execute(
            "INSERT INTO trade VALUES ('A', 1, 'BTC', 'long', 's', 0, '1', 1, '2', '1', '0', '0', '1', 'stop', '1')"
        )
        connection.commit()
    migrate(path, 1)
    assert asked(path, "SELECT trade, parts FROM trade") == [("A", "[]")]


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(desk: Path, scripts: Path) -> None:
    script = scripts / "versions" / f"{NEXT:04}_note.py"
    script.write_text(ADD_COLUMN + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
    before = asked(desk, "SELECT sql FROM sqlite_master ORDER BY name")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(desk, NEXT - 1, scripts)
    assert asked(desk, "SELECT sql FROM sqlite_master ORDER BY name") == before
    assert asked(desk, "PRAGMA user_version") == [NEXT - 1]
    with closing(sqlite3.connect(desk)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
