"""Liquidation and bankruptcy prices of contracts in isolated margin (risk.md R2.2, R2.3, R2.6, R2.8)."""

from decimal import Decimal

from engine.margin.inverse import inverse_bankruptcy, inverse_liquidation
from engine.margin.tiers import settle
from engine.model.instrument import Instrument, Tier
from engine.model.inverse import Inverse
from engine.model.money import ONE


def bankruptcy(qty: Decimal, entry: Decimal, wallet: Decimal, inverse: Inverse | None = None) -> Decimal | None:
    """Price at which the isolated wallet is used up (R2.2); None when there is none above 0. `qty` signed."""
    if inverse is not None:
        return inverse_bankruptcy(inverse, qty, entry, wallet)
    price = entry - wallet / qty
    return price if price > 0 else None


def liquidation(instrument: Instrument, qty: Decimal, entry: Decimal, wallet: Decimal) -> Decimal | None:
    """Liquidation price with the tier of the notional at that price (R2.3); None: cannot be liquidated."""
    if instrument.inverse is not None:
        return inverse_liquidation(instrument, qty, instrument.inverse.size, entry, wallet)
    if len(instrument.tiers) == 1:
        price = _at(instrument.tiers[0], qty, entry, wallet)
        return price if price > 0 else None
    size = abs(qty)
    return settle(
        (instrument,), (size * entry,), lambda tiers: _at(tiers[0], qty, entry, wallet), lambda price: (size * price,)
    )


def reach(tier: Tier, leverage: Decimal) -> Decimal:
    """Leverage times the least share of the entry price that lies between it and liquidation, in one bracket.

    With the wallet qty entry / leverage R2.2 gives (1 / leverage - mmr) / (1 - mmr) for a long, and over 1 + mmr for a
    short, which is less. Not above 0: liquidated at once.
    """
    return (ONE - leverage * tier.mmr) / (ONE + tier.mmr)


def funding(qty: Decimal, mark: Decimal, rate: Decimal) -> Decimal:
    """What a funding payment takes from the isolated wallet (R2.8); negative when it is received. `qty` signed."""
    return qty * mark * rate


def _at(tier: Tier, qty: Decimal, entry: Decimal, wallet: Decimal) -> Decimal:
    return (wallet + tier.cum - qty * entry) / (abs(qty) * tier.mmr - qty)
