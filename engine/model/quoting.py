"""What a strategy that quotes may read and wish (architecture.md section 6): its view of one moment, its answers."""

from decimal import Decimal
from typing import Any, Protocol

import msgspec

from engine.model.account import Position
from engine.model.instrument import Instrument
from engine.model.market import Bars, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, OrderFilled, Quote, Timer
from engine.model.orders import ApprovedOrder, OrderRequest, Side


class Executed(msgspec.Struct, frozen=True):
    """A fill that concerns the strategy: of an order of its own, of its protection, or forced by the venue."""

    fill: OrderFilled
    order: ApprovedOrder | None
    """None: nobody here ordered it (a liquidation)."""
    done: bool
    """Whether nothing of the order is left."""


class Resting(msgspec.Struct, frozen=True):
    """A live order of the strategy."""

    order: ApprovedOrder
    filled: Decimal
    canceling: bool

    @property
    def leaves(self) -> Decimal:
        """What is not filled yet, base units."""
        return self.order.qty - self.filled


class Reserve(msgspec.Struct, frozen=True):
    """Judge all that is to be bought as one entry; what the gate grants is asked for in parts later.

    On a grant the strategy is called again with the same event, and `granted` says how much it is.
    """

    request: OrderRequest
    other: OrderRequest | None = None
    """The same on the symbol's other side, where price decides which of the two comes first: both are granted or none,
    and each counts for itself, as a symbol is held on one side at most."""
    hedged: bool = False
    """One leg of several: its stop sizes it, but rests nowhere, as the leg alone would be left without its hedge.

    Of several reservations in one answer all are granted or none.
    """


class Withdraw(msgspec.Struct, frozen=True):
    """Cancel a live order of the strategy."""

    order_id: str
    reason: str


Watched = CandleClosed | Quote | FundingSettled | Timer | Executed
"""What a quoting strategy is called for: closed candles of its symbols, finest and its own timeframe, and so on."""
Wish = OrderRequest | Reserve | Withdraw
"""Carried out in order; after a refused entry the entries behind it are left out.

Entries in several symbols are one decision: where one is refused or cut, those before it are cancelled.
"""


class View(Protocol):
    """The desk as one group of symbols of one strategy sees it when something happens."""

    strategy: str
    """The strategy's id on this desk."""
    symbols: tuple[str, ...]
    """The symbols that are traded as one."""
    timeframe: Timeframe
    at: int
    event: Watched
    memory: Any
    """What the strategy keeps: a frozen Struct of its `memory_type`, None when there is nothing to remember.

    It survives restarts. With None, what the gate granted is free again.
    """

    @property
    def entering(self) -> bool:
        """Whether the strategy is on and the desk takes new risk."""

    @property
    def equity(self) -> Decimal:
        """Of the account."""

    def fee(self, symbol: str) -> Decimal:
        """Taker fee, fraction."""

    def maker_fee(self, symbol: str) -> Decimal:
        """Fee of a resting order, fraction."""

    def instrument(self, symbol: str) -> Instrument:
        """Its rules."""

    def bars(self, symbol: str) -> Bars | None:
        """Closed bars of the strategy's timeframe, as many as it needs to be warm; None without any."""

    def mark(self, symbol: str) -> float | None:
        """The last price; None before the first."""

    def age(self, symbol: str) -> int | None:
        """How old the last price is, ms; None before the first."""

    def quote(self, symbol: str) -> Quote | None:
        """The newest best bid and ask; None where nobody watches the book."""

    def paid(self, symbol: str) -> tuple[FundingSettled, ...]:
        """The newest fundings, the last one last."""

    def position(self, symbol: str) -> Position | None:
        """The strategy's own position."""

    def leaving(self, symbol: str) -> bool:
        """Whether an exit of the strategy's own position is under way."""

    def orders(self, symbol: str) -> tuple[Resting, ...]:
        """Its own live orders but for the protection, in the order they were made."""

    def granted(self, symbol: str, side: Side | None = None) -> Decimal:
        """What the gate has granted in base units, on a side where it has granted both; 0 without a grant."""

    def abstain(self, reason: str) -> None:
        """Say why nothing is begun: a stable code."""
