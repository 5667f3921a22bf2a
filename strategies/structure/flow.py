"""Order flow of closed bars: who took, how much, and when it is aggressive (strategies.md 5.2, 5.6).

What is not known is NaN, never 0: a bar whose `taker_buy` is unknown has no delta, and the day's running sum
is unknown from there on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from engine.model.market import DAY_MS, SPAN_MS, Bars, Floats, Ints, Timeframe
from strategies import rolling
from strategies.structure.sessions import by_day

VOLUME_BARS = 20


def delta(bars: Bars) -> Floats:
    """Volume bought less volume sold by takers, base units."""
    return 2.0 * bars.taker_buy - bars.volume


def imbalance(bars: Bars) -> Floats:
    """Delta as a share of the volume, -1..1; 0 without volume."""
    share: Floats = np.where(np.isnan(bars.taker_buy), np.nan, 0.0)
    np.divide(delta(bars), bars.volume, out=share, where=bars.volume > 0.0)
    return share


def cvd(bars: Bars, timeframe: Timeframe) -> Floats:
    """Running sum of delta since 00:00 UTC.

    NaN on the rest of a day whose first bar or any later one is missing or has no known delta.
    """
    out = delta(bars)
    for day, first, last in by_day(bars.ts):
        along = bars.ts[first:last] == day * DAY_MS + SPAN_MS[timeframe] * np.arange(last - first)
        out[first:last] = np.where(along, out[first:last].cumsum(), np.nan)
    return out


class Usual(NamedTuple):
    """What a bar's volume is measured against: that of the bars before it. NaN where there are too few."""

    mean: Floats
    sd: Floats
    """Sample standard deviation."""


def usual_volume(volume: Floats, bars: int = VOLUME_BARS) -> Usual:
    """Mean and deviation of the volume of the `bars` bars before each, from bar `bars` on."""
    mean, sd = rolling.deviation(volume, bars, ddof=1)
    return Usual(rolling.before(mean), rolling.before(sd))


def aggression(
    delta: ArrayLike, volume: ArrayLike, mean: ArrayLike, sd: ArrayLike, share: float = 0.25, sds: float = 1.0
) -> Floats:
    """Side of takers who press: +1 buyers, -1 sellers, 0 nobody, NaN unknown.

    They press when |delta| is at least `share` of a volume that is at least its usual mean + `sds` deviations.
    Takes columns or single numbers.
    """
    net, traded = np.asarray(delta, float), np.asarray(volume, float)
    least = np.asarray(mean, float) + sds * np.asarray(sd, float)
    pressed = (np.abs(net) >= share * traded) & (traded >= least)
    return np.where(np.isnan(net + traded + least), np.nan, np.where(pressed, np.sign(net), 0.0))


def whole(at: Ints, span: int, minutes: Bars) -> Floats:
    """1 where all minutes of the bar that closed at each time are there with a known taker side, else NaN."""
    since = minutes.ts.searchsorted(at[0] - span) if len(at) else 0
    known = minutes.ts[since:][~np.isnan(minutes.taker_buy[since:])]
    held = known.searchsorted(at) - known.searchsorted(at - span)
    return np.where(held == span // SPAN_MS["1m"], 1.0, np.nan)
