"""Turning points at the Bollinger bands, confirmed by MACD."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Flags, Floats, Ints, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, base, lin, over, scores, signals
from strategies.indicators import atr, bbands, macd
from strategies.rolling import before
from strategies.tail import along_closes

ATR_BARS = 14


class Params(msgspec.Struct, frozen=True):
    """Parameters of `macd_bb`."""

    fast: Annotated[int, Meta(ge=2, le=200, description="bars of the fast MACD average")] = 12
    slow: Annotated[int, Meta(ge=2, le=200, description="bars of the slow MACD average, more than fast")] = 26
    signal: Annotated[int, Meta(ge=1, le=200, description="bars of the MACD signal average")] = 9
    bb_n: Annotated[int, Meta(ge=2, le=200, description="bars of the Bollinger bands")] = 20
    bb_k: Annotated[float, Meta(ge=0.1, le=10, description="width of the bands in standard deviations")] = 2.0
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 1.5
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 2.0


class MacdBands(CandleStrategy[Params]):
    """Buys a turn of momentum after a close at the lower Bollinger band, sells one after a close at the upper
    band.

    Signal: long when one of the last three closes was at or below its lower band, and the MACD histogram
    crosses above 0 or rises twice in a row; short mirrored; long is tested first. Values nearer than 1e-12 of
    the price are equal.

    Stop and target: stop 1.5 ATR14 (`atr_mult`) from entry, target 2 R (`rr`).

    Exit: the opposite signal.

    Score: 100 (0.4 + 0.3 lin(pen, 0, 0.5) + 0.3 lin(|hist - hist of the bar before|/ATR14, 0, 0.05)), pen the
    farthest of the three closes beyond its band in ATR14.

    Checks: `band` (close - middle band in standard deviations x `bb_k`: -1 lower, 1 upper; met when one of
    the three closes touched), `hist` (the histogram; met when it turns away from the touched band).

    Reason codes: `hist_cross_up`, `hist_rising`, `hist_cross_down`, `hist_falling`.
    """

    name = "macd_bb"
    timeframes: tuple[Timeframe, ...] = ("15m",)
    params_type = Params

    def check(self, params: Params) -> str | None:
        """The fast average must be the shorter one."""
        if params.fast < params.slow:
            return None
        return f"fast must be less than slow, but they are {params.fast} and {params.slow}."

    def warmup(self, params: Params) -> int:
        """Bars after which the seeds of ATR and MACD no longer show."""
        return settled(wilder=ATR_BARS, ema=max(params.slow, params.signal))

    def first_bar(self, params: Params) -> int:
        """The bar after the first of histogram and bands."""
        return max(params.slow + params.signal - 2, params.bb_n - 1) + 1

    def reach(self, params: Params) -> int:
        """Enough for the bands of two bars before."""
        return params.bb_n + 3

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        close, near = of.close, SAME * of.close
        upper, middle, lower = bbands(close, params.bb_n, params.bb_k)
        hist = along_closes(of, macd, params.fast, params.slow, params.signal)[2]
        below, above = _farthest(lower - close), _farthest(close - upper)
        touched_low, touched_high = below >= -near, above >= -near
        change = hist - before(hist)
        crossed_up, rising = _turns(hist, change, near)
        crossed_down, falling = _turns(-hist, -change, near)
        long = touched_low & (crossed_up | rising)
        short = touched_high & (crossed_down | falling)

        def mark(rows: Ints, side: Floats) -> Marks:
            unit, is_long = atr(of, ATR_BARS)[rows], side > 0.0
            pen = over(np.where(is_long, below[rows], above[rows]), unit)
            speed = over(np.abs(hist[rows] - hist[rows - 1]), unit)
            score = 100.0 * (0.4 + 0.3 * lin(pen, 0.0, 0.5) + 0.3 * lin(speed, 0.0, 0.05))
            code = np.where(is_long, np.where(crossed_up[rows], 0, 1), np.where(crossed_down[rows], 2, 3))
            return Marks(score, close[rows] - side * params.atr_mult * unit, code=code)

        position = over(close - middle, upper - middle, np.nan)
        return scores(
            signals(of, self.first_bar(params), long, short),
            mark,
            ("hist_cross_up", "hist_rising", "hist_cross_down", "hist_falling"),
            target_r=params.rr,
            turns=True,
            checks=(Check("band", position, touched_low | touched_high), Check("hist", hist, long | short)),
            setup=self.name,
        )


def _farthest(distance: Floats) -> Floats:
    """Largest of the last three values; undefined ones do not count."""
    most: Floats = np.fmax(distance, np.fmax(before(distance), before(distance, 2)))
    return most


def _turns(hist: Floats, change: Floats, near: Floats) -> tuple[Flags, Flags]:
    """Where it crosses above 0, and where it rises for the second time in a row."""
    rises = change > near
    again = rises.copy()
    again[:1] = False
    again[1:] &= rises[:-1]
    crosses = hist > near
    crosses[:1] = False
    crosses[1:] &= hist[:-1] <= near[:-1]
    return crosses, again


strategy = MacdBands()
