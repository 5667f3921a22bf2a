"""What SQLite's errors mean to the desk (engine.model.errors)."""

import sqlite3

from engine.model.errors import Corrupt, PocketdeskError, StorageDegraded

DEGRADED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}
"""The file cannot be written (or reached) just now; what is in it is as good as before."""

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code, None for what the Python module raises by itself."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def meaning(error: sqlite3.Error) -> PocketdeskError | None:
    """StorageDegraded or Corrupt; None for anything else, which is a bug and stays what it is."""
    code = primary_code(error)
    if code in DAMAGED:
        return Corrupt(f"The database is damaged ({error}).")
    if code in DEGRADED:
        return StorageDegraded(f"The database cannot be written just now ({error}).")
    return None
