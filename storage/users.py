"""Known people: their roles, every change of which is audited, and their preferences."""

import sqlite3

from sqlmodel import col, select

from engine.model.roles import Role
from storage import audit, tables
from storage.db import Database

SET_ROLE = "INSERT INTO user (id, role, preferences) VALUES (?, ?, '{}') ON CONFLICT DO UPDATE SET role = excluded.role"
SET_PREFERENCES = """
INSERT INTO user (id, role, preferences) VALUES (?, NULL, ?)
ON CONFLICT DO UPDATE SET preferences = excluded.preferences
"""


class SqliteUsers:
    """Port Users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def roles(self) -> dict[int, int]:
        """Stored role by user id (engine.model.roles)."""
        found = await self._database.read(select(tables.User).where(col(tables.User.role).is_not(None)))
        return {user.id: user.role for user in found if user.role is not None}

    async def set_role(self, user: int, role: int | None, actor: int, at: int) -> None:
        """Store or (None) remove a role; audited. What changes nothing leaves no trace."""

        def change(connection: sqlite3.Connection) -> None:
            stored = connection.execute("SELECT role FROM user WHERE id = ?", (user,)).fetchone()
            before = stored[0] if stored else None
            if role == before:
                return
            connection.execute(SET_ROLE, (user, role))
            audit.record(connection, [audit.Entry(at, "role", actor, str(user), _name(before), _name(role), "")])

        await self._database.write(change)

    async def preferences(self, user: int) -> str:
        """The user's preferences, "{}" when none are stored."""
        found = await self._database.read(select(tables.User.preferences).where(col(tables.User.id) == user))
        return found[0] if found else "{}"

    async def set_preferences(self, user: int, text: str) -> None:
        """Store them."""

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(SET_PREFERENCES, (user, text))

        await self._database.write(change)


def _name(role: int | None) -> str | None:
    """Of a role that is none the person has no use: blocked."""
    return None if role is None else Role(role).name.lower() if role in Role else "blocked"
