"""Which periodic reports have been sent."""

import sqlite3

from sqlmodel import col, select

from storage import tables
from storage.db import Database

CLAIM = "INSERT INTO report (kind, recipient, period, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"


class SqliteReports:
    """Port Reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, kind: str, recipient: int, period: str, at: int) -> bool:
        """True exactly once for each (kind, recipient, period), whoever asks at whatever time."""

        def insert(connection: sqlite3.Connection) -> bool:
            return connection.execute(CLAIM, (kind, recipient, period, at)).rowcount == 1

        return await self._database.write(insert)

    async def last(self, kind: str, recipient: int) -> str | None:
        """The period that was claimed last."""
        found = await self._database.read(
            select(tables.Report.period)
            .where(col(tables.Report.kind) == kind, col(tables.Report.recipient) == recipient)
            .order_by(col(tables.Report.id).desc())
            .limit(1)
        )
        return found[0] if found else None
