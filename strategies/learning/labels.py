"""What the learned scorer learns: whether a long or a short would have paid."""

import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Timeframe


def labels(bars: Bars, timeframe: Timeframe, horizon: int, fee: float) -> Floats:
    """1 where a long from the next open, closed at the open `horizon` bars later, earns more than the fee of both
    fills, 0 where a short does, NaN where neither does, where a bar is missing on the way or has not come yet."""
    out = np.full(len(bars), np.nan)
    steps = horizon + 1
    if len(bars) <= steps:
        return out
    entry, leave = bars.open[1:-horizon], bars.open[steps:]
    whole = bars.ts[steps:] - bars.ts[:-steps] == steps * SPAN_MS[timeframe]
    long, short = leave * (1.0 - fee) > entry * (1.0 + fee), entry * (1.0 - fee) > leave * (1.0 + fee)
    out[:-steps] = np.where(whole & long, 1.0, np.where(whole & short, 0.0, np.nan))
    return out
