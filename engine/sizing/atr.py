"""A stop that many average ranges away, and the size that goes with it (risk.md R1.6; Wilder 1978)."""

from decimal import Decimal

import msgspec
import numpy as np

from engine.model.instrument import Instrument
from engine.model.market import Bars
from engine.model.money import ONE
from engine.model.orders import Denial, Direction
from engine.sizing.quantity import size
from engine.sizing.terms import Size, Terms

PERIOD = 14
"""Bars that a range is averaged over."""
LEAD = 100
"""Bars before the first one that an average is asked for: less than 0.1 % of it is still where it began."""


class AtrSize(msgspec.Struct, frozen=True):
    """A size and the stop it was made for."""

    size: Size
    distance: Decimal
    stop: Decimal
    """On the tick, rounded towards the entry: the risk can only shrink."""


def average_range(bars: Bars, n: int = PERIOD) -> float | None:
    """Wilder's average true range at the last bar, price units; None with `n` bars or fewer.

    The mean of the first `n` true ranges, the first of them the second bar's; then (n - 1)/n of it and 1/n of the new.
    """
    if len(bars) <= n:
        return None
    before = bars.close[:-1]
    ranges = (np.maximum(bars.high[1:], before) - np.minimum(bars.low[1:], before)).tolist()
    average = sum(ranges[:n]) / n
    for each in ranges[n:]:
        average += (each - average) / n
    return float(average)


def atr_stop(
    instrument: Instrument, direction: Direction, entry: Decimal, atr: Decimal, k: Decimal
) -> tuple[Decimal, Decimal]:
    """The stop `k` ranges from the entry: as it is, and on the tick, rounded towards the entry."""
    long = direction == "long"
    stop = entry - k * atr if long else entry + k * atr
    return stop, instrument.round_price(stop, "up" if long else "down")


def size_atr(
    terms: Terms, atr: Decimal | None, k: Decimal, instrument: Instrument, scale: Decimal = ONE
) -> AtrSize | Denial:
    """Mode `atr`: R1.1 with the stop `k` average true ranges from the entry (`terms.stop` is not used).

    `bad_input` when the range is unknown or not above 0; `stop_wrong_side` when the stop would not be above 0 or,
    once on the tick, would reach the entry.
    """
    if atr is None or not atr.is_finite() or atr <= 0 or not k.is_finite() or k <= 0:
        return Denial("bad_input", f"the average range is {atr} and its factor {k}, both must be above 0")
    if not terms.entry.is_finite() or terms.entry <= 0:
        return Denial("bad_input", f"entry is {terms.entry}, it must be above 0")
    distance = k * atr
    stop, placed = atr_stop(instrument, terms.direction, terms.entry, atr, k)
    if stop <= 0 or placed == terms.entry:
        return Denial("stop_wrong_side", f"a stop {distance} from {terms.entry} cannot be placed")
    answer = size(msgspec.structs.replace(terms, stop=stop), scale)
    return answer if isinstance(answer, Denial) else AtrSize(answer, distance, placed)
