"""What a grid would say of the next move: its vote in an ensemble (strategies.md section 8)."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Floats, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, base, lin, scores, signals
from strategies.indicators import atr, highest

ATR_BARS = 14


class Params(msgspec.Struct, frozen=True):
    """Parameters of the vote of `grid`."""

    range: Annotated[int, Meta(ge=10, le=500, description="bars of the range")] = 48
    max_atr_pct: Annotated[float, Meta(ge=0.05, le=5, description="ATR14 of a calm market is below it, percent")] = 0.5


class GridVote(CandleStrategy[Params]):
    """Votes for the middle of the range of a calm market; only in an ensemble, it opens no grid.

    Signal: while ATR14 is below 0.5 % (`max_atr_pct`) of the close, long when the close is in the lowest third of
    the range of the last 48 bars (`range`; of those there are while there are fewer), short in the highest.

    Stop and target: one ATR14 beyond the edge that is near; the middle of the range.

    Exit: stop or target, nothing else.

    Score: 100 lin(0.5 - ATR14 in percent, 0, 0.5).

    Checks: `atr_pct` (ATR14 in percent of the close; met below 0.5), `place` (where the close is, 0 at the low of
    the range and 1 at its high; met in the outer thirds).

    Reason codes: `grid_low`, `grid_high`.
    """

    name = "grid"
    timeframes: tuple[Timeframe, ...] = ("5m",)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """Bars after which the seed of ATR no longer shows."""
        return max(settled(wilder=ATR_BARS), params.range)

    def first_bar(self, params: Params) -> int:
        """The first bar with an ATR."""
        return ATR_BARS

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        close, unit = of.close, atr(of, ATR_BARS)
        low, high = -_so_far(-of.low, params.range), _so_far(of.high, params.range)
        atr_pct = 100.0 * unit / close
        third, noise = (high - low) / 3.0, SAME * close
        bottom = (close <= low + third + noise) & (high > low)
        top = (close >= high - third - noise) & (high > low)
        calm = atr_pct < params.max_atr_pct * (1.0 - SAME)
        found = signals(of, self.first_bar(params), calm & bottom, calm & top)
        rows, side = found.rows, found.side
        place = np.full(len(of), np.nan)
        np.divide(close - low, high - low, out=place, where=high > low)
        return scores(
            found,
            100.0 * lin(params.max_atr_pct - atr_pct[rows], 0.0, 0.5),
            np.where(side > 0.0, low[rows], high[rows]) - side * unit[rows],
            ("grid_low", "grid_high"),
            target=(low[rows] + high[rows]) / 2.0,
            checks=(Check("atr_pct", atr_pct, calm), Check("place", place, bottom | top)),
            setup=self.name,
        )


def _so_far(x: Floats, n: int) -> Floats:
    """Largest of the last n values; of all there are in the first n - 1 rows."""
    out = highest(x, n)
    out[: n - 1] = np.maximum.accumulate(x[: n - 1])
    return out


voter = GridVote()
