"""Swing points, and where price and order flow part at them (strategies.md 5.5)."""

from typing import NamedTuple

import numpy as np

from engine.model.market import Flags, Floats, Ints

WING = 2
"""Bars on each side a swing must exceed: it is known that many bars later."""


def swing_highs(x: Floats) -> Ints:
    """Rows strictly greater than the two on each side; row i is confirmed by row i + 2."""
    if len(x) < 2 * WING + 1:
        return np.zeros(0, np.int64)
    middle = x[WING:-WING]
    above: Flags = np.ones(len(middle), bool)
    for shift in (0, 1, 3, 4):
        above &= middle > x[shift : shift + len(middle)]
    return np.flatnonzero(above) + WING


def swing_lows(x: Floats) -> Ints:
    """Rows strictly less than the two on each side; row i is confirmed by row i + 2."""
    return swing_highs(-x)


class Divergence(NamedTuple):
    """Per row 1 yes, 0 no (also while there are no two swings), NaN when the flow at a swing is unknown."""

    bullish: Floats
    """Price fell from the last but one swing low to the last one, the flow rose."""
    bearish: Floats
    """Price rose from the last but one swing high to the last one, the flow fell."""


def divergence(close: Floats, flow: Floats) -> Divergence:
    """Of the last two swings of `close` confirmed at each row, with the cumulative delta at the same rows."""
    return Divergence(
        _parted(-close, -flow, swing_lows(close)),
        _parted(close, flow, swing_highs(close)),
    )


def is_parting(close: Floats) -> bool:
    """Whether there are two swings either way, so that earlier ones make no difference to the last row."""
    return min(len(swing_highs(close)), len(swing_lows(close))) >= 2


def _parted(x: Floats, flow: Floats, swings: Ints) -> Floats:
    """Where x is higher at the last swing than at the one before, and the flow lower."""
    older, newer = swings[:-1], swings[1:]
    parted = ((x[newer] > x[older]) & (flow[newer] < flow[older])).astype(float)
    parted[np.isnan(flow[newer] + flow[older])] = np.nan
    known = np.concatenate([[0.0], parted])
    return known[np.searchsorted(newer + WING, np.arange(len(x)), "right")]
