"""What a strategy of this package is that quotes, holds several orders or reads the book (docs/quoting.md)."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec
import numpy as np

from engine.model.instrument import Instrument
from engine.model.market import BarsByTimeframe, Scores
from engine.model.orders import OrderRequest, OrderType, Side
from engine.model.quoting import View, Wish, Withdraw
from strategies.base import CandleStrategy


class QuotingStrategy[P: msgspec.Struct](CandleStrategy[P]):
    """Called for what happens to its symbols, it answers with wishes; satisfies `engine.ports.Quoting`.

    What it says of bars is for people only: by default that it needs what bars do not hold (`needs`).
    """

    memory_type: type[msgspec.Struct]
    """A frozen Struct: what it keeps between two events of one group of symbols."""
    reads_quotes: bool = False
    """Whether it does nothing without quotes."""
    exchanges: bool = False
    """Whether it trades markets that are paid in another currency than the account's."""
    votes = False
    """Whether it votes in ensembles with what it says of bars."""

    def warmup(self, params: P) -> int:
        """No bar, unless it reads some."""
        return 1

    def first_bar(self, params: P) -> int:
        """Every bar is answered alike."""
        return 0

    def groups(self, instruments: Mapping[str, Instrument]) -> Sequence[tuple[str, ...]]:
        """Each symbol by itself."""
        return [(symbol,) for symbol in instruments]

    def needs(self) -> str:
        """The reason code of bars, and of a market that lacks what it trades on."""
        return "needs_quotes"

    @abstractmethod
    def on_event(self, view: View, params: P) -> Sequence[Wish]:
        """What it wishes now. Pure: it reads the view and may replace `view.memory`, nothing else."""

    def evaluate(self, bars: BarsByTimeframe, params: P) -> Scores:
        """Abstain on every bar."""
        size = len(next(iter(bars.values())))
        nothing, never = np.zeros(size), np.zeros(size, bool)
        undefined, code = np.full(size, np.nan), np.zeros(size, np.int8)
        return Scores(nothing, nothing, undefined, undefined, code, (self.needs(),), never, never, setup=self.name)


def entry(
    view: View,
    symbol: str,
    side: Side,
    at_price: Decimal,
    stop: Decimal | None,
    reason: str,
    *,
    kind: OrderType = "market",
    qty: Decimal | None = None,
    target: Decimal | None = None,
    score: float = 0.0,
) -> OrderRequest:
    """A request that opens or enlarges; without `qty` the gate sizes it. Only part of a hedged grant has no stop."""
    return OrderRequest(
        view.at,
        symbol,
        side,
        "entry",
        kind,
        view.strategy,
        at_price,
        reason,
        qty,
        at_price if kind == "limit" else None,
        None,
        stop,
        target,
        None,
        None,
        score,
    )


def leave(view: View, symbol: str, reason: str) -> list[Wish]:
    """Close the strategy's position at market, if it has one that is not being closed."""
    position = view.position(symbol)
    if position is None or view.leaving(symbol):
        return []
    side: Side = "sell" if position.direction == "long" else "buy"
    leg: Literal["exit"] = "exit"
    request = OrderRequest(view.at, symbol, side, leg, "market", view.strategy, position.avg, reason, position.qty)
    return [request]


def withdraw(view: View, symbol: str, reason: str, side: Side | None = None) -> list[Wish]:
    """Cancel every live order of the strategy there, or those of one side."""
    return [
        Withdraw(each.order.id, reason)
        for each in view.orders(symbol)
        if not each.canceling and side in (None, each.order.side)
    ]
