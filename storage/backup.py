"""A copy of the database as it is at one instant, beside whoever reads and writes it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.model.errors import Corrupt


def back_up(source: Path, target: Path) -> None:
    """Copy the database to `target`: checked, flushed, and in its place at once or not at all.

    Raises Corrupt when the copy fails SQLite's integrity check, sqlite3.Error or OSError when it cannot be made.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("VACUUM INTO ?", (str(draft),))
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise Corrupt(f"The backup of {source} is damaged ({found}).")
    _flush(draft)
    draft.rename(target)
    _flush(target.parent)


def _flush(path: Path) -> None:
    """Bring a file, or a directory's names, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
