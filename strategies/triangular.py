"""Triangular arbitrage (strategies.md 12.3); its arithmetic is `strategies.arbitrage.triangular`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from engine.model.crossing import crosses_of
from engine.model.instrument import Instrument
from engine.model.market import TIMEFRAMES, Timeframe
from engine.model.messages import Quote, Timer
from engine.model.money import ONE, exact
from engine.model.orders import OrderRequest, Side
from engine.model.quoting import Executed, Reserve, View, Wish
from strategies.arbitrage.triangular import FRESH_MS, Cycle, Leg, cycle, refusal
from strategies.quoting import QuotingStrategy, entry, leave, withdraw

LEG_MS = 5_000
"""A leg that is not filled after so long does not come: what is held is sold."""
LOST = Decimal("0.01")
"""Share of what is spent that a round is judged to lose where a leg fails: it has no stop."""


class Params(msgspec.Struct, frozen=True):
    """Parameters of `triangular`."""

    min_edge: Annotated[float, Meta(ge=0, le=0.05, description="least profit as a fraction of what is spent")] = 0.0005
    share: Annotated[float, Meta(ge=0.01, le=1, description="most of the equity that is sent round")] = 0.1


class Round(msgspec.Struct, frozen=True):
    """A round trip under way."""

    way: tuple[str, str, str]
    """Its markets: where the first asset is bought, where it pays for the second one, where that is sold."""
    side: Side
    """Of the middle leg."""
    leg: int
    """Which of them is under way, counted from 0."""
    asked_at: int
    over: str = ""
    """Why what is held is sold: the round is done, or a leg has failed; empty before."""


class Way(NamedTuple):
    """One of the two directions round, as the books are now."""

    markets: tuple[str, str, str]
    legs: tuple[Leg, Leg, Leg]
    seen: Cycle


class Triangular(QuotingStrategy[Params]):
    """Goes round from the quote currency over two assets and back where that brings more than it costs.

    Signal: quote buys A, A buys B, B is sold for quote, or the other way round, all at the best prices of three spot
    books younger than 500 ms, in quantities on their steps and within what the books hold. After a fee in each asset
    received it must bring 0.05 % (`min_edge`) of what is spent, which is a tenth of the equity (`share`) at most.

    Legs: three market orders, each when the one before it is filled. What they leave below their steps is dust: told,
    written off, and no part of the profit.

    Stop and target: none. The first leg is judged as if a failed round lost 1 % of it.

    Exit: a leg that is refused, rejected, filled in part or not within 5 s ends the round: what is held is sold at
    market for the quote currency. A round that is under way is brought to its end while entries are off or the desk
    is halted.

    Score: 100 lin(profit over what is spent, 0.0005, 0.0045).

    Needs: three spot markets such as `ETH/USDT`, `SOL/ETH` and `SOL/USDT`, and their quotes with quantities.

    Reason codes: `triangular`; it begins nothing for `needs_three_markets`, `needs_quotes`, `stale_book`,
    `not_executable`, `edge_too_small`; a round ends with `round_trip`, a failed one (`leg_not_filled`, `leg_lost`)
    with `unwound`.
    """

    name = "triangular"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    accepts = TIMEFRAMES
    params_type = Params
    memory_type = Round
    reads_quotes = True
    exchanges = True

    def needs(self) -> str:
        """A market without a triangle."""
        return "needs_three_markets"

    def groups(self, instruments: Mapping[str, Instrument]) -> Sequence[tuple[str, ...]]:
        """Triangles A/Q, B/A, B/Q of spot markets, each market in one of them at most."""
        found: list[tuple[str, ...]] = []
        used: set[str] = set()
        for middle, behind in crosses_of(instruments).items():
            if not used & {middle, *behind}:
                found.append((behind.quote, middle, behind.base))
                used |= {middle, *behind}
        return found

    def on_event(self, view: View, params: Params) -> Sequence[Wish]:
        """Begin a round where it pays, and bring it to its end."""
        trip = view.memory
        if isinstance(trip, Round):
            return _on(view, trip)
        strays = [wish for symbol in view.symbols for wish in leave(view, symbol, "unwound")]
        return strays or self._begin(view, params)

    def _begin(self, view: View, params: Params) -> Sequence[Wish]:
        quotes = [quote for symbol in view.symbols if (quote := view.quote(symbol)) is not None]
        code = "needs_quotes" if len(quotes) < len(view.symbols) else ""
        if code or not isinstance(view.event, Quote):
            if code:
                view.abstain(code)
            return []
        if any(view.at - quote.at >= FRESH_MS for quote in quotes):
            view.abstain("stale_book")
            return []
        granted = {symbol: view.granted(symbol) for symbol in view.symbols}
        best = max(ways(view, quotes, exact(params.share) * view.equity, granted), key=lambda way: way.seen.edge)
        refused = refusal(best.seen, best.legs, exact(params.min_edge))
        if refused:
            view.abstain(refused)
        if refused or not view.entering:
            return []
        first, score = best.legs[0], float(best.seen.score)
        symbol, qty = best.markets[0], best.seen.fills[0].qty
        if granted[symbol]:
            view.memory = Round(best.markets, best.legs[1].side, 0, view.at)
            return [entry(view, symbol, "buy", first.price, None, self.name, qty=qty, score=score)]
        stop = view.instrument(symbol).round_price(first.price * (ONE - LOST), "up")
        whole = entry(view, symbol, "buy", first.price, stop, self.name, qty=qty, score=score)
        return [Reserve(whole, hedged=True)]


def ways(view: View, quotes: Sequence[Quote], start: Decimal, granted: Mapping[str, Decimal]) -> list[Way]:
    """Both directions with `start` of the quote currency; only the granted one, within its grant, where there is one.

    The dearest fee of the three counts for all of them.
    """
    first, middle, last = view.symbols
    a, b, c = quotes
    fee = max(view.fee(symbol) for symbol in view.symbols)
    both = (
        ((first, middle, last), (_leg(view, a, "buy"), _leg(view, b, "buy"), _leg(view, c, "sell"))),
        ((last, middle, first), (_leg(view, c, "buy"), _leg(view, b, "sell"), _leg(view, a, "sell"))),
    )
    found: list[Way] = []
    for markets, legs in both:
        most = granted[markets[0]]
        if most or not any(granted.values()):
            spent = min(start, most * legs[0].price) if most else start
            found.append(Way(markets, legs, cycle(spent, legs, fee)))
    return found


def _leg(view: View, quote: Quote, side: Side) -> Leg:
    price, size = (quote.ask, quote.ask_qty) if side == "buy" else (quote.bid, quote.bid_qty)
    return Leg(side, exact(price), view.instrument(quote.symbol).step, exact(size), view.at - quote.at)


def _on(view: View, trip: Round) -> Sequence[Wish]:
    """A round under way: the next leg once one is filled; once it is over, what is held is sold."""
    if trip.over:
        return _end(view, trip)
    event, symbol = view.event, trip.way[trip.leg]
    if any(view.leaving(market) for market in trip.way):
        return _end(view, _failed(view, trip, "leg_lost"))
    if isinstance(event, Executed) and event.done and event.fill.symbol == symbol:
        return _middle(view, trip) if trip.leg == 0 else _end(view, _over(view, trip, "round_trip"))
    if not view.orders(symbol):
        return _end(view, _failed(view, trip, "leg_not_filled"))
    if isinstance(event, Quote | Timer) and view.at - trip.asked_at > LEG_MS:
        return _end(view, _failed(view, trip, "leg_not_filled"))
    return []


def _middle(view: View, trip: Round) -> Sequence[Wish]:
    """All of what the first leg brought pays for the second asset, as far as its step allows."""
    symbol, held, quote = trip.way[1], view.position(trip.way[0]), view.quote(trip.way[1])
    if held is None or quote is None:
        return _end(view, _failed(view, trip, "leg_lost"))
    price = exact(quote.ask if trip.side == "buy" else quote.bid)
    qty = view.instrument(symbol).amount(held.qty / price if trip.side == "buy" else held.qty)
    view.memory = msgspec.structs.replace(trip, leg=1, asked_at=view.at)
    return [
        OrderRequest(
            view.at, symbol, trip.side, "cross", "market", view.strategy, price, "triangular", qty, trade=held.trade
        )
    ]


def _over(view: View, trip: Round, why: str) -> Round:
    return msgspec.structs.replace(trip, over=why, asked_at=view.at - LEG_MS)


def _failed(view: View, trip: Round, why: str) -> Round:
    view.abstain(why)
    return _over(view, trip, "unwound")


def _end(view: View, trip: Round) -> Sequence[Wish]:
    """Sell what is held, cancel what is not filled; every 5 s again until nothing is left."""
    view.memory = trip
    if not any(view.position(symbol) or view.orders(symbol) for symbol in trip.way):
        view.memory = None
        return []
    wishes = [wish for symbol in trip.way for wish in withdraw(view, symbol, trip.over)]
    if view.at - trip.asked_at < LEG_MS:
        return wishes
    sales = [wish for symbol in trip.way for wish in leave(view, symbol, trip.over)]
    if sales:
        view.memory = msgspec.structs.replace(trip, asked_at=view.at)
    return [*wishes, *sales]


strategy = Triangular()
