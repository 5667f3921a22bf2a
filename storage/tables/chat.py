"""The chat: what people sent, what is to be told, who they are, which reports they had."""

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Table


class Inbox(Table, table=True):
    """An update from a person, stored before it is confirmed to the sender (engine.ports.InboxRow)."""

    __tablename__ = "inbox"

    update_id: int = Field(primary_key=True)
    received_at: int
    raw: str = Field(sa_type=Text)
    state: str = Field(index=True)
    answer: str


class Outbox(Table, table=True):
    """Something to be said (engine.ports.Outgoing); `state` is waiting, delivered or dropped."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "id", sqlite_where=text("state = 'waiting'")),)

    id: int | None = Field(default=None, primary_key=True)
    lane: str
    chat: int
    body: str = Field(sa_type=Text)
    at: int
    dedupe: str | None = Field(default=None, unique=True)
    key: str | None = None
    reply_to: str | None = None
    silent: bool
    not_after: int | None = None
    topic: int | None = None
    state: str
    tries: int
    retry_at: int
    message_id: int | None = None
    why: str
    """Why it was dropped."""


class Message(Table, table=True):
    """The message that a key stands for in a chat: later rows of the key edit it."""

    __tablename__ = "message"

    chat: int = Field(primary_key=True)
    key: str = Field(primary_key=True)
    message_id: int


class Report(Table, table=True):
    """A periodic report that was claimed: once for each kind, recipient and period."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("kind", "recipient", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    recipient: int
    period: str
    at: int


class User(Table, table=True):
    """A known person; without a role a stranger whose preferences are kept."""

    __tablename__ = "user"

    id: int = Field(primary_key=True)
    role: int | None = None
    preferences: str = Field(default="{}", sa_type=Text)
