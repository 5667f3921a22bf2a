"""What a quantity is worth in the currency of the account: of linear markets in quote, of inverse contracts in coin.

An inverse contract is worth a fixed number of quote units and is settled in its base currency, the coin; quantities
are contracts, the account and all of its money are coin (risk.md R1.3, R2.6, R10.3). The coin of one contract is
kept to 20 decimals, so that profits, which are products with it, add up exactly.
"""

from decimal import Decimal
from typing import Final

import msgspec

from engine.model.money import ZERO

FINEST: Final = Decimal("1e-20")
"""Last decimal of what is divided: an average price, the coin of one contract."""


class Inverse(msgspec.Struct, frozen=True):
    """An inverse contract: what one of them is worth, in quote units."""

    size: Decimal

    def worth(self, price: Decimal) -> Decimal:
        """Coin of one contract at a price."""
        return (self.size / price).quantize(FINEST)

    def profit(self, qty: Decimal, entry: Decimal, exit_price: Decimal) -> Decimal:
        """Coin gained by `qty` contracts (signed) from one price to another (R10.3)."""
        return qty * (self.worth(entry) - self.worth(exit_price))

    def average(self, qty: Decimal, avg: Decimal, add: Decimal, price: Decimal) -> Decimal:
        """Average entry after adding `add` contracts at `price` to `qty` at `avg`, unsigned: harmonic (R10.3)."""
        if not qty:
            return price
        return ((qty + add) / (qty / avg + add / price)).quantize(FINEST)

    def cost(self, qty: Decimal, cost: Decimal, add: Decimal, price: Decimal) -> Decimal:
        """Contracts times their average price after adding `add` at `price` to `qty` with such a product, unsigned."""
        return (qty + add) * self.average(qty, cost / qty if qty else ZERO, add, price)


def worth(inverse: Inverse | None, price: Decimal) -> Decimal:
    """What one unit of quantity is worth at a price: without `inverse` the price itself."""
    return price if inverse is None else inverse.worth(price)


def worded(inverse: Inverse | None, amount: Decimal) -> str:
    """Money of the account in a sentence: two decimals, six of coin."""
    return f"{amount:.2f}" if inverse is None else f"{amount:.6f}"


def profit(inverse: Inverse | None, qty: Decimal, entry: Decimal, exit_price: Decimal) -> Decimal:
    """What `qty` (signed) gains from one price to another."""
    return qty * (exit_price - entry) if inverse is None else inverse.profit(qty, entry, exit_price)


def lost(inverse: Inverse | None, qty: Decimal, price: Decimal, stop: Decimal | None) -> Decimal:
    """What `qty` (signed) loses from a price to its stop, at least nothing; without one the whole notional (R5.1)."""
    if stop is None:
        return abs(qty) * worth(inverse, price)
    return max(ZERO, -profit(inverse, qty, price, stop))
