"""The deepest fall of an equity curve (risk.md R4.1; Martin & McCann 1989 for the ulcer index)."""

from math import sqrt

import msgspec
import numpy as np

from engine.model.market import Floats


class Drawdown(msgspec.Struct, frozen=True):
    """Fall from the running peak, as fractions; `peak`, `trough` and `recovery` are indices into the curve."""

    series: tuple[float, ...]
    deepest: float
    peak: int
    trough: int
    recovery: int | None
    """First value back at the peak; None: not yet."""
    ulcer: float
    """Root mean square of the series."""


def drawdown(equity: Floats) -> Drawdown | None:
    """R4.1 for a curve that begins above 0; None for an empty one, or one that does not or is not finite."""
    if not equity.size or equity[0] <= 0 or not np.isfinite(equity).all():
        return None
    series = 1 - equity / np.maximum.accumulate(equity)
    trough = int(series.argmax())
    peak = int(equity[: trough + 1].argmax())
    back = np.flatnonzero(equity[trough:] >= equity[peak])
    recovery = trough + int(back[0]) if back.size else None
    ulcer = sqrt(float((series * series).mean()))
    return Drawdown(tuple(series.tolist()), float(series[trough]), peak, trough, recovery, ulcer)
