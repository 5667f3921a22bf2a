"""Swing points, and where price and order flow part at them (strategies.md 5.5)."""

from typing import NamedTuple

import numpy as np

from engine.model.market import Floats, Ints

WING = 2
"""Bars on each side a swing must exceed: it is known that many bars later."""


def swing_highs(x: Floats) -> Ints:
    """Rows strictly greater than the two on each side; row i is confirmed by row i + 2."""
    if len(x) < 2 * WING + 1:
        return np.zeros(0, np.int64)
    middle = x[WING:-WING]
    above = (middle > x[:-4]) & (middle > x[1:-3]) & (middle > x[3:-1]) & (middle > x[4:])
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


class Swings(NamedTuple):
    """Rows of the swings of a column."""

    lows: Ints
    highs: Ints

    @property
    def suffice(self) -> bool:
        """Whether there are two either way, so that earlier ones make no difference to the last row."""
        return len(self.lows) > 1 and len(self.highs) > 1


def swings(x: Floats) -> Swings:
    """All swings, confirmed or to be confirmed by a row after them."""
    return Swings(swing_lows(x), swing_highs(x))


def divergence(close: Floats, flow: Floats, found: Swings | None = None) -> Divergence:
    """Of the last two swings of `close` confirmed at each row, with the cumulative delta at the same rows.

    `found`: all its swings, where they are known already.
    """
    lows, highs = found or swings(close)
    return Divergence(_parted(-close, -flow, lows), _parted(close, flow, highs))


def _parted(x: Floats, flow: Floats, swings: Ints) -> Floats:
    """Where x is higher at the last swing than at the one before, and the flow lower."""
    price, lean = x[swings], flow[swings]
    parted = np.zeros(max(len(swings), 1))
    parted[1:] = (price[1:] > price[:-1]) & (lean[1:] < lean[:-1])
    parted[1:][np.isnan(lean[1:] + lean[:-1])] = np.nan
    return parted[(swings[1:] + WING).searchsorted(np.arange(len(x)), "right")]
