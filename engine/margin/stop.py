"""A stop must lie well before liquidation (risk.md R2.9), and again when the venue's brackets change (R2.7)."""

from decimal import Decimal
from typing import Literal

import msgspec

from engine.model.instrument import Instrument
from engine.model.orders import Denial, Direction

BUFFER = Decimal("0.5")


class Recheck(msgspec.Struct, frozen=True):
    """What becomes of a position's stop: kept, moved to `stop`, or the position is closed now."""

    verdict: Literal["keep", "move", "close"]
    stop: Decimal | None


def buffer_line(entry: Decimal, liquidation: Decimal, buffer: Decimal = BUFFER) -> Decimal:
    """The price furthest from the entry at which a stop may lie."""
    return entry + buffer * (liquidation - entry)


def clears(
    direction: Direction, entry: Decimal, stop: Decimal, liquidation: Decimal | None, buffer: Decimal = BUFFER
) -> bool:
    """Whether a stop lies strictly between entry and liquidation, within the buffer; equality with it is allowed.

    Without a liquidation price only the side counts.
    """
    if stop >= entry if direction == "long" else stop <= entry:
        return False
    if liquidation is None:
        return True
    between = liquidation < stop if direction == "long" else stop < liquidation
    return between and abs(entry - stop) <= buffer * abs(entry - liquidation)


def check_stop(
    direction: Direction, entry: Decimal, stop: Decimal, liquidation: Decimal | None, buffer: Decimal = BUFFER
) -> Denial | None:
    """The refusal of R2.9 for an entry."""
    if clears(direction, entry, stop, liquidation, buffer):
        return None
    where = "there is none" if liquidation is None else f"{liquidation:.8g}"
    text = f"the stop {stop} is not within {buffer:.0%} of the way from {entry} to liquidation ({where})"
    return Denial("stop_beyond_liquidation_buffer", text)


def recheck(
    instrument: Instrument,
    direction: Direction,
    entry: Decimal,
    stop: Decimal,
    mark: Decimal,
    liquidation: Decimal | None,
    buffer: Decimal = BUFFER,
) -> Recheck:
    """R2.7 for one open position with its new liquidation price.

    A stop that has been trailed to the entry or beyond is kept: the buffer line would loosen it. Otherwise a stop
    outside the buffer moves to the line, on the tick towards the entry; a mark already there closes the position.
    """
    long = direction == "long"
    trailed = stop >= entry if long else stop <= entry
    if trailed or liquidation is None or clears(direction, entry, stop, liquidation, buffer):
        return Recheck("keep", stop)
    line = instrument.round_price(buffer_line(entry, liquidation, buffer), "up" if long else "down")
    if mark <= line if long else mark >= line:
        return Recheck("close", None)
    return Recheck("move", line)
