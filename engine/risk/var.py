"""Value at risk and expected shortfall of one day, from daily returns (risk.md R3.1-R3.4). Fractions of equity.

Sources: Jorion, Value at Risk; Favre & Galeano (2002); Maillard (2012); RiskMetrics (1996).
"""

from functools import cache
from math import isfinite, sqrt
from statistics import NormalDist
from typing import Literal, assert_never

import msgspec
import numpy as np

from engine.model.market import Floats
from engine.risk.volatility import FLAT, MIN_OBS, deviation, ewma

Method = Literal["historical", "normal", "cornish_fisher", "ewma"]

ALPHA = 0.05
LOOKBACK = 250


class Tail(msgspec.Struct, frozen=True):
    """The loss that one day in 1/a exceeds (`var`), the mean of the days beyond it (`es`), and how they were found.

    Both may be negative when the mean is strongly positive. `method` is the one used, not always the one asked for.
    """

    var: float
    es: float
    method: Method


def portfolio_returns(notionals: Floats, returns: Floats, equity: float) -> Floats | None:
    """What today's book would have returned: signed notionals (n) on past returns (days x n), over equity.

    None when equity is not above 0. A missing return (NaN) of an asset that is held makes its day NaN.
    """
    if not equity > 0:
        return None
    held = notionals != 0
    result: Floats = returns[:, held] @ (notionals[held] / equity)
    return result


def tail(returns: Floats, method: Method = "historical", a: float = ALPHA, min_obs: int = MIN_OBS) -> Tail | None:
    """VaR and ES at share `a` over the last 250 returns; None with fewer than `min_obs` or any that is not finite."""
    last = returns[-LOOKBACK:]
    if last.size < max(2, min_obs) or not isfinite(np.add.reduce(last)):
        return None
    match method:
        case "historical":
            return historical(last, a)
        case "normal":
            return normal(last, a)
        case "cornish_fisher":
            return cornish_fisher(last, a)
        case "ewma":
            return exponential(last, a, min_obs)
        case _:
            assert_never(method)


def historical(returns: Floats, a: float) -> Tail:
    """R3.1: the empirical quantile of type 7 (`a` < 1). Returns equal to it but for binary noise are in the tail."""
    ranked = returns.copy()
    ranked.sort()
    place = (ranked.size - 1) * a
    low = int(place)
    quantile = float(ranked[low] + (ranked[low + 1] - ranked[low]) * (place - low))
    noise = FLAT * max(abs(float(ranked[0])), abs(float(ranked[-1])))
    count = int(ranked.searchsorted(quantile + noise, side="right"))
    return Tail(-quantile, -float(np.add.reduce(ranked[:count])) / count, "historical")


def normal(returns: Floats, a: float) -> Tail:
    """R3.2: a normal distribution with the returns' mean and sample deviation."""
    mean, sd = float(returns.mean()), deviation(returns)
    z, beyond = _normal(a)
    return Tail(-(mean + z * sd), -mean + sd * beyond, "normal")


def cornish_fisher(returns: Floats, a: float) -> Tail:
    """R3.3: the normal quantile bent by skew and kurtosis, where the bent one still rises everywhere; else R3.1."""
    sd = deviation(returns)
    if sd == 0.0:
        return historical(returns, a)
    mean = float(returns.mean())
    centred = returns - mean
    squared = centred * centred
    second = float(squared.mean())
    s = float((squared * centred).mean()) / second**1.5
    k = float((squared * squared).mean()) / second**2 - 3
    if not rises(s, k):
        return historical(returns, a)
    z, beyond = _normal(a)
    bent = z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36
    weight = 1 + z * s / 6 + (z**2 - 1) * k / 24 + (1 - 2 * z**2) * s**2 / 36
    return Tail(-(mean + bent * sd), -mean + sd * beyond * weight, "cornish_fisher")


def exponential(returns: Floats, a: float, min_obs: int = MIN_OBS, days: int = 1) -> Tail:
    """R3.4: a normal distribution around 0 with the exponentially weighted deviation, over `days` days."""
    sigma = (ewma(returns, min_obs=min_obs) or 0.0) * sqrt(days)
    z, beyond = _normal(a)
    return Tail(-z * sigma, sigma * beyond, "ewma")


def rises(s: float, k: float) -> bool:
    """Whether the Cornish-Fisher quantile of this skew and excess kurtosis rises for every z (Maillard's domain)."""
    a = k / 8 - s**2 / 6
    b = 1 - k / 8 + 5 * s**2 / 36
    return a >= 0 and b >= 0 and s**2 / 9 <= 4 * a * b


@cache
def _normal(a: float) -> tuple[float, float]:
    """The quantile z_a and the density there over `a`: the mean of the tail in deviations."""
    unit = NormalDist()
    z = unit.inv_cdf(a)
    return z, unit.pdf(z) / a
