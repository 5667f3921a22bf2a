"""What a grid says of the next move: its vote in an ensemble, and what people are shown (strategies.md section 8)."""

from typing import NamedTuple

import numpy as np

from engine.model.market import Bars, Check, Floats, Ints, Scores
from strategies.columns import SAME, Marks, lin, scores, signals
from strategies.indicators import atr, highest

ATR_BARS = 14


class Calm(NamedTuple):
    """When a market is calm, and what its range is."""

    range: int
    """Bars of the range, of those there are while there are fewer."""
    max_atr_pct: float
    low: float = 0.0
    high: float = 0.0
    """Given bounds of the range, 0 for those of the bars."""


def vote(of: Bars, calm: Calm, first_bar: int, setup: str) -> Scores:
    """Every bar: while ATR14 is small, long in the lowest third of the range and short in the highest."""
    close, unit = of.close, atr(of, ATR_BARS)
    low = np.full(len(of), calm.low) if calm.low else -_so_far(-of.low, calm.range)
    high = np.full(len(of), calm.high) if calm.high else _so_far(of.high, calm.range)
    atr_pct = 100.0 * unit / close
    wide, third, noise = high > low, (high - low) / 3.0, SAME * close
    bottom = (close <= low + third + noise) & wide
    top = (close >= high - third - noise) & wide
    quiet = atr_pct < calm.max_atr_pct * (1.0 - SAME)
    may = quiet & ~((close < low - unit) | (close > high + unit))

    def mark(rows: Ints, side: Floats) -> Marks:
        score = 100.0 * lin(calm.max_atr_pct - atr_pct[rows], 0.0, 0.5)
        stop = np.where(side > 0.0, low[rows], high[rows]) - side * unit[rows]
        return Marks(score, stop, (low[rows] + high[rows]) / 2.0)

    place = np.full(len(of), np.nan)
    np.divide(close - low, high - low, out=place, where=wide)
    return scores(
        signals(of, first_bar, may & bottom, may & top),
        mark,
        ("grid_low", "grid_high"),
        checks=(Check("atr_pct", atr_pct, quiet), Check("place", place, bottom | top)),
        setup=setup,
    )


def _so_far(x: Floats, n: int) -> Floats:
    """Largest of the last n values; of all there are in the first n - 1 rows."""
    out = highest(x, n)
    out[: n - 1] = np.maximum.accumulate(x[: n - 1])
    return out
