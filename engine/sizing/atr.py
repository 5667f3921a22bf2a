"""A stop that many average ranges away, and the size that goes with it (risk.md R1.6; Wilder 1978)."""

from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument
from engine.model.money import ONE
from engine.model.orders import Denial
from engine.sizing.quantity import Size, Terms, size


class AtrSize(msgspec.Struct, frozen=True):
    """A size and the stop it was made for."""

    size: Size
    distance: Decimal
    stop: Decimal
    """On the tick, rounded towards the entry: the risk can only shrink."""


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
    long = terms.direction == "long"
    stop = terms.entry - distance if long else terms.entry + distance
    placed = instrument.round_price(stop, "up" if long else "down")
    if stop <= 0 or placed == terms.entry:
        return Denial("stop_wrong_side", f"a stop {distance} from {terms.entry} cannot be placed")
    answer = size(msgspec.structs.replace(terms, stop=stop), scale)
    return answer if isinstance(answer, Denial) else AtrSize(answer, distance, placed)
