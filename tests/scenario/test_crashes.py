"""Recorded crashes (or stand-ins) with the limits as shipped: nothing ends beyond its line but for one bar.

The desk buys at every close, all the way down: what a gate has to be able to stand. What it was worth is worked out
here, from the recorded closes and from fills that must lie within the recorded bars. A line is looked at when a bar
closes, so equity may be below it then, by what was held one bar before; from there on nothing new is bought.
"""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from engine.backtest.backtest import run
from engine.feeds.replay import ReplaySource
from engine.model.account import ClosedTrade
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import DAY_MS, SPAN_MS, BarsByTimeframe, Floats, Scores, Timeframe
from engine.plan import Costs, Plan, StrategyPlan
from strategies.base import AnyStrategy, CandleStrategy
from tests.desk import WIDE
from tests.stand_in import Recorded

FUTURES = ("usdm/BTCUSDT-1h-20200101-20220531.parquet", "usdm/ETHUSDT-1h-20200101-20220531.parquet")
SPOT = tuple(f"spot/{name}USDT-5m-20240101-20240531.parquet" for name in ("DOGE", "ETH", "SOL", "XRP"))
LIMITS = RiskLimits()
DESKS = 5
"""So many strategies buy: while one pauses after its losses, others are left."""
CASH, FEE = 10_000.0, float(Costs().fee)


class Crash(msgspec.Struct, frozen=True):
    """What is replayed, from when to the end of the day, and how the desk came through it."""

    files: tuple[str, ...]
    timeframe: Timeframe
    begin: str
    day: str
    stop: float
    """How far below the price each stop is, a fraction."""
    acted: tuple[str, ...]
    """Breakers of the account that tripped on the day, as a backtest reports them."""
    spared: float
    """Loss of that day, as a fraction, with the limits out of the way: at least so much."""


CRASHES = {
    "March 2020": Crash(FUTURES, "1h", "2020-03-11", "2020-03-12", 0.04, ("21:00 daily_loss 5.00%",), 0.10),
    "May 2021": Crash(
        FUTURES,
        "1h",
        "2021-01-15",
        "2021-05-19",
        0.02,
        ("02:00 drawdown_ladder 11.56%", "12:00 daily_loss 5.78%", "12:00 max_drawdown 15.12%"),
        0.35,
    ),
    "April 2024": Crash(
        SPOT,
        "5m",
        "2024-04-12",
        "2024-04-13",
        0.05,
        ("17:30 drawdown_ladder 7.59%", "20:10 daily_loss 5.01%"),
        0.10,
    ),
}


class Habit(msgspec.Struct, frozen=True):
    """How far below the close the stop is, a fraction, and from when on (UTC ms) everything is left."""

    stop: float
    leaves: int


class Buyer(CandleStrategy[Habit]):
    """Buys at every close."""

    name = "buyer"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    params_type = Habit

    def warmup(self, params: Habit) -> int:
        return 1

    def first_bar(self, params: Habit) -> int:
        return 0

    def evaluate(self, bars: BarsByTimeframe, params: Habit) -> Scores:
        of = next(iter(bars.values()))
        over, still = of.ts >= params.leaves, np.zeros(len(of.ts), np.int8)
        score, none = np.where(over, 0.0, 100.0), np.full(len(of.ts), np.nan)
        return Scores(score, score, of.close * (1 - params.stop), none, still, ("buys",), over, still.astype(bool))


