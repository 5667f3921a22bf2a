"""Triangular arbitrage (strategies.md 12.3); its arithmetic is `strategies.arbitrage.triangular`."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.model.contract import contract
from engine.model.instrument import Instrument
from engine.model.market import TIMEFRAMES, Timeframe
from engine.model.messages import Quote
from engine.model.money import exact
from engine.model.quoting import View, Wish
from strategies.arbitrage.triangular import Leg, cycle, refusal
from strategies.quoting import QuotingStrategy


class Params(msgspec.Struct, frozen=True):
    """Parameters of `triangular`."""

    min_edge: Annotated[float, Meta(ge=0, le=0.05, description="least profit as a fraction of what is spent")] = 0.0005
    share: Annotated[float, Meta(ge=0.01, le=1, description="most of the equity that is sent round")] = 0.25


class Nothing(msgspec.Struct, frozen=True):
    """It remembers nothing."""


class Triangular(QuotingStrategy[Params]):
    """Looks for a round trip from the quote currency over two assets and back that brings more than it costs.

    Signal: quote buys A, A buys B, B is sold for quote, or the other way round, all at the best prices of three spot
    books younger than 500 ms, in quantities on their steps and within what the books hold. After a fee in each asset
    received it must bring 0.05 % (`min_edge`) of what is spent.

    Trades: none yet. The account of a desk is kept in one currency, and the middle leg is paid in another: what the
    books offer is told (`needs_two_currencies`), and nothing is ordered.

    Needs: three spot markets such as `ETH/USDT`, `SOL/ETH` and `SOL/USDT`, and their quotes with quantities.

    Reason codes: `needs_three_markets`, `needs_quotes`, `stale_book`, `not_executable`, `edge_too_small`,
    `needs_two_currencies` (a round trip would pay).
    """

    name = "triangular"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    accepts = TIMEFRAMES
    params_type = Params
    memory_type = Nothing
    reads_quotes = True

    def needs(self) -> str:
        """A market without a triangle."""
        return "needs_three_markets"

    def groups(self, instruments: Mapping[str, Instrument]) -> Sequence[tuple[str, ...]]:
        """Triangles A/Q, B/A, B/Q of spot markets, each market in one of them at most."""
        spots = {
            (of.base, of.quote): symbol
            for symbol in sorted(instruments)
            if (of := contract(symbol)) is not None and of.kind == "spot"
        }
        found: list[tuple[str, ...]] = []
        used: set[str] = set()
        for (b, a), middle in spots.items():
            for (base, quote), first in spots.items():
                last = spots.get((b, quote))
                if base == a and last is not None and not used & {first, middle, last}:
                    found.append((first, middle, last))
                    used |= {first, middle, last}
        return found

    def on_event(self, view: View, params: Params) -> Sequence[Wish]:
        """Say what the books offer."""
        quotes = [quote for symbol in view.symbols if (quote := view.quote(symbol)) is not None]
        if len(quotes) < len(view.symbols):
            view.abstain("needs_quotes")
        elif isinstance(view.event, Quote):
            view.abstain(offered(view, quotes, params))
        return []


def offered(view: View, quotes: Sequence[Quote], params: Params) -> str:
    """The reason code of the better direction of the triangle."""
    start, least = exact(params.share) * view.equity, exact(params.min_edge)
    fee = view.fee(quotes[0].symbol)
    ways = [(cycle(start, legs, fee), legs) for legs in (_forward(view, quotes), _backward(view, quotes))]
    best, legs = max(ways, key=lambda way: way[0].edge)
    return refusal(best, legs, least) or "needs_two_currencies"


def _forward(view: View, quotes: Sequence[Quote]) -> list[Leg]:
    first, middle, last = quotes
    return [_buy(view, first), _buy(view, middle), _sell(view, last)]


def _backward(view: View, quotes: Sequence[Quote]) -> list[Leg]:
    first, middle, last = quotes
    return [_buy(view, last), _sell(view, middle), _sell(view, first)]


def _buy(view: View, quote: Quote) -> Leg:
    return Leg("buy", exact(quote.ask), view.instrument(quote.symbol).step, exact(quote.ask_qty), view.at - quote.at)


def _sell(view: View, quote: Quote) -> Leg:
    return Leg("sell", exact(quote.bid), view.instrument(quote.symbol).step, exact(quote.bid_qty), view.at - quote.at)


strategy = Triangular()
