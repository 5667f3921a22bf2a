"""Shares of a way, in exact numbers: the `lin` of every score (strategies.md section 0)."""

from decimal import Decimal

from engine.model.money import ONE, ZERO

YEAR_DAYS = 365


def score(x: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """0 up to a, 100 from b on, straight between."""
    return 100 * min(ONE, max(ZERO, (x - a) / (b - a)))
