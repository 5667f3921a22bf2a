"""The market an order would meet: price against the mark, spread, depth (risk.md R5.7). Fractions."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

NEAR = 0.001
"""Share of the mid price within which the book counts as depth."""
NOISE = 1 + 1e-12
"""A level on the line lies within it, however its price is written in binary."""


def beyond_mark(sign: int, limit_price: Decimal, mark: Decimal) -> Decimal:
    """How far a limit price lies on the expensive side of the mark; refused (`price_band`) above the band."""
    return sign * (limit_price / mark - 1)


def spread(bid: Decimal, ask: Decimal) -> Decimal:
    """Spread over mid; refused (`spread_too_wide`) above the limit."""
    return (ask - bid) * 2 / (ask + bid)


def near(mid: float, levels: Iterable[Sequence[float]]) -> float:
    """What stands near the mid price on one side; `levels` begin with (price, quantity), the best price first."""
    total, reach = 0.0, mid * NEAR * NOISE
    for level in levels:
        if abs(level[0] - mid) > reach:
            break
        total += level[1]
    return total


def depth_share(qty: Decimal, depth: Decimal) -> Decimal | None:
    """Share of the near book an order takes; refused (`depth_too_thin`) above the limit.

    None when nothing stands near: the order would meet no book at all.
    """
    return qty / depth if depth else None
