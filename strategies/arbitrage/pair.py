"""Two instruments with one decision: long one, short the other, the same base quantity, opened and closed together."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple

import msgspec

from engine.model.contract import Contract, Kind, contract
from engine.model.instrument import Instrument
from engine.model.market import TIMEFRAMES, Timeframe
from engine.model.messages import CandleClosed, Quote, Timer
from engine.model.money import ONE, exact
from engine.model.orders import OrderRequest, Side
from engine.model.quoting import Reserve, View, Wish
from strategies.quoting import QuotingStrategy, entry, leave, withdraw

LEG_MS = 5_000
"""A leg that is not filled after so long does not come: the other one is closed."""
FRESH_MS = 1_000
"""Prices of both legs are at most this old where they are compared."""


class Pair(msgspec.Struct, frozen=True):
    """A pair that is open, or on its way in or out."""

    qty: Decimal
    """Base units of each leg."""
    asked_at: int
    open: bool = False
    """Whether both legs were filled."""
    over: str = ""
    """Why it ends; empty while it does not."""


class Chance(NamedTuple):
    """A pair that could be opened."""

    lost: Decimal
    """Share of the notional that is lost when the pair is given up for its basis."""
    score: Decimal
    """0..100"""


class PairStrategy[P: msgspec.Struct](QuotingStrategy[P]):
    """Long spot and short a contract on it. A subclass says when; the way in and out is the same."""

    timeframes: tuple[Timeframe, ...] = ("1m",)
    accepts = TIMEFRAMES
    memory_type = Pair
    short: ClassVar[Kind]
    """What is sold against the spot."""

    @abstractmethod
    def opens(self, view: View, spot: Decimal, short: Decimal, params: P) -> Chance | str:
        """Whether a pair is opened at these prices, else the reason code against it."""

    @abstractmethod
    def closes(self, view: View, seen: tuple[Decimal, Decimal] | None, params: P) -> str:
        """Why an open pair is closed now; empty when it is not. `seen`: the prices of both legs, if they are of now."""

    @abstractmethod
    def share(self, params: P) -> Decimal:
        """Most of the equity in each leg, as a fraction."""

    def groups(self, instruments: Mapping[str, Instrument]) -> Sequence[tuple[str, ...]]:
        """Each contract with the spot market of the same base and quote; a spot market in one pair only."""
        markets = {symbol: of for symbol in instruments if (of := contract(symbol)) is not None}
        spots = {(c.base, c.quote): symbol for symbol, c in markets.items() if c.kind == "spot"}
        found: list[tuple[str, ...]] = []
        for symbol, c in sorted(markets.items(), key=_by_expiry):
            if c.kind == self.short and (c.base, c.quote) in spots:
                found.append((spots.pop((c.base, c.quote)), symbol))
        return found

    def on_event(self, view: View, params: P) -> Sequence[Wish]:
        """Open both legs, watch them, close both."""
        pair = view.memory
        if not isinstance(pair, Pair):
            strays = [wish for symbol in view.symbols for wish in leave(view, symbol, "no_pair")]
            return strays or self._begin(view, params)
        pair = view.memory = self._seen(view, pair, params)
        if not pair.over:
            return []
        if not any(view.position(symbol) or view.orders(symbol) for symbol in view.symbols):
            view.memory = None
            return []
        wishes = [wish for symbol in view.symbols for wish in withdraw(view, symbol, pair.over)]
        return [*wishes, *(wish for symbol in view.symbols for wish in leave(view, symbol, pair.over))]

    def _begin(self, view: View, params: P) -> Sequence[Wish]:
        seen = prices(view) if isinstance(view.event, CandleClosed | Quote) else None
        if seen is None or not view.entering:
            return []
        long, short = view.symbols
        spot, other = seen
        chance = self.opens(view, spot, other, params)
        if isinstance(chance, str):
            view.abstain(chance)
            return []
        steps = max(view.instrument(long).step, view.instrument(short).step)
        granted = min(view.granted(long), view.granted(short))
        if not granted:
            qty = self.share(params) * view.equity / spot
            return [
                Reserve(_leg(view, long, "buy", spot, qty, chance), hedged=True),
                Reserve(_leg(view, short, "sell", other, qty, chance), hedged=True),
            ]
        qty = granted // steps * steps
        view.memory = Pair(qty, view.at)
        return [
            entry(view, long, "buy", spot, None, self.name, qty=qty, score=float(chance.score)),
            entry(view, short, "sell", other, None, self.name, qty=qty, score=float(chance.score)),
        ]

    def _seen(self, view: View, pair: Pair, params: P) -> Pair:
        """The pair after the event in hand."""
        if pair.over:
            return pair
        legs = [view.position(symbol) for symbol in view.symbols]
        whole = all(leg is not None and leg.qty == pair.qty for leg in legs)
        over = ""
        if any(view.leaving(symbol) for symbol in view.symbols):
            over = "close"
        elif pair.open and not whole:
            over = "leg_lost"
        elif not pair.open and not whole:
            # A candle tells of one symbol only: the other's fill of the same time may come with the next event.
            late = isinstance(view.event, Quote | Timer) and view.at - pair.asked_at > LEG_MS
            over = "leg_not_filled" if late else ""
        else:
            over = self.closes(view, prices(view), params)
        if whole == pair.open and not over:
            return pair
        return msgspec.structs.replace(pair, open=whole or pair.open, over=over)


def _by_expiry(item: tuple[str, Contract]) -> tuple[int, str]:
    return item[1].expiry or 0, item[0]


def _leg(view: View, symbol: str, side: Side, price: Decimal, qty: Decimal, chance: Chance) -> OrderRequest:
    """The whole of a leg, as it is judged: with the price at which the pair's loss is that of its basis limit."""
    away = ONE - chance.lost if side == "buy" else ONE + chance.lost
    stop = view.instrument(symbol).round_price(price * away, "up" if side == "buy" else "down")
    return entry(view, symbol, side, price, stop, "pair", qty=qty, score=float(chance.score))


def prices(view: View) -> tuple[Decimal, Decimal] | None:
    """The last prices of both legs, when both are of now: one price that has moved alone says nothing of the basis."""
    long, short = (view.mark(symbol) for symbol in view.symbols)
    ages = [view.age(symbol) for symbol in view.symbols]
    if long is None or short is None or not all(age is not None and age <= FRESH_MS for age in ages):
        return None
    return exact(long), exact(short)
