"""Figures of a series of daily simple returns (risk.md R9.1): risk-free rate 0, 365 days a year."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import hypot, isfinite, prod, sqrt
from statistics import fmean

import numpy as np

from engine.stats.drawdown import max_drawdown

YEAR = 365
"""Daily returns in a year: this market never closes."""


def returns(equity: Sequence[float]) -> list[float]:
    """Simple returns between consecutive values; a value that is not positive begins none."""
    return [after / before - 1 for before, after in pairwise(equity) if before > 0]


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None below two values and where it is zero but for rounding (section 0)."""
    column = np.asarray(values, float)
    if len(values) < 2 or not np.isfinite(column).all():
        return None
    found = hypot(*(column - fmean(values)).tolist()) / sqrt(len(values) - 1)
    return found if found > 1e-12 * np.abs(column).max() else None


def sharpe(r: Sequence[float]) -> float | None:
    """Mean over sample deviation, annual. Source: Sharpe (1994)."""
    spread = deviation(r)
    return None if spread is None else fmean(r) / spread * sqrt(YEAR)


def sortino(r: Sequence[float]) -> float | None:
    """Mean over the downside deviation of all returns, annual. Source: Sortino & Price (1994)."""
    down = sum([min(value, 0.0) ** 2 for value in r])
    return fmean(r) / sqrt(down / len(r)) * sqrt(YEAR) if down > 0 and all(map(isfinite, r)) else None


def volatility(r: Sequence[float]) -> float | None:
    """Sample deviation, annual; 0 for returns that are all the same."""
    if len(r) < 2 or not all(map(isfinite, r)):
        return None
    return (deviation(r) or 0.0) * sqrt(YEAR)


def total(r: Sequence[float]) -> float | None:
    """Compounded return of the whole series, 0 for an empty one; None where it exceeds the range of numbers."""
    growth = prod(1 + value for value in r)
    return growth - 1 if isfinite(growth) else None


def cagr(r: Sequence[float]) -> float | None:
    """Compound annual growth; None also where a short series annualised exceeds the range of numbers."""
    growth = prod(1 + value for value in r)
    if not r or not isfinite(growth) or growth <= 0:
        return None
    try:
        return growth ** (YEAR / len(r)) - 1
    except OverflowError:
        return None


def compounded(r: Sequence[float]) -> list[float]:
    """What 1 grows to: the starting value, then one value a return."""
    return list(accumulate(r, lambda value, change: value * (1 + change), initial=1.0))


def calmar(r: Sequence[float]) -> float | None:
    """Growth over the largest drawdown of the compounded curve, its starting value 1 included."""
    growth = cagr(r)
    if growth is None:
        return None
    worst = max_drawdown(compounded(r))
    return growth / worst if worst > 0 else None
