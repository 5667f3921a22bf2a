"""The market an order would meet: price against the mark, spread, depth (risk.md R5.7). Fractions."""

from collections.abc import Iterable
from decimal import Decimal

NEAR = Decimal("0.001")
"""Share of the mid price within which the book counts as depth."""


def beyond_mark(sign: int, limit_price: Decimal, mark: Decimal) -> Decimal:
    """How far a limit price lies on the expensive side of the mark; refused (`price_band`) above the band."""
    return sign * (limit_price / mark - 1)


def spread(bid: Decimal, ask: Decimal) -> Decimal:
    """Spread over mid; refused (`spread_too_wide`) above the limit."""
    return (ask - bid) * 2 / (ask + bid)


def depth_share(qty: Decimal, mid: Decimal, levels: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Share of the near book an order takes; `levels` are (price, quantity) of the side it takes, best first or not.

    None when nothing stands near: the order would meet no book at all (`depth_too_thin`).
    """
    near = sum(amount for price, amount in levels if abs(price - mid) <= NEAR * mid)
    return qty / near if near else None
