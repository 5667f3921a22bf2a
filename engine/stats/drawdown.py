"""Falls of an equity curve from its running peak (risk.md R4.1). Fractions of the peak; equity includes open profit."""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.model.market import Floats


class Drawdown(msgspec.Struct, frozen=True):
    """The deepest fall of a curve, by index into it, and what the whole curve spent under water."""

    depth: float
    """1 - lowest / peak, 0 for a curve that never falls."""
    peak: int
    trough: int
    recovery: int | None
    """First index from the trough on at which the peak's value is reached again; None while it is not."""
    ulcer: float
    """Root of the mean squared drawdown of all values. Source: Martin & McCann (1989)."""
    length: int
    """Values from the peak of the deepest fall to its recovery, or to the end of the curve."""
    longest: int
    """The same for the fall that took longest, however deep."""
    now: float
    """Drawdown of the last value."""


def underwater(equity: Sequence[float] | Floats) -> Floats:
    """1 - value / highest value so far, for each value; 0 until the curve is first positive."""
    values = np.asarray(equity, float)
    highest = np.maximum.accumulate(values)
    share = np.divide(values, highest, out=np.ones(len(values)), where=highest > 0)
    below: Floats = 1.0 - share
    return below


def max_drawdown(equity: Sequence[float] | Floats) -> float:
    """Largest fall from a running peak, as a fraction of it; 0 for an empty curve."""
    below = underwater(equity)
    return float(below.max(initial=0.0))


def drawdown(equity: Sequence[float] | Floats) -> Drawdown | None:
    """The whole of R4.1 for a curve; None when it is empty, begins at nothing or holds a number that is none."""
    values = np.asarray(equity, float)
    if not len(values) or values[0] <= 0 or not np.isfinite(values).all():
        return None
    below = underwater(values)
    trough = int(below.argmax())
    peak = int(values[: trough + 1].argmax())
    back = np.flatnonzero(values[trough:] >= values[peak])
    recovery = trough + int(back[0]) if len(back) else None
    end = len(values) - 1 if recovery is None else recovery
    return Drawdown(
        depth=float(below[trough]),
        peak=peak,
        trough=trough,
        recovery=recovery,
        ulcer=float(np.sqrt(np.mean(below**2))),
        length=end - peak,
        longest=_longest(below),
        now=float(below[-1]),
    )


def _longest(below: Floats) -> int:
    heights = np.flatnonzero(below == 0.0)
    gaps = np.diff(heights)
    still_open = len(below) - 1 - int(heights[-1])
    return max(int(gaps[gaps > 1].max(initial=0)), still_open)
