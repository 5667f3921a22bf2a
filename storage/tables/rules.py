"""What the desk runs by: stored settings, strategies, breakers, and the record of who changed what."""

from sqlmodel import Field

from storage.tables.base import Table


class Setting(Table, table=True):
    """A value set in chat, which wins over the environment's until it is reset; also `trading_state`."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str
    at: int
    actor: int | None = None


class Strategy(Table, table=True):
    """A strategy that a person has switched on or off; of others the environment decides."""

    __tablename__ = "strategy"

    name: str = Field(primary_key=True)
    enabled: bool
    at: int


class Breaker(Table, table=True):
    """The last move of a circuit breaker."""

    __tablename__ = "breaker"

    name: str = Field(primary_key=True)
    tripped: bool
    value: str
    threshold: str
    text: str
    at: int


class Audit(Table, table=True):
    """Who did what when: rows are only ever added, each sealed over the one before it (`storage.audit`)."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: int
    kind: str
    """command, state, breaker, setting or role."""
    actor: int | None = None
    subject: str
    before: str | None = None
    after: str | None = None
    reason: str
    seq: int | None = None
    """The step that carried it, if one did."""
    prev_hash: str
    hash: str
