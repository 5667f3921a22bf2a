"""Do the timeframes agree? (strategies.md 6.3)"""

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Floats, Ints, Timeframe
from strategies.base import settled
from strategies.indicators import ema
from strategies.structure.closed import newest, runs

WEIGHTS: dict[Timeframe, int] = {"1d": 5, "4h": 4, "1h": 3, "5m": 2, "1m": 1}
FAST, SLOW = 9, 21
LEAST_WARM = 3
"""Timeframes that must be warm for the confluence to be defined."""


class Averages(NamedTuple):
    """What a bias is taken from, columns of one shape."""

    close: Floats
    fast: Floats
    slow: Floats

    def bias(self) -> Floats:
        """+1 when close > ema21 and ema9 > ema21, -1 when both are below, else 0; NaN in warm-up."""
        close, fast, slow = self
        up, down = (close > slow) & (fast > slow), (close < slow) & (fast < slow)
        return np.where(np.isnan(slow), np.nan, up.astype(float) - down)


def averages(bars: Bars, timeframe: Timeframe, first: int = 0) -> Averages:
    """Of every bar from row `first` on, as if there were none before; the warm-up starts again after a missing one.

    A bar of a day is looked at from many a shorter one: what these bars say is remembered.
    """
    key = "averages", first
    found = bars.memory.get(key)
    if found is None:
        of = bars.slice(first, len(bars)) if first else bars
        closes = [np.ascontiguousarray(of.close[start:end]) for start, end in runs(of, timeframe)]
        parts = [Averages(close, ema(close, FAST), ema(close, SLOW)) for close in closes]
        found = bars.memory[key] = parts[0] if len(parts) == 1 else _joined(parts)
    return cast(Averages, found)


def _joined(parts: list[Averages]) -> Averages:
    return Averages(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def confluence(biases: Mapping[Timeframe, Floats]) -> Floats:
    """Weighted mean of the biases, -1..1; one in warm-up counts 0, with fewer than three warm ones it is NaN."""
    weighed = np.array(list(biases.values())) * np.array([[WEIGHTS[timeframe]] for timeframe in biases])
    cold = np.isnan(weighed)
    weighed[cold] = 0.0
    few = len(weighed) - np.count_nonzero(cold, axis=0) < LEAST_WARM
    return np.where(few, np.nan, weighed.sum(axis=0) / sum(WEIGHTS.values()))


def confluence_at(bars: BarsByTimeframe, at: Ints, since: int | None = None) -> Floats:
    """Confluence at each time (UTC ms, rising) of the bars closed by then; a timeframe not given is in warm-up.

    Averages are begun as if the first time were `since`, where that is given.
    """
    timeframes = [timeframe for timeframe in WEIGHTS if timeframe in bars] if len(at) else []
    begun = since if since is not None else int(at[0]) if len(at) else 0
    rows, (close, fast, slow) = np.full((len(timeframes), len(at)), -1), np.empty((3, len(timeframes), len(at)))
    for place, timeframe in enumerate(timeframes):
        of = bars[timeframe]
        first = int(of.ts.searchsorted(begun - settled(ema=SLOW) * SPAN_MS[timeframe]))  # what was before does not show
        if first < len(of):
            rows[place] = newest(of, timeframe, at) - first
            seen = averages(of, timeframe, first)
            seen.close.take(rows[place], mode="clip", out=close[place])
            seen.fast.take(rows[place], mode="clip", out=fast[place])
            seen.slow.take(rows[place], mode="clip", out=slow[place])
    slow[rows < 0] = np.nan
    biases = dict(zip(timeframes, Averages(close, fast, slow).bias(), strict=True))
    return confluence(biases) if biases else np.full(len(at), np.nan)
