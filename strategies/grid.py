"""A grid of resting orders in a calm range (strategies.md section 8); its arithmetic is `strategies.cells`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.model.errors import BadInput
from engine.model.market import Bars, BarsByTimeframe, Scores, Timeframe
from engine.model.messages import CandleClosed
from engine.model.money import ZERO, exact
from engine.model.orders import OrderRequest
from engine.model.quoting import Executed, Reserve, View, Wish
from strategies.base import settled
from strategies.cells import Kind, cells, is_left, levels, orders
from strategies.columns import SAME, base
from strategies.grid_vote import ATR_BARS, Calm, vote
from strategies.indicators import atr
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


class Ladder(msgspec.Struct, frozen=True):
    """A running grid: what it was begun with, and what each of its cells holds."""

    levels: tuple[Decimal, ...]
    qty: Decimal
    """Bought at each level."""
    stop: Decimal
    low: Decimal
    high: Decimal
    atr: Decimal
    held: tuple[Decimal, ...]
    """Of each level that is bought at, the lowest first: what is held to be sold one level up."""
    over: str = ""
    """Why it ends; empty while it runs."""


class Draft(msgspec.Struct, frozen=True):
    """A grid that could begin."""

    levels: tuple[Decimal, ...]
    buys: tuple[Decimal, ...]
    low: Decimal
    high: Decimal
    atr: Decimal
    stop: Decimal
    score: float


class Grid(QuotingStrategy[Params]):
    """Buys at the levels of a calm range below the price, and sells what it bought one level higher.

    Signal: while ATR14 is below 0.5 % (`max_atr_pct`) of the close, the range of the last 48 bars (`range`, or `low`
    and `high`) is cut into 8 cells (`n`). Each level below the price gets a resting buy, but for the level nearest to
    the price. A filled buy places a sell one level up, a filled sell the buy again. It only sells what it holds.

    Size: one entry is judged for all buys, at their mean, with the stop one ATR14 below the range; every level gets
    an equal part of what the gate grants. A cell earns quantity (b - a - fee (a + b)), and the narrowest one must be
    at least twice as wide as the fees (`fee`) ask for.

    Stop and target: a stop for all that is held one ATR14 below the range; every sell is a target of its cell.

    Exit: everything is cancelled and sold when a close is more than ATR14 outside the range (both are those of the
    start), when the stop fills, or when a person closes the position.

    Score: 100 lin(0.5 - ATR14 in percent, 0, 0.5).

    Vote: in an ensemble it opens no grid. It votes for the middle of the range: long in its lowest third, short in
    its highest.

    Checks: `atr_pct` (ATR14 in percent of the close; met below 0.5), `place` (where the close is, 0 at the low of
    the range and 1 at its high; met in the outer thirds).

    Reason codes: `grid_low`, `grid_high` (its vote), `grid_buy`, `grid_sell`; it begins nothing for `not_calm`,
    `grid_too_narrow`, `bad_input`, `no_buy_level` (the price is at the low end), `below_min_qty`.
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
        ladder = view.memory = _booked(view, symbol, ladder)
        if ladder.over:
            return _end(view, symbol, ladder)
        sells = _sells(view, symbol, ladder)
        if view.entering:
            return [*sells, *_buys(view, symbol, ladder)]
        if not any(ladder.held):
            view.memory = msgspec.structs.replace(ladder, over="off")
        return [*sells, *withdraw(view, symbol, "entries are off", "buy")]

    def _begin(self, view: View, symbol: str, params: Params) -> Sequence[Wish]:
        event = view.event
        if not isinstance(event, CandleClosed) or event.timeframe != view.timeframe or not view.entering:
            return []
        bars = view.bars(symbol)
        draft = "warming_up" if bars is None else drafted(view, symbol, bars, params)
        if isinstance(draft, str):
            view.abstain(draft)
            return []
        granted = view.granted(symbol)
        if not granted:
            mean = sum(draft.buys, ZERO) / len(draft.buys)
            whole = entry(view, symbol, "buy", mean, draft.stop, "grid", kind="limit", score=draft.score)
            return [Reserve(whole)]
        instrument = view.instrument(symbol)
        qty = instrument.amount(granted / len(draft.buys))
        if qty <= ZERO or qty < instrument.min_qty or qty * draft.buys[0] < instrument.min_notional:
            view.abstain("below_min_qty")
            return []
        held = (ZERO,) * len(draft.buys)
        ladder = view.memory = Ladder(draft.levels, qty, draft.stop, draft.low, draft.high, draft.atr, held)
        return _buys(view, symbol, ladder)


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
        cells(prices, exact(params.fee) or view.maker_fee)
    except BadInput as error:
        return str(error).partition(":")[0]
    wide = instrument.price(unit)
    buys = orders(prices, instrument.price(close)).buys
    if not buys or is_left(instrument.price(close), low, high, wide):
        return "no_buy_level"
    score = 100.0 * min(1.0, max(0.0, (params.max_atr_pct - atr_pct) / 0.5))
    return Draft(prices, buys, low, high, wide, instrument.round_price(low - wide, "up"), score)


