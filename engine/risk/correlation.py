"""How assets move together: Pearson correlation of daily log returns (risk.md section 5).

Over the last 90 days that both assets of a pair have; fewer than 30 such days count as moving as one.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.model.market import Flags, Floats, Ints
from engine.risk.volatility import FLAT

WINDOW = 90
MIN_COMMON = 30
AS_ONE = 1.0


class Correlations(msgspec.Struct, frozen=True):
    """A matrix with the names of its rows. What is not in it is correlated 1 with everything."""

    index: dict[str, int]
    matrix: Floats

    def among(self, symbols: Sequence[str]) -> Floats:
        """The matrix of these symbols in this order; a symbol may stand more than once."""
        known = [place for place, symbol in enumerate(symbols) if symbol in self.index]
        rows = [self.index[symbols[place]] for place in known]
        found = np.full((len(symbols), len(symbols)), AS_ONE)
        found[np.ix_(known, known)] = self.matrix[np.ix_(rows, rows)]
        return found


UNKNOWN = Correlations({}, np.empty((0, 0)))
"""Before there is any history: everything moves as one."""


def log_returns(closes: Floats) -> Floats:
    """Daily log returns (days - 1 x n) of closes (days x n); NaN where a close is missing or not above 0."""
    known = np.where(closes > 0, closes, np.nan)
    result: Floats = np.diff(np.log(known), axis=0)
    return result


def correlations(symbols: Sequence[str], returns: Floats) -> Correlations:
    """Estimate from daily log returns, days x symbols in time order, NaN where a day is missing."""
    return Correlations({symbol: place for place, symbol in enumerate(symbols)}, _estimate(returns))


def _estimate(returns: Floats) -> Floats:
    """All pairs over the same last days, then again those with an asset that misses one of them."""
    there = np.isfinite(returns)
    open_days = there.any(axis=1)
    x, there = np.where(there, returns, 0.0)[open_days].T, there[open_days].T
    last = x[:, -WINDOW:]
    found = _pearson(last[:, None, :], last[None, :, :], np.full((1, 1, last.shape[1]), True))
    gapped = np.flatnonzero(~there[:, -WINDOW:].all(axis=1))
    if gapped.size:
        common = there[gapped, None, :] & there[None, :, :]
        later = np.cumsum(common[:, :, ::-1], axis=2)[:, :, ::-1]
        pairs = _pearson(x[gapped, None, :], x[None, :, :], common & (later <= WINDOW))
        found[gapped], found[:, gapped] = pairs, pairs.T
    np.fill_diagonal(found, 1.0)
    symmetric: Floats = np.maximum(found, found.T)
    return symmetric


def _pearson(one: Floats, other: Floats, window: Flags) -> Floats:
    """Correlation along the last axis over the days of `window`; 1 where there are too few, or one does not move."""
    n = window.sum(axis=-1)
    first, second = _off(one, window, n), _off(other, window, n)
    spread = np.sqrt(np.vecdot(first, first)), np.sqrt(np.vecdot(second, second))
    still = FLAT * np.sqrt(n)
    moves = (spread[0] > still * np.abs(one).max(axis=-1, initial=0.0)) & (
        spread[1] > still * np.abs(other).max(axis=-1, initial=0.0)
    )
    known = (n >= MIN_COMMON) & moves
    together = np.vecdot(first, second)
    found: Floats = np.divide(together, spread[0] * spread[1], out=np.full_like(together, AS_ONE), where=known)
    return found.clip(-1.0, 1.0)


def _off(values: Floats, window: Flags, n: Ints) -> Floats:
    """Deviations from the mean of the days of `window`, 0 elsewhere. Of fewer days than count the mean is no matter."""
    mean = np.vecdot(values, window) / np.maximum(n, MIN_COMMON)
    found: Floats = np.where(window, values - mean[:, :, None], 0.0)
    return found
