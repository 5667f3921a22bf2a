"""The journal: runs of the daemon, their steps, and pictures of the state to start from."""

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from storage.tables.base import Table

HAS_EFFECTS = text("effects <> '[]'")
"""Steps of which something came: few among many, so they have an index of their own."""


class Run(Table, table=True):
    """One start of the daemon. `db_uuid` names the database and is the same in all its runs."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    started: int
    host: str
    pid: int
    version: str
    config_hash: str
    mode: str
    db_uuid: str


class Step(Table, table=True):
    """One turn of the desk: the event and all that came of it, as JSON (`storage.coding`)."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_told", "seq", sqlite_where=HAS_EFFECTS),)

    seq: int = Field(primary_key=True)
    run: int = Field(foreign_key="run.id")
    at: int
    event: str = Field(sa_type=Text)
    effects: str = Field(sa_type=Text)


class Snapshot(Table, table=True):
    """The core's state after step `seq`, encoded by the core; the newest two are kept."""

    __tablename__ = "snapshot"

    seq: int = Field(primary_key=True)
    at: int
    state: bytes


class Cursor(Table, table=True):
    """How far a reader of the journal (or of the outside) has come, by the reader's name."""

    __tablename__ = "cursor"

    name: str = Field(primary_key=True)
    value: int
