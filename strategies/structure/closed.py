"""Which bars of another timeframe had closed by a given time."""

from itertools import pairwise

import numpy as np

from engine.model.market import SPAN_MS, Bars, Ints, Timeframe


def newest(bars: Bars, timeframe: Timeframe, at: Ints) -> Ints:
    """Row of the bar in force at each time: the last one closed by then.

    -1 where there is none, or where it is not the newest that should have closed: a missing bar is unknown,
    and an older one does not stand in for it.
    """
    span = SPAN_MS[timeframe]
    if not len(bars):
        return np.full(len(at), -1)
    rows = bars.ts.searchsorted(at - span, "right") - 1
    rows[at - bars.ts[rows] >= 2 * span] = -1
    return rows


def runs(bars: Bars, timeframe: Timeframe) -> list[tuple[int, int]]:
    """First row and row after the last of each stretch without a missing bar."""
    if len(bars) and bars.ts[-1] - bars.ts[0] == (len(bars) - 1) * SPAN_MS[timeframe]:
        return [(0, len(bars))]  # they rise, so none is missing between the two
    edges = [0, *(np.flatnonzero(np.diff(bars.ts) != SPAN_MS[timeframe]) + 1).tolist(), len(bars)]
    return [(first, last) for first, last in pairwise(edges) if last > first]
