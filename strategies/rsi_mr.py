"""Mean reversion by the relative strength index."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Exits, Flags, Floats, Ints, Scores, Timeframe
from strategies import rolling
from strategies.base import CandleStrategy, settled
from strategies.columns import Marks, base, lin, over, scores, signals
from strategies.indicators import atr, highest, lowest, rsi, sma
from strategies.tail import along_closes

ATR_BARS = 14
MEAN_BARS = 20
LOOK_BACK = 5
MIDDLE = 50.0


class Params(msgspec.Struct, frozen=True):
    """Parameters of `rsi_mr`."""

    n: Annotated[int, Meta(ge=2, le=50, description="bars of the rsi")] = 14
    low: Annotated[float, Meta(ge=5, le=45, description="oversold at or below")] = 30.0
    high: Annotated[float, Meta(ge=55, le=95, description="overbought at or above")] = 70.0
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 1.5
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 1.5
    time_stop: Annotated[int, Meta(ge=1, le=1000, description="bars after which a trade is closed")] = 20


class RsiReversion(CandleStrategy[Params]):
    """Buys when the rsi comes back from oversold, sells when it comes back from overbought.

    Signal: long when the rsi was at or below 30 (`low`) and is above it now; short when it was at or above 70
    (`high`) and is below it now.

    Stop and target: stop 1.5 ATR14 (`atr_mult`) from entry, target 1.5 R (`rr`).

    Exit: the rsi reaches 50 at a close, or 20 bars (`time_stop`).

    Score: 100 (0.6 lin(low - m, 0, 15) + 0.4 lin(s (sma20 - close)/ATR14, 0, 2)), m the lowest rsi of the
    five bars before; short: m the lowest of 100 - rsi, and 100 - high for low.

    Checks: `rsi_before` (rsi of the bar before; met outside low..high), `rsi` (met when it came back inside).

    Reason codes: `left_oversold`, `left_overbought`.
    """

    name = "rsi_mr"
    timeframes: tuple[Timeframe, ...] = ("15m",)
    params_type = Params

    def check(self, params: Params) -> str | None:
        """Oversold must lie below overbought."""
        if params.low < params.high:
            return None
        return f"low must be less than high, but they are {params.low:g} and {params.high:g}."

    def warmup(self, params: Params) -> int:
        """Bars after which the seeds of rsi and ATR no longer show."""
        return settled(wilder=max(params.n, ATR_BARS))

    def first_bar(self, params: Params) -> int:
        """The bar after the rsi's first."""
        return params.n + 1

    def exits(self, params: Params) -> Exits:
        """The time stop."""
        return Exits(time_stop=params.time_stop)

    def reach(self, params: Params) -> int:
        """Enough for the mean close."""
        return MEAN_BARS + 1

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        now = along_closes(of, rsi, params.n)
        before = rolling.before(now)
        long, short = leaves(now, params.low, params.high)

        def mark(rows: Ints, side: Floats) -> Marks:
            deepest = lowest(before, LOOK_BACK)[rows]
            depth = np.where(side > 0.0, params.low - deepest, highest(before, LOOK_BACK)[rows] - params.high)
            close, unit = of.close[rows], atr(of, ATR_BARS)[rows]
            away = over(side * (sma(of.close, MEAN_BARS)[rows] - close), unit)
            score = 100.0 * (0.6 * lin(depth, 0.0, 15.0) + 0.4 * lin(away, 0.0, 2.0))
            return Marks(score, close - side * params.atr_mult * unit)

        return scores(
            signals(of, self.first_bar(params), long, short),
            mark,
            ("left_oversold", "left_overbought"),
            target_r=params.rr,
            exits=(now >= MIDDLE, now <= MIDDLE),
            checks=(
                Check("rsi_before", before, (before <= params.low) | (before >= params.high)),
                Check("rsi", now, long | short),
            ),
            setup=self.name,
        )


def leaves(index: Floats, low: float, high: float) -> tuple[Flags, Flags]:
    """Where it comes back from `low` or less, and where it comes back from `high` or more."""
    up, down = np.zeros((2, len(index)), bool)
    up[1:] = (index[:-1] <= low) & (index[1:] > low)
    down[1:] = (index[:-1] >= high) & (index[1:] < high)
    return up, down


strategy = RsiReversion()
