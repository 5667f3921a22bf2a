"""Performance figures (risk.md section 9). Returns are daily and simple; None where a figure is undefined."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod, sqrt
from statistics import fmean, stdev

YEAR = 365


def returns(equity: Sequence[float]) -> list[float]:
    """Simple returns between consecutive values."""
    return [after / before - 1 for before, after in pairwise(equity) if before > 0]


def _flat(deviation: float, values: Sequence[float]) -> bool:
    return deviation <= 1e-12 * max(abs(value) for value in values)


def sharpe(r: Sequence[float]) -> float | None:
    """Mean over sample deviation, annual (R9.1)."""
    if len(r) < 2 or _flat(stdev(r), r):
        return None
    return fmean(r) / stdev(r) * sqrt(YEAR)


def sortino(r: Sequence[float]) -> float | None:
    """Mean over downside deviation of all returns, annual."""
    down = sum(min(value, 0.0) ** 2 for value in r)
    return fmean(r) / sqrt(down / len(r)) * sqrt(YEAR) if down else None


def cagr(r: Sequence[float]) -> float | None:
    """Compound annual growth."""
    growth = prod(1 + value for value in r)
    return growth ** (YEAR / len(r)) - 1 if r and growth > 0 else None


def max_drawdown(equity: Sequence[float]) -> float:
    """Largest fall from a running peak, as a fraction of it (R4.1)."""
    peak = worst = 0.0
    for value in equity:
        peak = max(peak, value)
        if peak > 0:
            worst = max(worst, 1 - value / peak)
    return worst


def calmar(r: Sequence[float]) -> float | None:
    """Growth over the largest drawdown of the compounded curve, its starting value 1 included."""
    growth = cagr(r)
    curve = [1.0]
    for value in r:
        curve.append(curve[-1] * (1 + value))
    worst = max_drawdown(curve)
    return growth / worst if growth is not None and worst > 0 else None


def profit_factor(pnl: Sequence[float]) -> float | None:
    """Sum of wins over the sum of losses."""
    lost = -sum(value for value in pnl if value < 0)
    return sum(value for value in pnl if value > 0) / lost if lost else None
