"""Liquidation and bankruptcy of inverse (coin-margined) contracts (risk.md R2.6)."""

from decimal import Decimal

from engine.margin.tiers import Price, Tiers, settle
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse


def inverse_bankruptcy(inverse: Inverse, contracts: Decimal, entry: Decimal, wallet: Decimal) -> Price:
    """Price at which the wallet is used up: R2.6 without maintenance. None for a short that its coin covers."""
    value = contracts * inverse.size
    below = wallet + value / entry
    price = value / below if below else None
    return price if price is not None and price > 0 else None


def inverse_liquidation(
    instrument: Instrument, contracts: Decimal, contract: Decimal, entry: Decimal, wallet: Decimal
) -> Price:
    """Liquidation price of `contracts` (signed) worth `contract` quote units each; wallet and tiers are in coin.

    None for a short whose coin covers it at any price.
    """
    value = contracts * contract

    def price_of(tiers: Tiers) -> Price:
        tier = tiers[0]
        below = wallet + tier.cum + value / entry
        return (abs(value) * tier.mmr + value) / below if below else None

    return settle((instrument,), (abs(value) / entry,), price_of, lambda price: (abs(value) / price,))
