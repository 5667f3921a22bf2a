"""How wildly a symbol has moved in its last 15 minutes, for whole columns of minutes at once (risk.md R6.5).

A quick look that errs on the loud side: where it says that a line may have been crossed, the exact rule is asked.
"""

import numpy as np

from engine.model.market import Floats
from engine.risk.volatility_halt import LONG, SHORT

SLACK = 1 + 1e-6
"""Sums of a running window are off by less than this."""
STILL = 1e-11
"""A mean square of returns below this says nothing about ratios."""
RECENT = LONG + SHORT + 1
"""Closes that decide about a moment: 15 minutes, each with the 240 returns that end with it."""


def turmoil(closes: Floats, storms: bool = True) -> tuple[Floats, Floats]:
    """At each close (without a missing minute) the largest return and the largest ratio of the last 15 minutes.

    The return is absolute. The ratio, 0 while it is undefined, is at least that of `storm`; without `storms` it is 0.
    """
    returns = np.zeros(len(closes))
    np.divide(closes[1:], closes[:-1], out=returns[1:])
    returns[1:] -= 1
    ratios: Floats = np.zeros(len(closes))
    if storms and len(closes) > LONG:
        squares = np.cumsum(returns * returns)
        sums = np.cumsum(returns)
        short = _variance(sums, squares, SHORT)[LONG:]
        long = _variance(sums, squares, LONG)[LONG:]
        quiet = long <= STILL
        found = np.sqrt(np.maximum(short, 0.0) / np.where(quiet, 1.0, long)) * SLACK
        ratios[LONG:] = np.where(quiet, np.inf, found)
        ratios = _highest(ratios)
    return _highest(np.abs(returns)), ratios


def _variance(sums: Floats, squares: Floats, window: int) -> Floats:
    """Sample variance of the last `window` returns, from running sums; without meaning before there are so many."""
    total, square = sums.copy(), squares.copy()
    total[window:] -= sums[:-window]
    square[window:] -= squares[:-window]
    found: Floats = (square - total * total / window) / (window - 1)
    return found


def _highest(values: Floats) -> Floats:
    """The largest of the last 15 values at each place."""
    found, covered = values.copy(), 1
    while covered < SHORT:
        step = min(covered, SHORT - covered)
        found[step:] = np.maximum(found[step:], found[:-step].copy())
        covered += step
    return found
