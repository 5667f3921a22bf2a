"""The account: open positions, finished trades, hourly marks. Money in quote currency."""

from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import Field

from storage.money import Money
from storage.tables.base import Table


class Position(Table, table=True):
    """An open position as it is now (engine.model.account.Position)."""

    __tablename__ = "position"

    trade: str = Field(primary_key=True)
    symbol: str
    direction: str
    qty: Decimal = Field(sa_type=Money)
    avg: Decimal = Field(sa_type=Money)
    strategy: str
    opened_at: int
    stop: Decimal | None = Field(default=None, sa_type=Money)
    target: Decimal | None = Field(default=None, sa_type=Money)
    realised: Decimal = Field(sa_type=Money)
    fees: Decimal = Field(sa_type=Money)
    funding: Decimal = Field(sa_type=Money)
    initial_risk: Decimal = Field(sa_type=Money)
    peak_qty: Decimal = Field(sa_type=Money)
    bars_held: int
    updated: int


class Trade(Table, table=True):
    """A finished trade (engine.model.account.ClosedTrade). A late fill can end one twice: the step is in the key."""

    __tablename__ = "trade"

    trade: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, foreign_key="step.seq")
    symbol: str
    direction: str
    strategy: str
    entry_at: int
    entry_price: Decimal = Field(sa_type=Money)
    exit_at: int = Field(index=True)
    exit_price: Decimal = Field(sa_type=Money)
    amount: Decimal = Field(sa_type=Money)
    fee: Decimal = Field(sa_type=Money)
    funding: Decimal = Field(sa_type=Money)
    pnl: Decimal = Field(sa_type=Money)
    reason: str
    initial_risk: Decimal = Field(sa_type=Money)
    parts: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
    """JSON of the exits of a trade that left in parts (engine.model.account.PartExit)."""


class RiskMetric(Table, table=True):
    """The account at the end of an hour or minute of market time (engine.model.facts.EquityMarked)."""

    __tablename__ = "risk_metric"

    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(index=True)
    start: Decimal = Field(sa_type=Money)
    cash: Decimal = Field(sa_type=Money)
    realised: Decimal = Field(sa_type=Money)
    fees: Decimal = Field(sa_type=Money)
    funding: Decimal = Field(sa_type=Money)
    unrealised: Decimal = Field(sa_type=Money)
    equity: Decimal = Field(sa_type=Money)
    exposure: Decimal = Field(sa_type=Money)
    drawdown: Decimal = Field(sa_type=Money)
    positions: int
    net: Decimal | None = Field(default=None, sa_type=Money)
    heat: Decimal | None = Field(default=None, sa_type=Money)
    stress_heat: Decimal | None = Field(default=None, sa_type=Money)
    correlated: Decimal | None = Field(default=None, sa_type=Money)
    var: Decimal | None = Field(default=None, sa_type=Money)
    es: Decimal | None = Field(default=None, sa_type=Money)