class Ran:
    """A crash as a desk with these limits came through it."""

    def __init__(self, crash: Crash, limits: RiskLimits, recorded: Recorded) -> None:
        start, self.day, self.span = midnight(crash.begin), midnight(crash.day), SPAN_MS[crash.timeframe]
        files = [str(recorded(file)) for file in crash.files]
        self.source = ReplaySource.open(files, start=start, end=self.day + 2 * DAY_MS)
        symbols, habit = tuple(self.source.timeframes), Habit(crash.stop, self.day + DAY_MS)
        buyer: AnyStrategy = Buyer()
        plans = [StrategyPlan(f"buyer{n}", buyer, habit, crash.timeframe, symbols) for n in range(DESKS)]
        self.result = run(self.source, Plan(tuple(plans), limits))
        self.at = np.arange(start + self.span, self.day + 2 * DAY_MS, self.span)
        self.closes = {symbol: self._closes(symbol) for symbol in self.source.timeframes}
        self.equity = CASH + sum((self.made(trade) for trade in self.result.trades), np.zeros(len(self.at)))
        self.first, self.last = np.searchsorted(self.at, (self.day, self.day + DAY_MS)).tolist()

    def _closes(self, symbol: str) -> Floats:
        """The newest close at each instant."""
        bars = self.source.bars(symbol)
        closes: Floats = bars.close[np.maximum(np.searchsorted(bars.ts + self.span, self.at, "right") - 1, 0)]
        return closes

    def made(self, trade: ClosedTrade) -> Floats:
        """What a trade has made at each instant. Stops fill within a bar, orders at market when one opens."""
        qty, entry = float(trade.amount), float(trade.entry_price)
        so_far = qty * (self.closes[trade.symbol] - entry) - qty * entry * FEE
        over = self.at >= trade.exit_at if trade.reason == "stop" else self.at > trade.exit_at
        return np.where(self.at <= trade.entry_at, 0.0, np.where(over, float(trade.pnl), so_far))

    def crossed(self, line: Floats | float, first: int = 0, last: int | None = None) -> int | None:
        """The first place at which equity is not above a line."""
        places = np.flatnonzero((self.equity <= line)[first:last])
        return first + int(places[0]) if len(places) else None

    def lost(self, crossed: int, last: int) -> float:
        """What was held when a line was crossed lost from the mark before on, each at its own worst up to `last`."""
        held = [t for t in self.result.trades if t.entry_at <= self.at[crossed] and t.exit_at > self.at[crossed - 1]]
        marks = [self.made(trade)[crossed - 1 : last + 1] for trade in held]
        return sum(float(each[0] - each.min()) for each in marks)

    def deepest(self) -> float:
        """The loss of the day, from equity at its first mark."""
        return 1 - float(self.equity[self.first : self.last].min() / self.equity[self.first])

    def fills(self) -> list[tuple[str, int, float]]:
        """Symbol, opening of the bar, price."""
        trades = self.result.trades
        exits = [(t.symbol, t.exit_at - self.span * (t.reason == "stop"), float(t.exit_price)) for t in trades]
        return exits + [(t.symbol, t.entry_at, float(t.entry_price)) for t in trades]


def midnight(day: str) -> int:
    """UTC ms."""
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp()) * 1000


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
def test_no_crash_takes_more_than_the_lines_and_one_bar_and_the_gate_is_why(crash: Crash, recorded: Recorded) -> None:
    ran = Ran(crash, LIMITS, recorded)
    for symbol, opened, price in ran.fills():
        bars = ran.source.bars(symbol)
        bar = int(np.searchsorted(bars.ts, opened))
        assert bars.low[bar] * 0.9999 <= price <= bars.high[bar] * 1.0001, "a fill is a price of its bar, to the tick"
    base = ran.equity[ran.first]
    line = float(base) * (1 - float(LIMITS.max_daily_loss))
    peak = np.maximum(np.maximum.accumulate(ran.equity), CASH)
    floor = peak * (1 - float(LIMITS.emergency_stop_loss))
    halted = ran.crossed(floor)
    if halted is not None:
        assert floor[halted] - ran.equity[halted:].min() <= ran.lost(halted, halted + 1) <= 0.02 * peak[halted]
        assert ran.equity[halted + 2 :].tolist() == [ran.equity[-1]] * (len(ran.at) - halted - 2), "flat in one bar"
    below = ran.crossed(line, ran.first, ran.last)
    if below is not None:
        end = ran.last if halted is None else halted + 1
        assert line - ran.equity[below : ran.last].min() <= ran.lost(below, end) <= 0.02 * base
        bought = [trade for trade in ran.result.trades if ran.at[below] < trade.entry_at < ran.day + DAY_MS]
        assert bought == [], "nothing is bought until the next day"
    if all("stand-in" not in str(recorded(file)) for file in crash.files):
        assert acted(ran) == crash.acted, "the report says which breaker acted when"
        assert Ran(crash, with_settings(LIMITS, WIDE), recorded).deepest() > crash.spared > ran.deepest()


def acted(ran: Ran) -> tuple[str, ...]:
    """Time, name and value of each breaker of the account that the result reports of the day."""
    return tuple(
        f"{datetime.fromtimestamp(each.at / 1000, UTC):%H:%M} {each.breaker} {each.value}"
        for each in ran.result.breakers
        if each.tripped and not each.breaker.startswith("consecutive") and ran.day <= each.at < ran.day + DAY_MS
    )
