"""The leg with which the market left value (strategies.md 6.4)."""

from decimal import Decimal
from typing import NamedTuple, cast

import numpy as np

from engine.model.market import Bars
from strategies.structure import nodes
from strategies.structure.profile import Profile, of_candles
from strategies.structure.value_area import value_area

LEAST_BARS = 3
LEAST_HEIGHT = 1.5
"""In ATR14."""


class Shape(NamedTuple):
    """Prices that stand out in the profile of a leg."""

    hvn: tuple[float, ...]
    lvn: tuple[float, ...]
    poc: float


class Leg(NamedTuple):
    """Bars `first`..`last` of an impulse and the prices it spans."""

    first: int
    last: int
    low: float
    high: float

    def profile(self, bars: Bars, size: Decimal) -> Profile | None:
        """Volume profile of the leg's candles; None without volume."""
        return of_candles(bars.slice(self.first, self.last + 1), size)

    def shape(self, bars: Bars, size: Decimal) -> Shape | None:
        """Nodes and point of control of that profile; None without volume."""
        key = "leg", int(bars.ts[self.first]), int(bars.ts[self.last]), size
        found = bars.series.known(key)
        if found is None:
            profile = self.profile(bars, size)
            if profile is not None:
                found = bars.series.keep(key, Shape(*nodes.prices(profile), float(value_area(profile).poc)))
        return cast(Shape | None, found)


def leg(bars: Bars, t: int, side: int, val: float, vah: float, atr: float) -> Leg | None:
    """The impulse before bar `t` out of the value area [val, vah], up (`side` +1) or down (-1).

    Up: of the bars after the last close inside, up to t - 1, from the lowest low to the highest high that
    follows it (of equal ones the first). None when no close inside is known, or the leg has fewer than 3 bars
    or less height than 1.5 `atr` (or the atr is undefined).
    """
    close = bars.close[:t]
    inside = np.flatnonzero((close >= val) & (close <= vah))
    if not inside.size or inside[-1] + 1 >= t:
        return None
    after = int(inside[-1]) + 1
    starts, ends = (-bars.low, bars.high) if side > 0 else (bars.high, -bars.low)
    first = after + int(np.argmax(starts[after:t]))
    last = first + int(np.argmax(ends[first:t]))
    low, high = float(bars.low[first : last + 1].min()), float(bars.high[first : last + 1].max())
    if last - first + 1 < LEAST_BARS or not high - low >= LEAST_HEIGHT * atr:
        return None
    return Leg(first, last, low, high)
