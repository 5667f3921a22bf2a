"""Signs that a parameter set was fitted to the past: its neighbours, its walk forward, its rank out of sample."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean, median

import msgspec
import numpy as np

from engine.model.market import Floats

Point = tuple[float, ...]
"""One parameter set, its values in a fixed order."""


class Plateau(msgspec.Struct, frozen=True):
    """The best point of a grid and how much of it is left one step away."""

    best: Point
    value: float
    neighbours: int
    share: float | None
    """Median of the neighbours over the best: near 1 a plateau, near or below 0 a lone peak. None without neighbours
    and where the best is not positive."""


def plateau[P: Point](values: Mapping[P, float]) -> Plateau | None:
    """Of an aim (higher is better) measured at points of a grid, not necessarily all; None for an empty one.

    Neighbours differ from the best by at most one step of the measured values in every coordinate. Of equal bests the
    smallest point is taken.
    """
    if not values:
        return None
    best = min(values, key=lambda point: (-values[point], point))
    axes = [sorted(set(axis)) for axis in zip(*values, strict=True)]
    steps = {point: [axis.index(x) for axis, x in zip(axes, point, strict=True)] for point in values}
    home = steps[best]
    near = [
        values[point]
        for point, at in steps.items()
        if point != best and all(abs(a - b) <= 1 for a, b in zip(at, home, strict=True))
    ]
    share = median(near) / values[best] if near and values[best] > 0 else None
    return Plateau(best, values[best], len(near), share)


class WalkForward(msgspec.Struct, frozen=True):
    """What was left of the fitted result in the windows that followed."""

    efficiency: float | None
    """Mean daily return out of sample over the one in sample; None when the fit itself earned nothing."""
    winning: float | None
    """Share of windows that earned something out of sample; None without windows."""


def walk_forward(inside: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]) -> WalkForward:
    """From the daily returns of each window: where its parameters were fitted, and where they were then used.

    Source: Pardo, *The Evaluation and Optimization of Trading Strategies* (2008); he asks for 0.5.
    """
    fitted = [value for window in inside for value in window]
    used = [value for window in outside for value in window]
    earned = fmean(fitted) if fitted else 0.0
    winning = [sum(window) > 0 for window in outside]
    return WalkForward(
        efficiency=fmean(used) / earned if used and earned > 0 else None,
        winning=sum(winning) / len(winning) if winning else None,
    )


def overfit_probability(r: Floats, blocks: int = 10) -> float | None:
    """How often the best of several trials in one half of the time is below the median of them in the other.

    `r` holds one row a day and one column a trial. The days are cut into `blocks` (even) equal blocks, the oldest left
    over dropped; every choice of half of them is a fit, ranked by Sharpe ratio. About 0.5 is chance, near 0 is skill.
    None below two trials or two days a block. Source: Bailey, Borwein, López de Prado & Zhu, *The Probability of
    Backtest Overfitting* (2017).
    """
    days, trials = r.shape
    if trials < 2 or days < 2 * blocks:
        return None
    parts = r[days % blocks :].reshape(blocks, -1, trials)
    below = 0
    choices = list(combinations(range(blocks), blocks // 2))
    for chosen in choices:
        inside = np.isin(np.arange(blocks), chosen)
        winner = int(_sharpes(parts[inside]).argmax())
        after = _sharpes(parts[~inside])
        rank = 1 + np.count_nonzero(after < after[winner]) + (np.count_nonzero(after == after[winner]) - 1) / 2
        below += bool(rank / (trials + 1) <= 0.5)
    return below / len(choices)


def _sharpes(parts: Floats) -> Floats:
    days = parts.reshape(-1, parts.shape[-1])
    spread = days.std(axis=0, ddof=1)
    still = spread <= 1e-12 * np.abs(days).max(axis=0)
    ratios: Floats = np.divide(days.mean(axis=0), spread, out=np.zeros(len(spread)), where=~still)
    return ratios
