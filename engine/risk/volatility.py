"""Volatility of daily returns (risk.md R1.12; RiskMetrics Technical Document, 1996). None where it is undefined."""

from functools import lru_cache
from math import sqrt

import numpy as np

from engine.model.market import Floats

YEAR = 365
DECAY = 0.94
MIN_OBS = 30
FLAT = 1e-12
"""A deviation of at most this share of the largest value counts as zero."""


def deviation(values: Floats) -> float:
    """Sample standard deviation (ddof 1), 0 where it counts as zero; at least two values."""
    sd = float(np.std(values, ddof=1))
    return 0.0 if sd <= FLAT * float(np.abs(values).max()) else sd


def realised(returns: Floats, window: int = 60) -> float | None:
    """Daily deviation of the last `window` returns; None with fewer, or when they do not move."""
    last = returns[-window:]
    if window < 2 or last.size < window or not np.isfinite(last).all():
        return None
    return deviation(last) or None


def ewma(returns: Floats, decay: float = DECAY, min_obs: int = MIN_OBS) -> float | None:
    """Forecast of the next day's deviation, the mean taken as 0, older days counting less.

    None with fewer than `min_obs` returns, any that is not finite, or when they do not move.
    """
    if returns.size < max(1, min_obs) or not np.isfinite(returns).all():
        return None
    return sqrt(float(_weights(returns.size, decay) @ (returns * returns))) or None


def annual(sigma_daily: float) -> float:
    """A daily deviation as an annual one; the year has 365 days."""
    return sigma_daily * sqrt(YEAR)


@lru_cache(maxsize=8)
def _weights(n: int, decay: float) -> Floats:
    """What each squared return weighs in v_n: the recursion of R1.12 (b) written out, the first one seeding it."""
    weights = (1 - decay) * decay ** np.arange(n - 1, -1, -1, dtype=float)
    weights[0] = decay ** (n - 1)
    weights.flags.writeable = False
    return weights
