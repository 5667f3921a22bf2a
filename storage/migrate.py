"""Brings a database to the schema of this program, all at once or not at all, with a copy made first."""

import sqlite3
from pathlib import Path

from engine.model.errors import BadInput
from storage.backup import back_up

SCRIPTS = Path(__file__).parent / "migrations"


def newest(scripts: Path = SCRIPTS) -> int:
    """The schema version this program knows: the number of its last revision, which is also `user_version`."""
    return max(int(path.name[:4]) for path in (scripts / "versions").glob("[0-9]*.py"))


def refuse_newer(found: int, path: Path) -> None:
    """Raise BadInput when a database was written by a later program than this one."""
    if found > newest():
        raise BadInput(
            f"{path} was written by a newer pocketdesk (schema {found}; this one knows up to {newest()}): "
            "install that version, or use another data directory."
        )


def migrate(path: Path, found: int, scripts: Path = SCRIPTS) -> None:
    """Upgrade the database at `path` from schema version `found`; 0 is an empty file, of which no copy is made.

    Raises sqlite3.Error or OSError, with the database as it was.
    """
    head = newest(scripts)
    if found == head:
        return
    if found:
        back_up(path, path.parent / "backups" / f"{path.stem}-schema-{found}.db")
    _upgrade(path, head, scripts)


def _upgrade(path: Path, head: int, scripts: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine, event
    from sqlalchemy.exc import DBAPIError

    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(path, isolation_level=None),
        poolclass=NullPool,
    )
    # The driver would begin its transaction only before the first INSERT; a schema must change as one.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"PRAGMA user_version={head}")
    except DBAPIError as error:
        raise error.orig or error from error
    finally:
        engine.dispose()
