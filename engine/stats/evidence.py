"""How much a Sharpe ratio proves (risk.md R9.3 to R9.5): length of the record, shape of the returns, number of trials.

All ratios are per period, not annual: `per_period` converts. Sources: Bailey & López de Prado, *The Sharpe Ratio
Efficient Frontier* (2012) and *The Deflated Sharpe Ratio* (2014).
"""

from collections.abc import Sequence
from math import e, isfinite, sqrt
from statistics import NormalDist, fmean, variance

import msgspec

from engine.stats.returns import YEAR, deviation

EULER = 0.5772156649015329
"""The Euler-Mascheroni constant."""
NORMAL = NormalDist()


class Shape(msgspec.Struct, frozen=True):
    """What the evidence is computed from: Sharpe ratio per period, number of returns, population moments."""

    sharpe: float
    n: int
    skew: float
    kurtosis: float
    """Not excess: 3 for normal returns."""

    @property
    def spread(self) -> float:
        """Variance of the estimated ratio times n - 1."""
        return 1.0 - self.skew * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe**2


def shape(r: Sequence[float]) -> Shape | None:
    """Of a series of returns; None where its Sharpe ratio is undefined."""
    spread = deviation(r)
    if spread is None:
        return None
    mean = fmean(r)
    units = [(value - mean) / spread for value in r]
    second, third, fourth = (fmean([unit**power for unit in units]) for power in (2, 3, 4))
    return Shape(mean / spread, len(r), third / second**1.5, fourth / second**2)


def per_period(annual_sharpe: float, periods: float = YEAR) -> float:
    """A Sharpe ratio a year as one a period. (A variance of annual ratios is divided by `periods` itself.)"""
    return annual_sharpe / sqrt(periods)


def probabilistic_sharpe(of: Shape, benchmark: float = 0.0) -> float | None:
    """Probability that the true ratio is above `benchmark` (R9.3); None below two returns or when out of its domain."""
    if of.n < 2 or of.spread <= 0 or not isfinite(of.spread):
        return None
    return NORMAL.cdf((of.sharpe - benchmark) * sqrt(of.n - 1) / sqrt(of.spread))


def luckiest(trials: int, trial_variance: float) -> float:
    """SR0 of R9.4: the best ratio to be expected of so many trials without skill, 0 of one.

    `trial_variance` is the variance of the trials' ratios per period.
    """
    if trials < 2:
        return 0.0
    # By symmetry the negative of the quantile at 1 - 1/N, which would lose digits for many trials.
    highest = -((1.0 - EULER) * NORMAL.inv_cdf(1.0 / trials) + EULER * NORMAL.inv_cdf(1.0 / (trials * e)))
    return sqrt(trial_variance) * highest


def deflated_sharpe(of: Shape, trials: int, trial_variance: float) -> float | None:
    """Probability that the true ratio beats the luckiest of the trials it was picked from (R9.4); None as R9.3."""
    return probabilistic_sharpe(of, luckiest(trials, trial_variance))


def deflated_of_trials(of: Shape, ratios: Sequence[float]) -> float | None:
    """The same from the trials' own ratios per period, the chosen one among them; sample variance."""
    return deflated_sharpe(of, len(ratios), variance(ratios) if len(ratios) > 1 else 0.0)


def minimum_track_record(of: Shape, benchmark: float = 0.0, confidence: float = 0.95) -> float | None:
    """Returns needed before the ratio is above `benchmark` with this confidence (R9.5); None when it is not above."""
    if of.sharpe <= benchmark:
        return None
    return 1.0 + of.spread * (NORMAL.inv_cdf(confidence) / (of.sharpe - benchmark)) ** 2
