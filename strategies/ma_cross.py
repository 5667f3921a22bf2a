"""Moving-average crossover."""

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import Bars, BarsByTimeframe, Check, Flags, Floats, Ints, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, ago, base, lin, over, scores, signals
from strategies.indicators import atr, ema, sma, vol_sma
from strategies.tail import along_closes

ATR_BARS = 14
VOLUME_BARS = 20
SLOPE_BARS = 5


class Params(msgspec.Struct, frozen=True):
    """Parameters of `ma_cross`."""

    kind: Annotated[Literal["sma", "ema"], Meta(description="simple or exponential averages")] = "sma"
    fast: Annotated[int, Meta(ge=2, le=200, description="bars of the fast average")] = 10
    slow: Annotated[int, Meta(ge=2, le=200, description="bars of the slow average, more than fast")] = 30
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 2.0


class MaCross(CandleStrategy[Params]):
    """Trades the crossing of a fast and a slow moving average, and turns around at the next one.

    Signal: long when the fast average was at or below the slow one and is above it now; short mirrored.
    Touching is no cross, leaving a touch is. Averages nearer than 1e-12 of each other touch.

    Stop and target: stop 2 ATR14 (`atr_mult`) from entry; no target.

    Exit: the opposite cross.

    Score: 100 (0.4 lin(|fast/slow - 1|, 0, 0.001) + 0.4 lin(s (slow/slow 5 bars ago - 1), 0, 0.002)
    + 0.2 lin(volume/mean volume of the 20 bars before, 0.8, 1.6)).

    Checks: `cross` (fast/slow - 1; met at a cross).

    Reason codes: `cross_up`, `cross_down`.
    """

    name = "ma_cross"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    params_type = Params

    def check(self, params: Params) -> str | None:
        """The fast average must be the shorter one."""
        if params.fast < params.slow:
            return None
        return f"fast must be less than slow, but they are {params.fast} and {params.slow}."

    def warmup(self, params: Params) -> int:
        """Bars after which the seeds of ATR and averages no longer show."""
        return settled(wilder=ATR_BARS, ema=params.slow if params.kind == "ema" else 0)

    def first_bar(self, params: Params) -> int:
        """The bar after the slow average's first."""
        return params.slow

    def reach(self, params: Params) -> int:
        """Enough for the slow average of five bars before, where it has an end, and for the mean volume."""
        return max(params.slow if params.kind == "sma" else 0, VOLUME_BARS) + SLOPE_BARS + 1

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        slow = average(of, params.kind, params.slow)
        gap = average(of, params.kind, params.fast) / slow - 1.0
        up, down = crosses(gap)

        def mark(rows: Ints, side: Floats) -> Marks:
            score = 100.0 * (
                0.4 * lin(np.abs(gap[rows]), 0.0, 0.001)
                + 0.4 * lin(side * (slow[rows] / ago(slow, rows, SLOPE_BARS) - 1.0), 0.0, 0.002)
                + 0.2 * lin(over(of.volume[rows], vol_sma(of, VOLUME_BARS)[rows]), 0.8, 1.6)
            )
            return Marks(score, of.close[rows] - side * params.atr_mult * atr(of, ATR_BARS)[rows])

        return scores(
            signals(of, self.first_bar(params), up, down),
            mark,
            ("cross_up", "cross_down"),
            exits=(down, up),
            checks=(Check("cross", gap, up | down),),
            setup=self.name,
        )


def average(of: Bars, kind: Literal["sma", "ema"], n: int) -> Floats:
    """The moving average of the closes."""
    return sma(of.close, n) if kind == "sma" else along_closes(of, ema, n)


def crosses(gap: Floats) -> tuple[Flags, Flags]:
    """Where fast/slow - 1 leaves 0 or less upwards, and where it leaves 0 or more downwards."""
    up, down = np.zeros((2, len(gap)), bool)
    up[1:] = (gap[:-1] <= SAME) & (gap[1:] > SAME)
    down[1:] = (gap[:-1] >= -SAME) & (gap[1:] < -SAME)
    return up, down


strategy = MaCross()
