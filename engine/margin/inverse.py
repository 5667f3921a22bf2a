"""Liquidation of inverse (coin-margined) contracts (risk.md R2.6)."""

from decimal import Decimal

from engine.margin.tiers import Price, Tiers, settle
from engine.model.instrument import Instrument


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
