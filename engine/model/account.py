"""The account as facts: fills, positions, closed trades, and what a venue says it holds."""

from decimal import Decimal

import msgspec

from engine.model.inverse import Inverse
from engine.model.orders import Direction, Leg, Portion, Side

ZERO = Decimal(0)


class Fill(msgspec.Struct, frozen=True):
    """One execution, booked once by (account, symbol, trade_id). `fee` is positive when paid, in account currency."""

    at: int
    symbol: str
    trade_id: str
    order_id: str
    side: Side
    qty: Decimal
    price: Decimal
    fee: Decimal
    maker: bool = False


class Position(msgspec.Struct, frozen=True):
    """An open position at average cost, with the plan that protects it. Money in the account's currency."""

    symbol: str
    direction: Direction
    qty: Decimal
    """Base units, always positive."""
    avg: Decimal
    strategy: str
    trade: str
    opened_at: int
    stop: Decimal | None
    target: Decimal | None
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    """Funding received (negative: paid)."""
    initial_risk: Decimal = ZERO
    peak_qty: Decimal = ZERO
    bars_held: int = 0
    targets: tuple[Portion, ...] = ()
    """Targets that are still ahead, of a position that leaves in parts; each with its share of what is left."""
    inverse: Inverse | None = None
    """Of inverse contracts, which `qty` counts; their money is coin."""


class PartExit(msgspec.Struct, frozen=True, gc=False):
    """A part of a trade that left on its own: base units, at this average price."""

    at: int
    qty: Decimal
    price: Decimal
    reason: str
    order: str


class ClosedTrade(msgspec.Struct, frozen=True, gc=False):
    """A finished trade: from flat to flat of one symbol. `pnl` is net of fees and funding."""

    trade: str
    symbol: str
    direction: Direction
    strategy: str
    entry_at: int
    entry_price: Decimal
    exit_at: int
    exit_price: Decimal
    amount: Decimal
    fee: Decimal
    funding: Decimal
    pnl: Decimal
    reason: str
    """Why it ended: stop, target, signal, time_stop, close, close_all, liquidation ..."""
    initial_risk: Decimal = ZERO
    parts: tuple[PartExit, ...] = ()
    """Its exits, oldest first, when it left in more than one part."""


class VenuePosition(msgspec.Struct, frozen=True):
    """A position as the venue reports it; `qty` signed (short negative)."""

    symbol: str
    qty: Decimal
    avg: Decimal


class VenueOrder(msgspec.Struct, frozen=True):
    """A live order as the venue reports it."""

    order_id: str
    symbol: str
    side: Side
    leg: Leg | None
    qty: Decimal
    filled: Decimal


class Account(msgspec.Struct, frozen=True, gc=False):
    """Money of the account at one instant, exact: equity = cash + unrealised (risk.md R10.5)."""

    start: Decimal
    """What was put in: cash at the beginning, and what was paid in and out since."""
    cash: Decimal
    """start + realised - fees + funding."""
    realised: Decimal
    fees: Decimal
    funding: Decimal
    unrealised: Decimal

    @property
    def equity(self) -> Decimal:
        """Cash and unrealised profit together."""
        return self.cash + self.unrealised
