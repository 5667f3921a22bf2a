"""A grid of resting orders in a calm range (strategies.md section 8); its arithmetic is `strategies.cells`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.model.errors import BadInput
from engine.model.inverse import worth
from engine.model.market import Bars, BarsByTimeframe, Scores, Timeframe
from engine.model.messages import CandleClosed
from engine.model.money import ZERO, exact
from engine.model.orders import OrderRequest, Side
from engine.model.quoting import Reserve, View, Wish, Withdraw
from strategies.base import settled
from strategies.cells import Kind, cells, is_left, levels, orders
from strategies.columns import SAME, base
from strategies.grid_vote import ATR_BARS, Calm, vote
from strategies.indicators import atr
from strategies.ladder import Ladder, Sides, booked, closers, openers, opening
from strategies.quoting import QuotingStrategy, entry, leave, withdraw
from strategies.tail import tail


class Params(msgspec.Struct, frozen=True):
    """Parameters of `grid`."""

    range: Annotated[int, Meta(ge=10, le=500, description="bars of the range")] = 48
    low: Annotated[float, Meta(ge=0, description="lower end of the range; 0: that of the bars")] = 0.0
    high: Annotated[float, Meta(ge=0, description="upper end of the range; 0: that of the bars")] = 0.0
    n: Annotated[int, Meta(ge=2, le=100, description="cells of the grid")] = 8
    kind: Annotated[Kind, Meta(description="equal distances, or equal ratios of the levels")] = "arithmetic"
    fee: Annotated[float, Meta(ge=0, le=0.05, description="fee of a fill, a fraction; 0: the venue's")] = 0.0
    max_atr_pct: Annotated[float, Meta(ge=0.05, le=5, description="ATR14 of a calm market is below it, percent")] = 0.5
    sides: Annotated[Sides, Meta(description="what it opens: spot is only ever bought")] = "both"


class Draft(msgspec.Struct, frozen=True):
    """A grid that could begin."""

    levels: tuple[Decimal, ...]
    buys: tuple[Decimal, ...]
    sells: tuple[Decimal, ...]
    sides: Sides
    low: Decimal
    high: Decimal
    atr: Decimal
    stop: Decimal
    upper_stop: Decimal
    middle: int
    score: float


class Grid(QuotingStrategy[Params]):
    """Buys at the levels of a calm range below the price and sells at those above it; each is given back one level on.

    Signal: while ATR14 is below 0.5 % (`max_atr_pct`) of the close, the range of the last 48 bars (`range`, or `low`
    and `high`) is cut into 8 cells (`n`). Each level below the price gets a resting buy, each level above it a resting
    sell, but for the level nearest to the price. A filled buy places a sell one level up and a filled sell a buy one
    level down; once that is filled too, the level is open again. `sides` leaves one half out; of spot there are buys
    alone.

    One side: a symbol is held long or short, never both. Orders to open rest on both sides while nothing is held; the
    first fill takes those of the other side away, and they come back once all is given back. What still filled over
    there before its cancellation is netted, as the account does.

    Size: one entry is judged for all buys, at their mean, with the stop one ATR14 below the range, and one for all
    sells with the stop as far above it; every level gets the same quantity, so much that neither half is more than the
    gate grants. A cell earns quantity (b - a - fee (a + b)), of inverse contracts that times their size over a b, in
    coin; the narrowest one must be at least twice as wide as the fees of both fills (`fee`) ask for.

    Stop and target: a stop for all that is held one ATR14 beyond the range; every cell has a target of its own.

    Exit: everything is cancelled and closed when a close is more than ATR14 outside the range (both are those of the
    start), when the stop fills, or when a person closes the position.

    Score: 100 lin(0.5 - ATR14 in percent, 0, 0.5).

    Vote: in an ensemble it opens no grid. It votes for the middle of the range: long in its lowest third, short in
    its highest.

    Checks: `atr_pct` (ATR14 in percent of the close; met below 0.5), `place` (where the close is, 0 at the low of
    the range and 1 at its high; met in the outer thirds).

    Reason codes: `grid_low`, `grid_high` (its vote), `grid_buy`, `grid_sell`; it begins nothing for `not_calm`,
    `grid_too_narrow`, `bad_input`, `no_buy_level` (`sides` is long, or it is spot, and the price is at the low end),
    `no_sell_level` (`sides` is short and the price is at the high end), `short_not_allowed` (the same of spot),
    `outside_range`, `below_min_qty`.
    """

    name = "grid"
    timeframes: tuple[Timeframe, ...] = ("5m",)
    params_type = Params
    memory_type = Ladder
    votes = True

    def check(self, params: Params) -> str | None:
        """A range that is given is given whole, and is one."""
        if params.low == params.high == 0 or 0 < params.low < params.high:
            return None
        return f"low and high are given both, low below high, but they are {params.low:g} and {params.high:g}."

    def warmup(self, params: Params) -> int:
        """Bars after which the seed of ATR no longer shows."""
        return max(settled(wilder=ATR_BARS), params.range)

    def first_bar(self, params: Params) -> int:
        """The first bar with an ATR."""
        return ATR_BARS

    def recent(self, of: Bars, params: Params) -> Bars:
        """Enough for the range."""
        return tail(of, params.range)

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """The vote; see the class."""
        calm = Calm(params.range, params.max_atr_pct, params.low, params.high)
        return vote(base(bars), calm, self.first_bar(params), self.name)

    def on_event(self, view: View, params: Params) -> Sequence[Wish]:
        """Begin a grid, keep its orders where they belong, or end it."""
        symbol, ladder = view.symbols[0], view.memory
        if not isinstance(ladder, Ladder):
            strays = [*withdraw(view, symbol, "no grid"), *leave(view, symbol, "no_grid")]
            return strays or self._begin(view, symbol, params)
        ladder = view.memory = booked(view, symbol, ladder)
        if ladder.over:
            return _end(view, symbol, ladder)
        targets = closers(view, symbol, ladder)
        if view.entering:
            return [*targets, *openers(view, symbol, ladder)]
        if not any(ladder.held):
            view.memory = msgspec.structs.replace(ladder, over="off")
        resting = [each for each in opening(view, symbol) if not each.canceling]
        return [*targets, *(Withdraw(each.order.id, "entries are off") for each in resting)]

    def _begin(self, view: View, symbol: str, params: Params) -> Sequence[Wish]:
        event = view.event
        if not isinstance(event, CandleClosed) or event.timeframe != view.timeframe or not view.entering:
            return []
        bars = view.bars(symbol)
        draft = "warming_up" if bars is None else drafted(view, symbol, bars, params)
        if isinstance(draft, str):
            view.abstain(draft)
            return []
        if not view.granted(symbol):
            return [_reserved(view, symbol, draft)]
        instrument = view.instrument(symbol)
        halves: tuple[tuple[tuple[Decimal, ...], Side], ...] = ((draft.buys, "buy"), (draft.sells, "sell"))
        qty = instrument.amount(min(view.granted(symbol, side) / len(prices) for prices, side in halves if prices))
        least = min(worth(instrument.inverse, price) for price in (*draft.buys, *draft.sells))
        if qty <= ZERO or qty < instrument.min_qty or qty * least < instrument.min_notional:
            view.abstain("below_min_qty")
            return []
        ladder = view.memory = Ladder(
            draft.levels,
            qty,
            draft.stop,
            draft.low,
            draft.high,
            draft.atr,
            (ZERO,) * (len(draft.levels) - 1),
            middle=draft.middle,
            upper_stop=draft.upper_stop,
            sides=draft.sides,
        )
        return openers(view, symbol, ladder)


def drafted(view: View, symbol: str, bars: Bars, params: Params) -> Draft | str:
    """The grid that the bars ask for, or the reason code against one."""
    if len(bars) <= ATR_BARS:
        return "warming_up"
    instrument, unit, close = view.instrument(symbol), float(atr(bars, ATR_BARS)[-1]), float(bars.close[-1])
    atr_pct = 100.0 * unit / close
    if not 0.0 < atr_pct < params.max_atr_pct * (1.0 - SAME):
        return "not_calm"
    low = instrument.price(params.low or float(bars.low[-params.range :].min()))
    high = instrument.price(params.high or float(bars.high[-params.range :].max()))
    try:
        prices = levels(low, high, params.n, params.kind, instrument.tick)
        prices = tuple(dict.fromkeys(instrument.round_price(price) for price in prices))
        cells(prices, exact(params.fee) or view.maker_fee(symbol))
    except BadInput as error:
        return str(error).partition(":")[0]
    wide, price = instrument.price(unit), instrument.price(close)
    if is_left(price, low, high, wide):
        return "outside_range"
    sides = "long" if instrument.spot and params.sides == "both" else params.sides
    if instrument.spot and sides == "short":
        return "short_not_allowed"
    every = orders(prices, price)
    buys, sells = every.buys if sides != "short" else (), every.sells if sides != "long" else ()
    if not buys and not sells:
        return "no_buy_level" if sides == "long" else "no_sell_level"
    score = 100.0 * min(1.0, max(0.0, (params.max_atr_pct - atr_pct) / 0.5))
    under, above = instrument.round_price(low - wide, "up"), instrument.round_price(high + wide, "down")
    return Draft(prices, buys, sells, sides, low, high, wide, under, above, len(every.buys), score)


def _reserved(view: View, symbol: str, draft: Draft) -> Reserve:
    """One judgement for all that is bought, one for all that is sold; of both where both are there."""
    inverse = view.instrument(symbol).inverse is not None

    def whole(side: Side, prices: tuple[Decimal, ...], stop: Decimal) -> OrderRequest:
        mean = _mean(prices, harmonic=inverse)
        score = draft.score if side == "buy" else -draft.score
        return entry(view, symbol, side, mean, stop, "grid", kind="limit", score=score)

    sell = whole("sell", draft.sells, draft.upper_stop) if draft.sells else None
    if not draft.buys and sell is not None:
        return Reserve(sell)
    return Reserve(whole("buy", draft.buys, draft.stop), other=sell)


def _mean(prices: tuple[Decimal, ...], *, harmonic: bool) -> Decimal:
    """What equal quantities at these prices cost together; of inverse contracts that is the harmonic mean (R10.3)."""
    return len(prices) / sum((1 / price for price in prices), ZERO) if harmonic else sum(prices, ZERO) / len(prices)


def _end(view: View, symbol: str, ladder: Ladder) -> Sequence[Wish]:
    """Cancel everything and sell what is held; with nothing left the grid is forgotten."""
    if view.position(symbol) is None and not view.orders(symbol):
        view.memory = None
        return []
    return [*withdraw(view, symbol, ladder.over), *leave(view, symbol, ladder.over)]


strategy = Grid()
