"""Which message a key stands for: forgotten when the chat that held the messages is gone."""

import sqlite3

from storage.db import Database


async def forget_messages(database: Database) -> None:
    """From now on every key makes a new message. What was delivered stays on record in the outbox."""

    def clear(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM message")

    await database.write(clear)
