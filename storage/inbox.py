"""Updates from people: stored before they are confirmed, each carried out at most once."""

import sqlite3
from collections.abc import Sequence

from sqlmodel import col, func, select

from engine.ports import InboxRow
from storage import tables
from storage.db import Database


class SqliteInbox:
    """Port Inbox. A command that the core carried out is set to `done` by the journal, in the step's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, updates: Sequence[tuple[int, str]], at: int) -> None:
        """Commit new (update_id, raw JSON) rows; ids already there are left alone."""
        rows = [(update_id, at, raw) for update_id, raw in updates]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO inbox (update_id, received_at, raw, state, answer) VALUES (?, ?, ?, 'new', '') "
                "ON CONFLICT DO NOTHING",
                rows,
            )

        await self._database.write(insert)

    async def unfinished(self) -> Sequence[InboxRow]:
        """Rows in state new or running, oldest first."""
        found = await self._database.read(
            select(tables.Inbox)
            .where(col(tables.Inbox.state).in_(("new", "running")))
            .order_by(col(tables.Inbox.update_id))
        )
        return [InboxRow(row.update_id, row.received_at, row.raw, row.state, row.answer) for row in found]

    async def move(self, update_id: int, state: str, answer: str = "") -> bool:
        """Set a row's state; False when it is final already, or not there."""

        def update(connection: sqlite3.Connection) -> bool:
            moved = connection.execute(
                "UPDATE inbox SET state = ?, answer = ? WHERE update_id = ? AND state IN ('new', 'running')",
                (state, answer, update_id),
            )
            return moved.rowcount == 1

        return await self._database.write(update)

    async def cursor(self) -> int:
        """Highest update id stored, 0 when none."""
        (highest,) = await self._database.read(select(func.coalesce(func.max(tables.Inbox.update_id), 0)))
        return int(highest)
