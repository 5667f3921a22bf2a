"""Runs: each start of the daemon has a row, and all rows of a database bear the same database id."""

import os
import socket
import sqlite3
import uuid

from storage.db import Database
from storage.tables import Run

INSERT = """
INSERT INTO run (started, host, pid, version, config_hash, mode, db_uuid)
VALUES (:started, :host, :pid, :version, :config_hash, :mode, :db_uuid)
"""


async def begin_run(
    database: Database, *, at: int, mode: str, version: str, config_hash: str = "", db_uuid: str | None = None
) -> Run:
    """Record a start at wall time `at` and return it with its id.

    The database id is drawn at the first start of all, or is `db_uuid` where it is an input (simulations); later runs
    keep it.
    """

    def insert(connection: sqlite3.Connection) -> Run:
        first = connection.execute("SELECT db_uuid FROM run ORDER BY id LIMIT 1").fetchone()
        name = first[0] if first else db_uuid or str(uuid.uuid4())
        run = Run(
            started=at,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=version,
            config_hash=config_hash,
            mode=mode,
            db_uuid=name,
        )
        run.id = connection.execute(INSERT, run.model_dump(exclude={"id"})).lastrowid
        return run

    return await database.write(insert)
