"""Everything that is to be said, kept until it has been said."""

import sqlite3
from collections.abc import Sequence

from sqlalchemy import select as columns
from sqlmodel import col, select

from engine.ports import OutboxRow, Outgoing
from storage import tables
from storage.db import Database

CURSOR = "outbox"

WAITING = (
    columns(*(getattr(tables.Outbox, name) for name in ("id", "tries", "retry_at", *Outgoing.__struct_fields__)))
    .where(col(tables.Outbox.state) == "waiting")
    .order_by(col(tables.Outbox.id))
)
INSERT = """
INSERT INTO outbox (lane, chat, body, at, dedupe, key, reply_to, silent, not_after, topic, state, tries, retry_at, why)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, '') ON CONFLICT (dedupe) DO NOTHING
"""
MOVE_CURSOR = """
INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
"""
DELIVER = """
UPDATE outbox SET state = 'delivered', message_id = ?, tries = tries + 1 WHERE id = ? AND state = 'waiting'
RETURNING chat, key
"""
NAME = "INSERT OR REPLACE INTO message (chat, key, message_id) VALUES (?, ?, ?)"
POSTPONE = "UPDATE outbox SET tries = tries + 1, retry_at = ? WHERE id = ? AND state = 'waiting'"
DROP = "UPDATE outbox SET state = 'dropped', why = ? WHERE id = ? AND state = 'waiting'"


class SqliteOutbox:
    """Port Outbox. Delivered and dropped rows stay for the record; what is done to them again changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        """Commit rows (a known dedupe key is ignored) and, with them, the journal sequence they were made from."""
        rows = [_values(item) for item in items]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany(INSERT, rows)
            if cursor is not None:
                connection.execute(MOVE_CURSOR, (CURSOR, cursor))

        await self._database.write(insert)

    async def cursor(self) -> int:
        """Journal sequence up to which messages have been made, 0 when none."""
        found = await self._database.read(select(tables.Cursor.value).where(col(tables.Cursor.name) == CURSOR))
        return found[0] if found else 0

    async def waiting(self) -> Sequence[OutboxRow]:
        """Undelivered rows, oldest first."""
        found = await self._database.read_columns(WAITING)
        return [OutboxRow(number, Outgoing(*said), tries, retry_at) for number, tries, retry_at, *said in found]

    async def delivered(self, row: int, message_id: int) -> None:
        """The row is with the recipient under this message id, which its key stands for from now on."""

        def update(connection: sqlite3.Connection) -> None:
            for chat, key in connection.execute(DELIVER, (message_id, row)).fetchall():
                if key is not None:
                    connection.execute(NAME, (chat, key, message_id))

        await self._database.write(update)

    async def postpone(self, row: int, retry_at: int) -> None:
        """Delivery failed for now."""
        await self._database.write(lambda connection: _execute(connection, POSTPONE, retry_at, row))

    async def drop(self, row: int, why: str) -> None:
        """The row is superseded or out of time; it is kept for the record and never sent."""
        await self._database.write(lambda connection: _execute(connection, DROP, why, row))

    async def message_id(self, chat: int, key: str) -> int | None:
        """Message id that a key was delivered under in a chat."""
        found = await self._database.read(
            select(tables.Message.message_id).where(col(tables.Message.chat) == chat, col(tables.Message.key) == key)
        )
        return found[0] if found else None


def _execute(connection: sqlite3.Connection, statement: str, *values: int | str) -> None:
    connection.execute(statement, values)


def _values(item: Outgoing) -> tuple[str | int | None, ...]:
    return (
        item.lane,
        item.chat,
        item.body,
        item.at,
        item.dedupe,
        item.key,
        item.reply_to,
        item.silent,
        item.not_after,
        item.topic,
    )
