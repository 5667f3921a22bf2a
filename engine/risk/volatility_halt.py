"""A symbol that moves like never before is left alone for a while (risk.md R6.5)."""

from math import sqrt

import msgspec
import numpy as np

from engine.model.market import Floats
from engine.risk.latch import Move, moved
from engine.risk.volatility import deviation

CALM_MS = 15 * 60_000
SHORT, LONG = 15, 240
MINUTES = 1440


class VolatilityHalt(msgspec.Struct, frozen=True):
    """Breaker of one symbol; `until` is 15 minutes after the condition was last seen."""

    until: int | None = None


def shock_line(sigma_daily: float, k: float) -> float:
    """The minute's return beyond which the symbol halts."""
    return k * sigma_daily / sqrt(MINUTES)


def shock(minute_return: float, sigma_daily: float | None, k: float) -> bool:
    """One minute moved more than `k` of its deviations (strict); `sigma_daily` is `engine.risk.volatility.ewma`."""
    return sigma_daily is not None and abs(minute_return) > shock_line(sigma_daily, k)


def storm(minute_returns: Floats, m: float) -> bool:
    """The last 15 minutes are more than `m` times as volatile as the last 240; an undefined ratio is no storm.

    The 15 are part of the 240, so the ratio cannot exceed sqrt(239 / 14) = 4.13.
    """
    window = minute_returns[-LONG:]
    if window.size < LONG or not np.isfinite(window).all():
        return False
    usual = deviation(window)
    return usual > 0 and deviation(window[-SHORT:]) / usual > m


def resume(state: VolatilityHalt) -> tuple[VolatilityHalt, Move | None]:
    """A person's confirmed reset."""
    return VolatilityHalt(), moved(state.until is not None, False)


def newest_hit(closes: Floats, line: float | None, m: float | None) -> int | None:
    """How many minutes ago, of the last 15, the newest shock or storm was; None: all of them were calm.

    `closes` are the newest minutes without a missing one, `line` that of `shock_line`; None is a condition that is
    off or not known yet.
    """
    returns = closes[1:] / closes[:-1] - 1
    for ago in range(min(SHORT, len(returns))):
        end = len(returns) - ago
        if line is not None and abs(returns[end - 1]) > line:
            return ago
        if m is not None and storm(returns[:end], m):
            return ago
    return None
