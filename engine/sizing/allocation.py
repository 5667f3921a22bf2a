"""Kelly for several assets at once (risk.md R1.11)."""

from math import isfinite

import msgspec
import numpy as np

from engine.model.market import Floats
from engine.model.orders import Denial

SINGULAR = 1e-12
"""Smallest share of the largest eigenvalue at which a covariance still counts as positive definite."""


class Allocation(msgspec.Struct, frozen=True):
    """Notionals as fractions of equity, negative for shorts: as computed, their gross, and within the cap."""

    full: tuple[float, ...]
    gross: float
    capped: tuple[float, ...]


def allocate(mean: Floats, covariance: Floats, cap: float) -> Allocation | Denial:
    """Mean returns (n) and their covariance (n x n) of one period; `bad_covariance` unless positive definite."""
    if not mean.size or covariance.shape != (mean.size, mean.size) or not np.isfinite(mean).all():
        return Denial("bad_input", f"{mean.size} mean returns do not fit a covariance of {covariance.shape}")
    if not isfinite(cap) or cap <= 0:
        return Denial("bad_input", f"the cap is {cap}, it must be above 0")
    if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T, rtol=1e-9, atol=0):
        return Denial("bad_covariance", "the covariance is not symmetric and finite")
    values = np.linalg.eigvalsh(covariance)
    if values[0] <= SINGULAR * values[-1]:
        return Denial("bad_covariance", "the covariance is not positive definite")
    full = np.linalg.solve(covariance, mean)
    gross = float(np.abs(full).sum())
    within = full * min(1.0, cap / gross) if gross else full
    return Allocation(tuple(full.tolist()), gross, tuple(within.tolist()))
