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
    rows = np.searchsorted(bars.ts, at - span, "right") - 1
    due = at // span * span - span
    if not len(bars):
        return rows
    return np.where((bars.ts[rows] == due) & (rows >= 0), rows, -1)


def runs(bars: Bars, timeframe: Timeframe) -> list[tuple[int, int]]:
    """First row and row after the last of each stretch without a missing bar."""
    edges = [0, *(np.flatnonzero(np.diff(bars.ts) != SPAN_MS[timeframe]) + 1).tolist(), len(bars)]
    return [(first, last) for first, last in pairwise(edges) if last > first]
