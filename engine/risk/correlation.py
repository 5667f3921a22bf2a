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
        places = np.array([self.index.get(symbol, -1) for symbol in symbols], dtype=np.intp)
        known = np.flatnonzero(places >= 0)
        found = np.full((len(symbols), len(symbols)), AS_ONE)
        found[np.ix_(known, known)] = self.matrix[np.ix_(places[known], places[known])]
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
    found = _pearson(last[:, None, :], last[None, :, :], np.ones((1, 1, last.shape[1]), dtype=bool))
    gapped = np.flatnonzero(~there[:, -WINDOW:].all(axis=1))
    if gapped.size:
        common = there[gapped, None, :] & there[None, :, :]
        later = np.cumsum(common[:, :, ::-1], axis=2, dtype=np.int32)[:, :, ::-1]
        pairs = _pearson(x[gapped, None, :], x[None, :, :], common & (later <= WINDOW))
        found[gapped], found[:, gapped] = pairs, pairs.T
    np.fill_diagonal(found, 1.0)
    symmetric: Floats = np.maximum(found, found.T)
    return symmetric


def _pearson(one: Floats, other: Floats, window: Flags) -> Floats:
    """Correlation along the last axis over the days of `window`; 1 where there are too few, or one does not move."""
    n = window.sum(axis=-1)
    first, second = _off(one, window, n), _off(other, window, n)
    spread = np.sqrt(np.einsum("ijt,ijt->ij", first, first)), np.sqrt(np.einsum("ijt,ijt->ij", second, second))
    still = FLAT * np.sqrt(n)
    moves = (spread[0] > still * np.abs(one).max(axis=-1, initial=0.0)) & (
        spread[1] > still * np.abs(other).max(axis=-1, initial=0.0)
    )
    known = (n >= MIN_COMMON) & moves
    together = np.einsum("ijt,ijt->ij", *np.broadcast_arrays(first, second))
    ratio = together / np.where(known, spread[0] * spread[1], 1.0)
    found: Floats = np.where(known, np.clip(ratio, -1.0, 1.0), AS_ONE)
    return found


def _off(values: Floats, window: Flags, n: Ints) -> Floats:
    """Deviations from the mean of the days of `window`, 0 elsewhere."""
    mean = np.einsum("ijt,ijt->ij", *np.broadcast_arrays(values, window)) / np.maximum(n, 1)
    found: Floats = np.where(window, values - mean[:, :, None], 0.0)
    return found
