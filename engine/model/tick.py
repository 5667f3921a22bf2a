"""Prices on the tick of their market: how a computed price becomes one that a venue takes."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Final, Literal

from engine.model.money import exact

DIGITS: Final = 12
"""Significant digits of a price when no tick is known (architecture.md section 7)."""

Towards = Literal["up", "down", "nearest"]
ROUNDING: Final = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "nearest": ROUND_HALF_EVEN}
SIGNIFICANT: Final = {towards: Context(DIGITS, rounding).plus for towards, rounding in ROUNDING.items()}
READ: Final = SIGNIFICANT["nearest"]


def price(value: float, tick: Decimal | None, towards: Towards = "nearest") -> Decimal:
    """A computed price as a valid one.

    It is first read at 12 significant digits, so that binary noise (2009.9999999999998) costs no tick.
    """
    read = READ(exact(value))
    return read if tick is None else rounded(read, tick, towards)


def rounded(value: Decimal, tick: Decimal | None, towards: Towards = "nearest") -> Decimal:
    """`value` on the tick (None: to 12 significant digits), rounded the stated way."""
    if tick is None:
        return SIGNIFICANT[towards](value)
    return (value / tick).to_integral_value(ROUNDING[towards]) * tick
