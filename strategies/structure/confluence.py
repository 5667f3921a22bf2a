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
        columns = np.empty((2, len(of)))
        for start, end in runs(of, timeframe):
            close = np.ascontiguousarray(of.close[start:end])
            columns[0, start:end], columns[1, start:end] = ema(close, FAST), ema(close, SLOW)
        found = bars.memory[key] = Averages(of.close, *columns)
    return cast(Averages, found)


def confluence(biases: Mapping[Timeframe, Floats]) -> Floats:
    """Weighted mean of the biases, -1..1; one in warm-up counts 0, with fewer than three warm ones it is NaN."""
    weighed = np.array([WEIGHTS[timeframe] * column for timeframe, column in biases.items()])
    warm = np.isfinite(weighed).sum(axis=0)
    return np.where(warm >= LEAST_WARM, np.nansum(weighed, axis=0) / sum(WEIGHTS.values()), np.nan)


def confluence_at(bars: BarsByTimeframe, at: Ints, since: int | None = None) -> Floats:
    """Confluence at each time (UTC ms, rising) of the bars closed by then; a timeframe not given is in warm-up.

    Averages are begun as if the first time were `since`, where that is given.
    """
    timeframes = [timeframe for timeframe in WEIGHTS if timeframe in bars] if len(at) else []
    seen = np.full((3, len(timeframes), len(at)), np.nan)
    begun = since if since is not None else int(at[0]) if len(at) else 0
    for place, timeframe in enumerate(timeframes):
        of = bars[timeframe]
        first = int(of.ts.searchsorted(begun - settled(ema=SLOW) * SPAN_MS[timeframe]))  # what was before does not show
        rows = newest(of, timeframe, at)
        known = rows >= first
        if known.any():
            seen[:, place, known] = [column[rows[known] - first] for column in averages(of, timeframe, first)]
    biases = dict(zip(timeframes, Averages(*seen).bias(), strict=True))
    return confluence(biases) if biases else np.full(len(at), np.nan)
