"""Do the timeframes agree? (strategies.md 6.3)"""

from collections.abc import Mapping

import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Floats, Ints, Timeframe
from strategies.base import settled
from strategies.indicators import ema
from strategies.structure.closed import newest, runs

WEIGHTS: dict[Timeframe, int] = {"1d": 5, "4h": 4, "1h": 3, "5m": 2, "1m": 1}
FAST, SLOW = 9, 21
EVERY = slice(None)
LEAST_WARM = 3
"""Timeframes that must be warm for the confluence to be defined."""


def bias(bars: Bars, timeframe: Timeframe, rows: Ints | slice = EVERY) -> Floats:
    """Of these rows +1 when close > ema21 and ema9 > ema21, -1 when both are below, else 0; NaN in warm-up.

    The warm-up starts again after a missing bar.
    """
    fast, slow = np.empty((2, len(bars)))
    for first, last in runs(bars, timeframe):
        close = np.ascontiguousarray(bars.close[first:last])
        fast[first:last], slow[first:last] = ema(close, FAST), ema(close, SLOW)
    close, fast, slow = bars.close[rows], fast[rows], slow[rows]
    up, down = (close > slow) & (fast > slow), (close < slow) & (fast < slow)
    return np.where(np.isnan(slow), np.nan, up.astype(float) - down)


def confluence(biases: Mapping[Timeframe, Floats]) -> Floats:
    """Weighted mean of the biases, -1..1; one in warm-up counts 0, with fewer than three warm ones it is NaN."""
    weighed = np.array([WEIGHTS[timeframe] * column for timeframe, column in biases.items()])
    warm = np.isfinite(weighed).sum(axis=0)
    return np.where(warm >= LEAST_WARM, np.nansum(weighed, axis=0) / sum(WEIGHTS.values()), np.nan)


def confluence_at(bars: BarsByTimeframe, at: Ints, since: int | None = None) -> Floats:
    """Confluence at each time (UTC ms, rising) of the bars closed by then; a timeframe not given is in warm-up.

    Averages are begun as if the first time were `since`, where that is given.
    """
    biases: dict[Timeframe, Floats] = {}
    for timeframe in WEIGHTS:
        if timeframe in bars and len(at):
            some = _since(
                bars[timeframe], (int(at[0]) if since is None else since) - settled(ema=SLOW) * SPAN_MS[timeframe]
            )
            rows = newest(some, timeframe, at)
            biases[timeframe] = bias(some, timeframe, rows) if len(some) else np.full(len(at), np.nan)
            biases[timeframe][rows < 0] = np.nan
    return confluence(biases) if biases else np.full(len(at), np.nan)


def _since(bars: Bars, at: int) -> Bars:
    """Bars that opened then or later: what was before no longer shows."""
    return bars.slice(int(np.searchsorted(bars.ts, at)), len(bars))
