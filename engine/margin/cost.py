"""What an order takes from the free balance, and whether it is there (risk.md R2.10)."""

from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument
from engine.model.inverse import Inverse, lost, worded, worth
from engine.model.orders import Denial


class OrderCost(msgspec.Struct, frozen=True):
    """Parts of the cost in the account's currency; `total` is what must be free."""

    initial_margin: Decimal
    open_loss: Decimal
    """Loss the moment it fills: bought above or sold below the mark."""
    fee: Decimal

    @property
    def total(self) -> Decimal:
        """All three."""
        return self.initial_margin + self.open_loss + self.fee


def order_cost(
    qty: Decimal, price: Decimal, mark: Decimal, leverage: Decimal, fee_rate: Decimal, inverse: Inverse | None = None
) -> OrderCost:
    """Cost of an order of `qty` (signed: buys positive) at `price`, which is the mark for market orders."""
    notional = abs(qty) * worth(inverse, price)
    return OrderCost(notional / leverage, lost(inverse, qty, price, mark), notional * fee_rate)


def market_cost(notional: Decimal, leverage: Decimal, fee_rate: Decimal) -> Decimal:
    """The total of `order_cost` for a market order: it fills at the mark and loses nothing by that."""
    return notional / leverage + notional * fee_rate


def check_leverage(instrument: Instrument, leverage: Decimal, notional: Decimal) -> Denial | None:
    """`leverage_above_tier` when the tier of the notional, existing and new together, allows less."""
    top = instrument.tier(notional).max_leverage
    if leverage <= top:
        return None
    at = worded(instrument.inverse, notional)
    return Denial("leverage_above_tier", f"{leverage}x is above the {top}x the venue allows at {at}")


def check_margin(cost: Decimal, available: Decimal, inverse: Inverse | None = None) -> Denial | None:
    """`insufficient_margin` when the order costs more than is free; equality is allowed."""
    if cost <= available:
        return None
    text = f"the order costs {worded(inverse, cost)}, {worded(inverse, available)} is free"
    return Denial("insufficient_margin", text)
