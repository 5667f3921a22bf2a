"""Orders: what was decided to be sent, how it moved, what was executed, and why it was decided."""

from decimal import Decimal

from sqlmodel import Field

from storage.money import Money
from storage.tables.base import Table


class Intent(Table, table=True):
    """An order as it is now. Its row, with `coid`, is on disk before a byte leaves the process."""

    __tablename__ = "intent"

    id: int | None = Field(default=None, primary_key=True)
    run: int = Field(foreign_key="run.id")
    coid: str = Field(unique=True)
    """Client order id."""
    trade: str = Field(index=True)
    leg: str
    symbol: str
    side: str
    type: str
    qty: Decimal = Field(sa_type=Money)
    price: Decimal | None = Field(default=None, sa_type=Money)
    trigger_price: Decimal | None = Field(default=None, sa_type=Money)
    stop: Decimal | None = Field(default=None, sa_type=Money)
    target: Decimal | None = Field(default=None, sa_type=Money)
    reduce_only: bool
    strategy: str
    reason: str
    reserved_risk: Decimal = Field(sa_type=Money)
    state: str = Field(index=True)
    """One of the nine of engine.model.orders.OrderState."""
    outcome: str
    """How sure the state is: none (nothing is asked), pending (asked, no answer yet), unknown (no answer came)."""
    cum_qty: Decimal = Field(sa_type=Money)
    """Filled so far."""
    created: int
    updated: int


class IntentEvent(Table, table=True):
    """One move of an order; rows are only ever added."""

    __tablename__ = "intent_event"

    id: int | None = Field(default=None, primary_key=True)
    coid: str = Field(foreign_key="intent.coid", index=True)
    seq: int = Field(foreign_key="step.seq")
    at: int
    before: str
    after: str
    filled: Decimal = Field(sa_type=Money)
    reason: str


class Fill(Table, table=True):
    """One execution, once: the venue may report it twice, the key is its own id for it."""

    __tablename__ = "fill"

    account: str = Field(primary_key=True)
    symbol: str = Field(primary_key=True)
    trade_id: str = Field(primary_key=True)
    coid: str = Field(index=True)
    side: str
    qty: Decimal = Field(sa_type=Money)
    price: Decimal = Field(sa_type=Money)
    fee: Decimal = Field(sa_type=Money)
    maker: bool
    at: int = Field(index=True)


class Decision(Table, table=True):
    """Where the decision record of an order, trade or signal stands: the step that first spoke of it."""

    __tablename__ = "decision"

    key: str = Field(primary_key=True)
    seq: int = Field(foreign_key="step.seq")
    at: int
    symbol: str
    verdict: str


class Denial(Table, table=True):
    """A refused request."""

    __tablename__ = "denial"

    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(foreign_key="step.seq")
    at: int
    symbol: str
    strategy: str
    leg: str
    code: str
    text: str