def _booked(view: View, symbol: str, ladder: Ladder) -> Ladder:
    """The grid after the event in hand."""
    event, over, held = view.event, ladder.over, list(ladder.held)
    match event:
        case Executed(fill=fill, order=order) if order is not None and order.price in ladder.levels:
            level = ladder.levels.index(order.price) - (0 if fill.side == "buy" else 1)
            held[level] += fill.qty if fill.side == "buy" else -fill.qty
        case Executed(order=order):
            over = over or (order.reason if order is not None else "liquidation")
        case CandleClosed(timeframe=view.timeframe, close=close):
            price = view.instrument(symbol).price(close)
            over = over or ("range_left" if is_left(price, ladder.low, ladder.high, ladder.atr) else "")
        case _:
            pass
    if not over and view.leaving(symbol):
        over = "close"
    if not over and any(held) and view.position(symbol) is None:
        over = "position_gone"
    if over == ladder.over and tuple(held) == ladder.held:
        return ladder
    return msgspec.structs.replace(ladder, held=tuple(held), over=over)


def _end(view: View, symbol: str, ladder: Ladder) -> Sequence[Wish]:
    """Cancel everything and sell what is held; with nothing left the grid is forgotten."""
    if view.position(symbol) is None and not view.orders(symbol):
        view.memory = None
        return []
    return [*withdraw(view, symbol, ladder.over), *leave(view, symbol, ladder.over)]


def _sells(view: View, symbol: str, ladder: Ladder) -> list[Wish]:
    """What is held and has no sell yet, one level above each buy that is over."""
    if not any(ladder.held):
        return []
    wishes: list[Wish] = []
    live = view.orders(symbol)
    buying = {each.order.price for each in live if each.order.side == "buy"}
    selling: dict[Decimal | None, Decimal] = {}
    for each in live:
        if each.order.side == "sell":
            selling[each.order.price] = selling.get(each.order.price, ZERO) + each.leaves
    for level, held in enumerate(ladder.held):
        price = ladder.levels[level + 1]
        missing = held - selling.get(price, ZERO)
        if missing > ZERO and ladder.levels[level] not in buying:
            wishes.append(
                OrderRequest(
                    view.at, symbol, "sell", "target", "limit", view.strategy, price, "grid_sell", missing, price
                )
            )
    return wishes


def _buys(view: View, symbol: str, ladder: Ladder) -> list[Wish]:
    """The levels below the price that hold nothing and have no order: at a close, where the price is of now."""
    event = view.event
    if not isinstance(event, CandleClosed):
        return []
    live = {each.order.price for each in view.orders(symbol) if each.order.side == "buy"}
    price = view.instrument(symbol).price(event.close)
    return [
        entry(view, symbol, "buy", level, ladder.stop, "grid_buy", kind="limit", qty=ladder.qty)
        for level, held in zip(ladder.levels, ladder.held, strict=False)
        if not held and level < price and level not in live
    ]


strategy = Grid()
