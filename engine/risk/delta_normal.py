"""Which position makes the portfolio's value at risk (risk.md R3.5). Quote currency, one day."""

from math import sqrt
from statistics import NormalDist

import msgspec
import numpy as np

from engine.model.market import Floats


class DeltaNormal(msgspec.Struct, frozen=True):
    """VaR and its parts: `component` sums to it, `marginal` is what one more unit of notional adds.

    `undiversified` is the VaR if everything moved together. The parts are None when nothing is at risk.
    """

    var: float
    undiversified: float
    marginal: tuple[float, ...] | None
    component: tuple[float, ...] | None


def delta_normal(notionals: Floats, covariance: Floats, a: float) -> DeltaNormal | None:
    """Signed notionals (n) and the daily covariance of their returns (n x n); None unless all of it is finite."""
    if not np.isfinite(notionals).all() or not np.isfinite(covariance).all():
        return None
    z = NormalDist().inv_cdf(a)
    alone = -z * float(np.abs(notionals) @ np.sqrt(np.diag(covariance)))
    pull = covariance @ notionals
    variance = float(notionals @ pull)
    if variance <= 0:
        return DeltaNormal(0.0, alone, None, None)
    marginal = -z * pull / sqrt(variance)
    component = notionals * marginal
    return DeltaNormal(-z * sqrt(variance), alone, tuple(marginal.tolist()), tuple(component.tolist()))
