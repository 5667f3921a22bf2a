"""The record of who did what: rows are only added, and each is sealed with a hash over itself and the one before."""

import sqlite3
from collections.abc import Iterable
from hashlib import sha256

import msgspec

GENESIS = "0" * 64
"""What the first row is sealed over."""

_COLUMNS = "at, kind, actor, subject, before, after, reason, seq"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One thing that was done. `kind` is command, state, breaker, setting or role; `seq` the step that carried it."""

    at: int
    kind: str
    actor: int | None
    subject: str
    before: str | None
    after: str | None
    reason: str
    seq: int | None = None


def record(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Add entries to the chain, in the writer's transaction."""
    newest = connection.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    before = newest[0] if newest else GENESIS
    rows = []
    for entry in entries:
        seal = _seal(before, entry)
        rows.append((*msgspec.structs.astuple(entry), before, seal))
        before = seal
    connection.executemany(
        f"INSERT INTO audit ({_COLUMNS}, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
    )


def broken_at(connection: sqlite3.Connection) -> int | None:
    """Id of the first row that does not follow from the one before: it or a row before it was altered. None: intact.

    Rows cut off at the end leave an intact chain; whoever keeps an older newest hash elsewhere can tell.
    """
    before = GENESIS
    for row in connection.execute(f"SELECT id, prev_hash, hash, {_COLUMNS} FROM audit ORDER BY id"):
        number, claimed, seal, *values = row
        if claimed != before or seal != _seal(before, Entry(*values)):
            return int(number)
        before = seal
    return None


def _seal(before: str, entry: Entry) -> str:
    return sha256(before.encode() + msgspec.json.encode(entry)).hexdigest()
