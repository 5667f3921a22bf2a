"""Statistics of the last n values, each row computed from those n values alone.

Running sums carry the rounding errors of everything before them, so a window of a series and the whole series
would differ in the last digits and a touch could become a cross. Here windows of 1, 2, 4, ... values are
joined to windows of n: no row knows another row's window, equal values have the deviation 0, and it takes
only about 2 log2(n) array operations.
"""

from collections.abc import Callable

import numpy as np

from engine.model.market import Floats

Join = Callable[[Floats, int, Floats, int], Floats]
"""(left, its length, right, its length) -> the statistic of both windows together, left before right."""


def mean(x: Floats, n: int) -> Floats:
    """Arithmetic mean of the last n values; NaN on the first n - 1 rows."""
    return _window(x, n, _sum) / n


def deviation(x: Floats, n: int, ddof: int = 0) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the last n values (ddof 0: population); NaN on the first n - 1 rows."""
    start = np.zeros((2, len(x)))
    start[0] = x
    total, squares = _window(start, n, _moments)
    return total / n, np.sqrt(squares / (n - ddof))


def before(x: Floats, bars: int = 1) -> Floats:
    """The series `bars` rows later: row t holds x[t - bars], NaN where there is none."""
    out = np.empty(len(x))  # `np.full` looks at its arguments for longer than it fills a block
    out[:bars] = np.nan
    out[bars:] = x[: max(len(x) - bars, 0)]
    return out


def _window(x: Floats, n: int, join: Join) -> Floats:
    length = x.shape[-1]
    out = np.empty(x.shape)
    out[..., : n - 1] = np.nan
    if length < n:
        return out
    block, span = x, 1
    done, size = x, 0
    while True:
        if n & span:
            done = join(done[..., : block.shape[-1] - size], size, block[..., size:], span) if size else block
            size += span
        if size == n:
            out[..., n - 1 :] = done
            return out
        block = join(block[..., :-span], span, block[..., span:], span)
        span *= 2


def _sum(a: Floats, _: int, b: Floats, __: int) -> Floats:
    return a + b


def _moments(a: Floats, n: int, b: Floats, m: int) -> Floats:
    """Sums and squared deviations of two windows joined, without cancellation (Chan, Golub, LeVeque 1979)."""
    out = a + b
    gap = a[0] - b[0] if n == m else a[0] * (m / n) - b[0]
    gap *= gap
    gap *= n / (m * (n + m))
    out[1] += gap
    return out
