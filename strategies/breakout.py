"""Range breakout with volume."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Floats, Ints, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, base, lin, over, scores, signals
from strategies.indicators import atr, donchian, vol_sma

ATR_BARS = 14


class Params(msgspec.Struct, frozen=True):
    """Parameters of `breakout`."""

    n: Annotated[int, Meta(ge=5, le=200, description="bars of the range and of the mean volume")] = 20
    volume: Annotated[float, Meta(ge=1, le=5, description="volume needed, in mean volumes")] = 1.5
    exit_n: Annotated[int, Meta(ge=2, le=200, description="bars of the range that closes a trade")] = 10
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 2.0
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 2.0


class Breakout(CandleStrategy[Params]):
    """Follows a close out of the range of the last bars, when volume is high.

    Signal: long when the close is above the highest high of the 20 bars before (`n`) and the volume above 1.5
    (`volume`) times their mean volume; short when the close is below their lowest low with the same volume.
    Both strict; a volume within 1e-12 of the threshold is not above it.

    Stop and target: stop 2 ATR14 (`atr_mult`) from entry, target 2 R (`rr`).

    Exit: a long when the close is below the lowest low of the 10 bars before (`exit_n`), a short when it is
    above their highest high.

    Score: 100 (0.5 lin(volume/mean, 1.5, 3) + 0.5 lin(s (close - extreme)/ATR14, 0, 0.5)).

    Checks: `range` (close beyond the nearer extreme in price units; met when positive), `volume` (volume/mean
    volume).

    Reason codes: `broke_high`, `broke_low`.
    """

    name = "breakout"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """Bars after which the seed of ATR no longer shows."""
        return settled(wilder=ATR_BARS)

    def first_bar(self, params: Params) -> int:
        """The first bar with a whole range before it."""
        return params.n

    def reach(self, params: Params) -> int:
        """Enough for the longer of the two ranges before."""
        return max(params.n, params.exit_n) + 1

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        close = of.close
        top, bottom = donchian(of, params.n)
        mean = vol_sma(of, params.n)
        loud = of.volume > mean * (params.volume * (1.0 + SAME))
        above, below = close - top, bottom - close
        beyond = np.maximum(above, below)
        ratio = over(of.volume, mean, np.nan)

        def mark(rows: Ints, side: Floats) -> Marks:
            unit = atr(of, ATR_BARS)[rows]
            reach = over(beyond[rows], unit)
            score = 100.0 * (0.5 * lin(ratio[rows], 1.5, 3.0) + 0.5 * lin(reach, 0.0, 0.5))
            return Marks(score, close[rows] - side * params.atr_mult * unit)

        exit_top, exit_bottom = donchian(of, params.exit_n)
        return scores(
            signals(of, self.first_bar(params), loud & (above > 0.0), loud & (below > 0.0)),
            mark,
            ("broke_high", "broke_low"),
            target_r=params.rr,
            exits=(close < exit_bottom, close > exit_top),
            checks=(Check("range", beyond, beyond > 0.0), Check("volume", ratio, loud)),
            setup=self.name,
        )


strategy = Breakout()
